//! Brings objects and refs from a remote into a bare object store, and pushes.
//!
//! This is where the outside enters. A [`Remote`] is a place that has the repository: a URL, one
//! ref, and what it takes to be let in. A [`Store`] is a bare object store, kept between runs. The
//! function [`fetch`] asks the remote where the ref stands and brings what the store lacks; its
//! answer is the commit at the tip, believed by nobody yet. [`look`] asks and brings nothing. Whether that commit and the history
//! behind it may be believed is decided in `provenance`, which reads the store as
//! [`Objects`](signet_provenance::Objects) and hashes every object again.
//!
//! What is absent is deliberate. No process is started, so there are no hooks, credential helpers
//! or `ssh`. The configuration of the machine and its user is not read, nor is the environment, so no
//! `url.insteadOf` sends the agent elsewhere, and a [`Proxy`] is one that the caller names. Of tags those alone are fetched by which people approve changes
//! ([`Store::approvals`]); notes and replacement refs are not. A store that
//! borrows objects or history from elsewhere is refused. Nothing that was received is thrown away
//! when the remote rewrites its history: the commits verified last stay at hand.
//!
//! What writes to Git makes a commit in the store ([`Store::commit`]), signed by a [`SshKey`] in process, and has
//! [`push`] move the remote's ref there from where it is expected to stand. A ref that stands elsewhere stays, and what
//! others pushed is never taken back. The agent does neither: it only reads.
//!
//! A store also tells which commit last changed a part of a file ([`Store::last_changes`]): what people ask about secrets.
//! The agent never does.
//!
//! Every fetch leaves a pack, and packs are joined when there are many. A store damaged by a crash
//! or a bad disk holds nothing that the remote does not have, so it is thrown away and fetched
//! again.

mod approvals;
mod commit;
mod fetch;
mod history;
mod links;
mod push;
mod remote;
mod session;
mod store;

pub use approvals::{LARGEST_APPROVAL, MOST_APPROVALS, is_approval_name};
pub use commit::{CommitError, Draft, Ident};
pub use fetch::{Fetched, fetch, look};
pub use history::{HistoryError, LastChange, Parts, Seen};
pub use push::{PushError, push};
pub use remote::{
    ClientCertificate, ClientCertificateError, Credentials, GitHubApp, GitHubAppError,
    HostKeyError, Proxy, ProxyError, Remote, RemoteError, SshKey, SshKeyError, is_ssh,
};
pub use session::{ConnectionError, FetchError};
pub use store::{RevisionError, Store, StoreError, Target};

#[cfg(test)]
mod testing;
