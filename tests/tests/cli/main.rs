//! The person's tool as a person runs it: a real process, stock git, a real remote.

mod bootstrapping;
mod checking;
mod fixture;
mod making;
mod recovering;
mod sealing;
