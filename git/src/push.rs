//! Bringing a commit to a remote.

mod error;
mod folder;
mod lacking;
mod pack;
mod report;
mod smart;

use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use gix::protocol::transport::{Protocol, Service};
use signet_provenance::{ObjectId, newest_on_mainline};
use tokio::runtime::Handle;

use crate::remote::Address;
use crate::session::https::Https;
use crate::session::ssh::Talks;
use crate::session::{ConnectionError, FetchError, Session, patiently};
use crate::{Remote, Store};

pub use error::PushError;

/// Has the remote's ref stand at a commit of the store, if it stands where it is expected to, or is not there where
/// nothing is expected. Only what goes on from there is pushed, so nothing is ever taken back.
///
/// What the remote lacks is sent in one go, and nothing is sent a second time. Fetching brings the ref's true place, also
/// where the outcome is [`PushError::Unknown`]. Dropping the future ends the work, wherever it is; the remote's timeout
/// ends it too.
///
/// # Errors
/// See [`PushError`]: but for `Unknown`, this did not change the remote's ref.
pub async fn push(
    remote: &Remote,
    store: &Store,
    commit: ObjectId,
    expected: Option<ObjectId>,
) -> Result<(), PushError> {
    let sent = Arc::new(OnceLock::new());
    let (theirs, stored) = (remote.clone(), store.clone());
    let (runtime, sending) = (Handle::current(), Arc::clone(&sent));
    let outcome = patiently(remote.timeout, move |patience| {
        let session = Rc::new(Session::new(theirs, stored, runtime, patience));
        let push = Push {
            session,
            commit,
            expected,
            sent: sending,
        };
        push.run()
    });
    let unfinished = match outcome.await {
        Ok(Some(outcome)) => return outcome,
        Ok(None) => FetchError::interrupted(remote),
        Err(_elapsed) => FetchError::late(remote),
    };
    // Where nothing was sent until now, nothing will be.
    Err(if *sent.get_or_init(|| false) {
        PushError::unknown(remote, commit, unfinished)
    } else {
        unfinished.into()
    })
}

/// One push, on the thread that does the work.
struct Push {
    session: Rc<Session>,
    commit: ObjectId,
    expected: Option<ObjectId>,
    /// Whether the remote may have been told, once that is decided.
    sent: Arc<OnceLock<bool>>,
}

impl Push {
    /// Does it all.
    fn run(&self) -> Result<(), PushError> {
        self.check_goes_on()?;
        match &self.session.remote.address {
            Address::Https { url, client, .. } => {
                let https = Https::new(&self.session, url, client, Protocol::V1)?;
                smart::push(self, || Ok(https.connect()))
            }
            Address::Ssh(ssh) => {
                let talks = Talks::new(&self.session, ssh, Service::ReceivePack)?;
                let outcome = smart::push(self, || talks.begin());
                // The outcome is known, whether or not the connection serves for another talk.
                let _ = talks.end();
                outcome
            }
            Address::Folder(path) => folder::push(self, path),
        }
    }

    /// Whoever follows the ref stops where it goes on from anything else than what was there.
    fn check_goes_on(&self) -> Result<(), PushError> {
        let (commit, Some(expected)) = (self.commit, self.expected) else {
            return Ok(());
        };
        let objects = self.session.store.objects();
        match newest_on_mainline(&objects, commit, |passed| passed == expected) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(PushError::NotAhead { commit, expected }),
            Err(error) => {
                let source = Box::new(error);
                Err(PushError::History { commit, source })
            }
        }
    }

    /// Whether the ref is to be moved from where it was found.
    fn check_place(&self, found: Option<ObjectId>) -> Result<(), PushError> {
        if found == self.expected {
            return Ok(());
        }
        Err(PushError::Moved {
            remote: self.session.remote.to_string(),
            reference: self.session.remote.reference().to_owned(),
            expected: self.expected,
            found,
        })
    }

    /// From now on the remote may know, unless nobody waits for the outcome any more.
    fn begin(&self) -> Result<(), PushError> {
        self.session.check_patience()?;
        if *self.sent.get_or_init(|| true) {
            Ok(())
        } else {
            Err(FetchError::interrupted(&self.session.remote).into())
        }
    }

    /// A failure after the remote was told: nobody knows what became of it, unless the server says that it did not look.
    fn after(&self, failure: FetchError) -> PushError {
        match failure {
            FetchError::Unreachable {
                source: ConnectionError::Https(ref answer),
                ..
            } if answer
                .status()
                .is_some_and(|status| status.is_client_error()) =>
            {
                failure.into()
            }
            FetchError::Credentials { .. }
            | FetchError::App { .. }
            | FetchError::RepositoryMissing { .. }
            | FetchError::Redirected { .. } => failure.into(),
            failure => PushError::unknown(&self.session.remote, self.commit, failure),
        }
    }

    /// The remote's refusal, in words that it chose.
    fn rejected(&self, why: &str, words: &str) -> PushError {
        PushError::Rejected {
            remote: self.session.remote.to_string(),
            reference: self.session.remote.reference().to_owned(),
            commit: self.commit,
            why: self.session.shown(why),
            words: self.session.shown(words),
        }
    }

    /// An object that is to be pushed cannot be read.
    fn unread(&self, source: gix::Error) -> PushError {
        PushError::Objects {
            commit: self.commit,
            source,
        }
    }
}

#[cfg(test)]
mod tests;
