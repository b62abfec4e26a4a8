//! Between `signet-git` and a real Git remote.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod approvals;
mod disk;
mod faults;
mod fetching;
mod fixture;
mod github_app;
mod large;
mod looking;
mod many;
mod pkt_lines;
mod proxy;
mod pushing;
mod pushing_ssh;
mod refusals;
mod ssh;
mod ssh_faults;
mod ssh_fixture;
mod ssh_hosts;
mod tokens;
