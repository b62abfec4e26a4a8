//! Bringing what the remote has and the store lacks.

mod approved;
mod completeness;
mod folder;
mod look;
mod smart;

use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use gix::protocol::transport::{Protocol, Service};
use signet_provenance::ObjectId;
use tokio::runtime::Handle;

use crate::remote::Address;
use crate::session::https::Https;
use crate::session::ssh::Talks;
use crate::session::{FetchError, Session, patiently};
use crate::store::ours;
use crate::{Remote, Store};

pub use look::look;

/// What a fetch found. Nobody believes it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The commit that the ref names.
    pub tip: ObjectId,
    /// Whether the store had to be sent objects for it.
    pub received: bool,
    /// Why the store does not have all of the remote's approvals, if it has not.
    pub shortfall: Option<String>,
}

/// Asks the remote where its ref stands and brings every object behind it that the store lacks.
///
/// Beside that ref only the tags by which people approve changes are fetched, and those that the
/// remote does not have any more are gone here too: an approval that was withdrawn must not count
/// because somebody remembers it, and what a history stands on must be where others find it. A
/// failure to bring them does not keep the ref from being fetched, nor does the time that they take. A remote that rewrote its history is followed, since judging that is
/// not the store's business, and what it had before is kept. A store that the last run left
/// damaged is rebuilt first. Fetches into one store wait for each other. Dropping the future ends
/// the work, and so does the remote's timeout.
///
/// # Errors
/// See [`FetchError`]. The store then holds what it held before, apart from unreachable objects.
pub async fn fetch(remote: &Remote, store: &Store) -> Result<Fetched, FetchError> {
    let followed = Arc::new(OnceLock::new());
    let (theirs, stored) = (remote.clone(), store.clone());
    let (runtime, found) = (Handle::current(), Arc::clone(&followed));
    // gix blocks its thread while it waits, writes and unpacks.
    let outcome = patiently(remote.timeout, move |patience| {
        let session = Rc::new(Session::new(theirs, stored, runtime, patience));
        Fetch {
            session,
            followed: found,
        }
        .run()
    });
    match outcome.await {
        Ok(Some(fetched)) => fetched,
        Ok(None) => Err(FetchError::interrupted(remote)),
        Err(_elapsed) => {
            let seconds = remote.timeout.as_secs_f32();
            let late = || format!("{remote} did not send them within {seconds} seconds");
            let followed = followed.get().map(|fetched| Fetched {
                shortfall: Some(late()),
                ..Fetched::clone(fetched)
            });
            followed.ok_or_else(|| FetchError::late(remote))
        }
    }
}

/// What is in the store now, and stands so at the remote.
struct Brought {
    /// Where the ref stands.
    tip: gix::ObjectId,
    /// Whether objects were received for it.
    received: bool,
    /// Why not all approvals are here, if they are not.
    shortfall: Option<String>,
}

/// One fetch, on the thread that does the work.
struct Fetch {
    session: Rc<Session>,
    /// What was found of the ref, once it is here: whoever may push approvals does not keep it from counting.
    followed: Arc<OnceLock<Fetched>>,
}

impl Fetch {
    /// Does it all.
    fn run(&self) -> Result<Fetched, FetchError> {
        let store = &self.session.store;
        let _others_wait = store.lock();
        self.session.check_patience()?;
        if !store.is_sound() {
            store.rebuild_now()?;
        }
        store.keep_packs_few()?;
        let brought = match &self.session.remote.address {
            Address::Https {
                url,
                client,
                greeting,
            } => {
                let https = Https::new(&self.session, url, client, Protocol::V2)?.greeted(greeting);
                https.talk(|| smart::fetch(self, https.place(), || Ok(https.connect())))?
            }
            Address::Ssh(ssh) => {
                let talks = Talks::new(&self.session, ssh, Service::UploadPack)?;
                let brought = smart::fetch(self, talks.place(), || talks.begin())?;
                talks.end()?;
                brought
            }
            Address::Folder(path) => folder::fetch(self, path)?,
        };
        Ok(Fetched {
            tip: ours(&brought.tip),
            received: brought.received,
            shortfall: brought.shortfall,
        })
    }

    /// Keeps the tip for the next negotiation; from now on the fetch has an outcome.
    fn keep(&self, tip: gix::ObjectId, received: bool) -> Result<(), FetchError> {
        let kept = self.session.store.record(tip);
        kept.map_err(|error| self.session.explain(&error))?;
        self.followed.get_or_init(|| Fetched {
            tip: ours(&tip),
            received,
            shortfall: None,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
