//! Observes and applies as a tenant.
//!
//! A [`Cluster`] is one pool of connections and many accounts. The agent's own account stays inside this room: it
//! reads [anchors](Cluster::watch_anchors), reports on them and on [Syncs](Cluster::ensure_sync), writes
//! [Events](Cluster::notify), holds the [`Lease`], reads three Secrets by name, and asks for tenants' tokens. All else
//! goes through a [`TenantClient`], which [`Cluster::tenant`] makes from a short-lived token of the tenant's
//! `ServiceAccount`: there is no other account to fall back to.
//!
//! With it, [`observe`] looks at what a source wants, by metadata alone, [`apply`] carries out a plan in which nothing
//! is left to decide, and [`TenantClient::watch`] tells of drift. `apply` is where opened values meet a request: they
//! are spliced into a body that is wiped after it was sent, and an error of such a request is reduced to its code,
//! its reason and the field, since the API server repeats the value that it refuses.
//!
//! [`install`] is what `signet bootstrap` does with the rights of the person who runs it.

pub mod install;

mod anchors;
mod apply;
mod conditions;
mod connect;
mod discovery;
mod events;
mod failure;
mod hook;
mod lease;
mod namespaces;
pub use hook::look;

mod observe;
mod place;
mod pool;
mod request;
mod secrets;
mod state;
mod syncs;
mod tenant;
mod token_request;
mod watch;

pub use anchors::{AnchorChange, RECONCILE_AT};
pub use apply::{Applied, AppliedObject, ApplyError, Done, apply};
pub use conditions::{Finding, record};
pub use connect::{Access, Cluster, ConnectError, configured};
pub use events::{Notice, Severity, Subject};
pub use failure::{Detail, Failure, chain};
pub use lease::{LEASE, Lease, Standing};
pub use namespaces::NamespaceChange;
pub use observe::{ObserveError, observe};
pub use secrets::{CLUSTER_IDENTITY, GIT_CREDENTIALS, GitCredentials, GitHubAppKeys, SecretError};
pub use state::{STATE, Stored};
pub use syncs::{SyncChange, WantedSync};
pub use tenant::{TenantClient, TenantError};
pub use watch::{Change, Seen, Target};
