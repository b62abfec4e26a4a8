//! Histories in memory and in real repositories, judged through the public interface.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod approvals;
mod attacks;
mod commits;
mod compared;
mod crafted;
mod dice;
mod fields;
mod floods;
mod git;
mod histories;
mod openpgp;
mod policy_changes;
mod resets;
mod scenarios;
mod side_branches;
mod speed;
mod steps;
mod support;
mod times;
