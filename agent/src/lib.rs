//! The loop: watch, reconcile, report.
//!
//! Three kinds of tasks share the work. [`trust`] follows the `TrustAnchor`: it fetches the repository, has `provenance`
//! judge every new commit, and keeps what it found in the [`ledger`] before anything is done with it. [`fleet`] has a
//! task for each source that the verified documents name for this cluster, and prunes those that they no longer name.
//! [`source`] is such a task: render, observe, compare, open, apply, in one sentence (`source/reconcile.rs`), again
//! whenever there is a new revision, somebody else changed an object, or something that it waited for is there.
//!
//! What goes wrong is a [`ReconcileError`](error::ReconcileError), and [`verdict`] says for each what the condition's
//! reason is, whether trying again can help and what a person can do. Whatever fails, the last good state stays: a
//! commit that is refused moves nothing, a source whose newest revision does not render is kept at the one before, and
//! nothing is pruned but what an earlier verified revision contained.
//!
//! Decisions are functions of what is known ([`backoff`], `source/pace.rs`, `source/needs.rs`, `source/status.rs`,
//! `trust/status.rs`); every `.await` may be the last one, so each attempt can be made again.

mod allocator;
mod arguments;
mod backoff;
mod clock;
mod damage;
mod error;
mod fleet;
mod ledger;
mod logs;
mod orders;
mod reason;
mod run;
mod shared;
mod source;
mod source_id;
mod tenure;
mod trust;
mod verdict;

#[cfg(test)]
mod testing;

pub use allocator::Wiping;
pub use arguments::{Arguments, LogFormat};
pub use run::{StartError, start};

use source_id::SourceId;
