//! Pushing to a remote that speaks Git's protocol, over whatever carries it (gitprotocol-pack(5), "Pushing Data To a
//! Server").

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, Read as _, Write as _};
use std::ops::ControlFlow;
use std::rc::Rc;

use gix::ObjectId;
use gix::protocol::transport::Service;
use gix::protocol::transport::client::blocking_io::{RequestWriter, Transport};
use gix::protocol::transport::client::{Capabilities, MessageKind, WriteMode};

use super::{Push, PushError, pack, report};
use crate::session::{FetchError, Limit};
use crate::store::ours;

/// The most that a remote's list of its refs takes: some three hundred thousand.
const LISTING: Limit = Limit {
    bytes: 32 << 20,
    is: "its list of refs takes at most 32 MiB",
};
/// The most that it says of a push, with what its hooks write.
const ANSWER: Limit = Limit {
    bytes: 1 << 20,
    is: "it may say 1 MiB about a push",
};
/// So much of a hook's words is enough: the rest would not be shown.
const MOST_WORDS: usize = 4096;

/// What is asked of every remote: to say what became of the ref, and to keep that apart from a hook's words.
const NEEDED: [&str; 2] = ["report-status", "side-band-64k"];

/// Pushes, and looks again where the remote refuses.
pub(super) fn push<T: Transport>(
    push: &Push,
    connect: impl Fn() -> Result<T, FetchError>,
) -> Result<(), PushError> {
    let mut transport = connect()?;
    let listing = list(push, &mut transport)?;
    push.check_place(listing.found)?;
    if listing.found == Some(push.commit) {
        return Ok(());
    }
    let pack = pack::pack(push, listing.present)?;
    let Some(rejected) = send(push, &mut transport, listing.is_quiet, &pack)? else {
        return Ok(());
    };
    drop(transport);
    // Remotes have no common word for a ref that moved meanwhile.
    match connect().and_then(|mut transport| list(push, &mut transport)) {
        Ok(listing) => push.check_place(listing.found).and(Err(rejected)),
        Err(_refused_already) => Err(rejected),
    }
}

/// What a remote has.
struct Listing {
    /// Where the ref stands, if it is there.
    found: Option<signet_provenance::ObjectId>,
    /// Where any ref stands.
    present: BTreeSet<ObjectId>,
    /// Whether it can leave out how far it is.
    is_quiet: bool,
}

fn list<T: Transport>(push: &Push, transport: &mut T) -> Result<Listing, FetchError> {
    push.session.within(LISTING, || read_list(push, transport))
}

fn read_list<T: Transport>(push: &Push, transport: &mut T) -> Result<Listing, FetchError> {
    let session = &push.session;
    let answer = transport.handshake(Service::ReceivePack, &[]);
    let answer = answer.map_err(|error| session.explain(&gix::Error::from_error(error)))?;
    check_capabilities(&answer.capabilities).map_err(|what| session.protocol(&what))?;
    let mut listing = Listing {
        found: None,
        present: BTreeSet::new(),
        is_quiet: answer.capabilities.contains("quiet"),
    };
    let mut refs = answer.refs;
    while let Some(line) = refs.as_mut().and_then(|refs| refs.readline()) {
        let line = line.map_err(|error| session.explain(&gix::Error::from_error(error)))?;
        let line = line.map_err(|error| session.explain(&error))?;
        let text = line.as_text().map(|text| text.as_slice());
        let (id, name) = text
            .and_then(split)
            .ok_or_else(|| session.protocol("its list of refs is none"))?;
        // Of a repository without refs, this is the place of what the remote can do.
        if id.is_null() {
            continue;
        }
        if name == push.session.remote.reference().as_bytes()
            && listing.found.replace(ours(&id)).is_some()
        {
            return Err(session.protocol("it lists the ref twice"));
        }
        listing.present.insert(id);
    }
    Ok(listing)
}

fn check_capabilities(capabilities: &Capabilities) -> Result<(), String> {
    if let Some(missing) = NEEDED
        .into_iter()
        .find(|needed| !capabilities.contains(needed))
    {
        return Err(format!("it takes pushes without {missing}"));
    }
    match capabilities
        .capability("object-format")
        .and_then(|format| format.value().map(ToString::to_string))
    {
        Some(format) if format != "sha1" => {
            Err(format!("its objects have names by {format}, not by sha1"))
        }
        _ => Ok(()),
    }
}

/// `id SP name`
fn split(line: &[u8]) -> Option<(ObjectId, &[u8])> {
    let (id, name) = line.split_at_checked(40)?;
    Some((ObjectId::from_hex(id).ok()?, name.strip_prefix(b" ")?))
}

/// Sends the command with the pack. The answer is why the remote refuses, if it does.
fn send<T: Transport>(
    push: &Push,
    transport: &mut T,
    is_quiet: bool,
    pack: &[u8],
) -> Result<Option<PushError>, PushError> {
    let session = &push.session;
    let request = transport.request(WriteMode::Binary, MessageKind::Flush, false);
    let request = request.map_err(|error| session.explain(&gix::Error::from_error(error)))?;
    let command = command(push, is_quiet);
    push.begin()?;
    let answer = session.within(ANSWER, || exchange(request, &command, pack));
    let Answer { report, words } =
        answer.map_err(|error| push.after(session.explain(&gix::Error::from_error(error))))?;
    match report::read(&report, session.remote.reference()) {
        Ok(Ok(())) => Ok(None),
        Ok(Err(why)) => Ok(Some(push.rejected(&why, &words))),
        Err(what) => {
            let detail = format!("its report of the push is none, {what}; it says: {words}");
            Err(push.after(session.protocol(&detail)))
        }
    }
}

fn command(push: &Push, is_quiet: bool) -> String {
    let (commit, reference) = (push.commit, push.session.remote.reference());
    // Zeros stand for a ref that is to be made.
    let expected = push
        .expected
        .unwrap_or(signet_provenance::ObjectId::new([0; 20]));
    let wanted = NEEDED.join(" ");
    let quiet = if is_quiet { " quiet" } else { "" };
    format!("{expected} {commit} {reference}\0 {wanted}{quiet}")
}

/// What a remote says of a push.
struct Answer {
    report: Vec<u8>,
    /// What else it says, its hooks included.
    words: String,
}

fn exchange(mut request: RequestWriter<'_>, command: &str, pack: &[u8]) -> io::Result<Answer> {
    request.write_all(command.as_bytes())?;
    request.write_message(MessageKind::Flush)?;
    let (mut writer, mut reader) = request.into_parts();
    writer.write_all(pack)?;
    // Over HTTP, the request ends here.
    drop(writer);
    let words = Rc::<RefCell<Vec<u8>>>::default();
    let heard = Rc::clone(&words);
    reader.set_progress_handler(Some(Box::new(move |_is_error, text| {
        let mut heard = heard.borrow_mut();
        if heard.len() < MOST_WORDS {
            heard.extend_from_slice(text);
            heard.push(b'\n');
        }
        ControlFlow::Continue(())
    })));
    let mut report = Vec::new();
    reader.read_to_end(&mut report)?;
    let words = String::from_utf8_lossy(&words.borrow()).trim().to_owned();
    Ok(Answer { report, words })
}
