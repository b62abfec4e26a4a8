//! Fetching from a remote that speaks Git's protocol, over whatever carries it.

use std::fs;
use std::io;
use std::path::Path;

use gix::Repository;
use gix::progress::Discard;
use gix::protocol::transport::client::blocking_io::Transport;
use gix::remote::fetch::{Prepare, RefMap, Status, Tags};
use gix::remote::{Direction, ref_map};
use signet_provenance::{APPROVALS, TagRef};

use super::{Brought, Fetch, approved, completeness};
use crate::approvals;
use crate::session::{FetchError, Limit, Session};
use crate::store::theirs;

/// The most that a list of refs takes where it holds approvals: some eighty thousand.
const LISTING: Limit = Limit {
    bytes: 8 << 20,
    is: "its list of refs takes at most 8 MiB",
};

/// Where the ref stands at the remote.
pub(super) fn look<T: Transport>(
    session: &Session,
    url: &gix::Url,
    connect: impl Fn() -> Result<T, FetchError>,
) -> Result<gix::ObjectId, FetchError> {
    let receiving = session.store.receiving();
    let repository = &receiving.map_err(|error| session.explain(&error))?;
    let refs = [session.remote.reference()];
    let listing = session.within(LISTING, || ask(session, repository, url, connect()?, &refs))?;
    tip(listing.ref_map(), session)
}

/// Where the ref and the approvals stand at the remote, once what they name is in the store.
pub(super) fn fetch<T: Transport>(
    fetch: &Fetch,
    url: &gix::Url,
    connect: impl Fn() -> Result<T, FetchError>,
) -> Result<Brought, FetchError> {
    let session = &*fetch.session;
    let receiving = session.store.receiving();
    let repository = &receiving.map_err(|error| session.explain(&error))?;
    let ask = |refs: &[&str]| ask(session, repository, url, connect()?, refs);
    let main = session.remote.reference();
    // A pattern has to have a counterpart. It is never used: this only lists.
    let all = format!("{APPROVALS}*:refs/signet/approve/*");
    let listing = session.within(LISTING, || ask(&[main, &all]));
    let (listing, unlisted) = match listing {
        Err(error @ FetchError::TooLarge { .. }) => (ask(&[main])?, Some(error.to_string())),
        listing => (listing?, None),
    };
    let tip = tip(listing.ref_map(), session)?;
    let (approvals, excess) = match unlisted {
        None => approvals::chosen(below(listing.ref_map())),
        // Nobody who floods the list takes away what was there.
        Some(_) => (session.store.approvals()?, None),
    };
    // The ref has its own request, so that what the approvals bring is not counted with it.
    let is_alone = listing.ref_map().mappings.len() == 1;
    let listing = is_alone.then_some(listing);
    let received = !repository.has_object(tip);
    if received {
        let request = match listing {
            Some(listing) => listing,
            None => ask(&[main])?,
        };
        receive(session, repository, request, &[tip])?;
    }
    fetch.keep(tip, received)?;
    let is_here = |tag: &TagRef| approvals::is_tag(repository, tag);
    let failed = approved::bring(session, &approvals, is_here, |tags| {
        let tags = tags.iter().map(|tag| (&*tag.reference, theirs(&tag.tag)));
        let (names, ids): (Vec<_>, Vec<_>) = tags.unzip();
        receive(session, repository, ask(&names)?, &ids)
    })?;
    let shortfall = unlisted.or(failed).or(excess);
    Ok(Brought {
        tip,
        received,
        shortfall,
    })
}

/// Asks where these refs stand. They have no counterpart in the store: what they name is recorded
/// once it is known to be complete.
fn ask<'r, T: Transport>(
    session: &Session,
    repository: &'r Repository,
    url: &gix::Url,
    transport: T,
    refs: &[&str],
) -> Result<Prepare<'static, 'r, T>, FetchError> {
    let explain = |error: gix::Error| session.explain(&error);
    let remote = repository
        .remote_at_without_url_rewrite(url.clone())
        .map_err(explain)?
        .with_fetch_tags(Tags::None)
        .with_refspecs(refs.iter().copied(), Direction::Fetch)
        .map_err(explain)?;
    remote
        .to_connection_with_transport(transport)
        .with_credentials(|_| Ok(None))
        .with_transport_options(Box::new(()))
        .prepare_fetch(Discard, ref_map::Options::default())
        .map_err(explain)
}

/// Has the remote send what the store lacks of these.
fn receive<T: Transport>(
    session: &Session,
    repository: &Repository,
    request: Prepare<'_, '_, T>,
    wanted: &[gix::ObjectId],
) -> Result<(), FetchError> {
    let outcome = request
        .receive(Discard, session.interrupt())
        .map_err(|error| session.explain(&error))?;
    match outcome.status {
        Status::Change {
            write_pack_bundle: pack,
            ..
        } => settle(session, repository, pack.index_path.as_deref(), wanted),
        Status::NoPackReceived { .. } => Ok(()),
    }
}

fn tip(refs: &RefMap, session: &Session) -> Result<gix::ObjectId, FetchError> {
    let name = session.remote.reference();
    refs.mappings
        .iter()
        .map(|mapping| &mapping.remote)
        .find(|source| source.as_name().is_some_and(|found| found == name))
        .and_then(|source| source.peeled_id())
        .map(ToOwned::to_owned)
        .ok_or_else(|| session.ref_missing())
}

/// The refs that were listed, by name, and the object that each names itself.
fn below(refs: &RefMap) -> impl Iterator<Item = (Vec<u8>, gix::ObjectId)> {
    let sources = refs.mappings.iter().map(|mapping| &mapping.remote);
    sources.filter_map(|source| Some((source.as_name()?.to_vec(), source.as_id()?.to_owned())))
}

/// Keeps a received pack if nothing is missing that its objects refer to; else removes it, so that
/// what was wanted counts as not received.
fn settle(
    session: &Session,
    repository: &Repository,
    index: Option<&Path>,
    wanted: &[gix::ObjectId],
) -> Result<(), FetchError> {
    let complete = completeness::check(session, repository, index, wanted);
    let doomed: &[&str] = match complete {
        Ok(()) => &["keep"],
        Err(_) => &["idx", "pack", "keep"],
    };
    if let Some(index) = index {
        for extension in doomed {
            remove(&index.with_extension(extension))
                .map_err(|error| session.store.write_error(error))?;
        }
    }
    complete
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
