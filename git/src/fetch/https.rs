//! Fetching over HTTPS.

use std::fs;
use std::io;
use std::path::Path;
use std::rc::Rc;

use gix::Repository;
use gix::progress::Discard;
use gix::protocol::transport::Protocol;
use gix::protocol::transport::client::blocking_io::http as transport;
use gix::remote::fetch::{RefMap, Status, Tags};
use gix::remote::{Direction, ref_map};
use reqwest::{Client, Url};

use super::FetchError;
use super::completeness;
use super::http::Http;
use super::session::Session;

/// Where the ref stands at the remote, and whether objects were received for it.
pub(super) fn fetch(
    session: Session,
    url: &Url,
    client: Client,
) -> Result<(gix::ObjectId, bool), FetchError> {
    let session = Rc::new(session);
    let repository = session
        .store
        .receiving()
        .map_err(|error| session.explain(&error))?;
    let (tip, received) = receive(&session, &repository, url, client)?;
    session
        .store
        .record(tip)
        .map_err(|error| session.explain(&error))?;
    Ok((tip, received))
}

fn receive(
    session: &Rc<Session>,
    repository: &Repository,
    url: &Url,
    client: Client,
) -> Result<(gix::ObjectId, bool), FetchError> {
    let explain = |error: gix::Error| session.explain(&error);
    let address = gix::url::parse(url.as_str()).map_err(explain)?;
    let http = Http::new(Rc::clone(session), client);
    let transport = transport::connect_http(http, address.clone(), Protocol::V2, false);
    // The ref has no counterpart in the store: the tip is recorded once it is known to be complete.
    let remote = repository
        .remote_at_without_url_rewrite(address)
        .map_err(explain)?
        .with_fetch_tags(Tags::None)
        .with_refspecs([session.remote.reference()], Direction::Fetch)
        .map_err(explain)?;
    let prepared = remote
        .to_connection_with_transport(transport)
        .with_credentials(|_| Ok(None))
        .with_transport_options(Box::new(()))
        .prepare_fetch(Discard, ref_map::Options::default())
        .map_err(explain)?;
    let tip = tip(prepared.ref_map(), session)?;
    if repository.has_object(tip) {
        return Ok((tip, false));
    }
    let outcome = prepared
        .receive(Discard, session.interrupt())
        .map_err(explain)?;
    if let Status::Change {
        write_pack_bundle: pack,
        ..
    } = outcome.status
    {
        settle(session, repository, pack.index_path.as_deref(), tip)?;
    }
    Ok((tip, true))
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

/// Keeps a received pack if nothing is missing that its objects refer to; else removes it, so that
/// the tip counts as not received.
fn settle(
    session: &Session,
    repository: &Repository,
    index: Option<&Path>,
    tip: gix::ObjectId,
) -> Result<(), FetchError> {
    let complete = completeness::check(session, repository, index, tip);
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
