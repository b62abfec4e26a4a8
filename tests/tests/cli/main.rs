//! The person's tool as a person runs it: a real process, stock git, a real remote.
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

mod asking;
mod beginning;
mod bootstrapping;
mod changing;
mod checking;
mod creating;
mod editing;
mod every_store;
mod executing;
mod exposing;
mod extracting;
mod fixture;
mod flat;
mod hiding;
mod hooking;
mod identities;
mod inspecting;
mod lapsing;
mod limits;
mod loner;
mod losing;
mod making;
mod merging;
mod merging_stores;
mod naming;
mod nesting;
mod passphrase;
mod plain;
mod reading;
mod recovering;
mod resealing;
mod rotating;
mod sealing;
mod stores;
mod unsealed;
