//! What the agent's and the tenants' accounts can and cannot do, on a real control plane.
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

mod accounts;
mod apply;
mod fixture;
mod install;
mod observe;
mod reports;
mod rights;
mod source;
mod watch;
