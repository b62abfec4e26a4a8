//! Asking where a remote's ref stands.

use std::rc::Rc;
use std::time::Duration;

use gix::protocol::transport::{Protocol, Service};
use signet_provenance::ObjectId;
use tokio::runtime::Handle;

use super::{folder, smart};
use crate::remote::Address;
use crate::session::https::Https;
use crate::session::ssh::Talks;
use crate::session::{FetchError, Session, patiently};
use crate::store::ours;
use crate::{Remote, Store};

/// Asks the remote where its ref stands, and no more: nothing is brought, and nothing in the store changes. It waits for no
/// fetch, and for the remote no longer than `patience`, nor than the remote's own timeout.
///
/// # Errors
/// See [`FetchError`].
pub async fn look(
    remote: &Remote,
    store: &Store,
    patience: Duration,
) -> Result<ObjectId, FetchError> {
    let longest = remote.timeout.min(patience);
    let (theirs, stored, runtime) = (remote.clone(), store.clone(), Handle::current());
    let outcome = patiently(longest, move |patience| {
        tip(&Rc::new(Session::new(theirs, stored, runtime, patience)))
    });
    match outcome.await {
        Ok(Some(tip)) => Ok(ours(&tip?)),
        Ok(None) => Err(FetchError::interrupted(remote)),
        Err(_elapsed) => Err(FetchError::Timeout {
            remote: remote.to_string(),
            seconds: longest.as_secs_f32(),
        }),
    }
}

fn tip(session: &Rc<Session>) -> Result<gix::ObjectId, FetchError> {
    match &session.remote.address {
        Address::Https {
            url,
            client,
            greeting,
        } => {
            let https = Https::new(session, url, client, Protocol::V2)?.greeted(greeting);
            https.talk(|| smart::look(session, https.place(), || Ok(https.connect())))
        }
        Address::Ssh(ssh) => {
            let talks = Talks::new(session, ssh, Service::UploadPack)?;
            let tip = smart::look(session, talks.place(), || talks.begin())?;
            talks.end()?;
            Ok(tip)
        }
        Address::Folder(path) => folder::look(session, path),
    }
}
