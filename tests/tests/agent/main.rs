//! The agent from end to end: real binaries, a real control plane, a real Git remote over HTTPS.
//!
//! One world serves all tests of this binary, one after the other, as people share a cluster. A test
//! leaves it as it may; the next one mends it before it begins.

mod approvals;
mod auditing;
mod automating;
mod compat;
mod credentials;
mod documents;
mod hooks;
mod life;
mod mirrors;
mod outages;
mod proxy;
mod refusals;
mod rendering;
mod renewals;
mod resets;
mod spine;
mod ssh;
mod tenants;
mod told;
mod upkeep;
mod world;
