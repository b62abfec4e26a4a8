//! Attacks, each named after what it tries.

mod history;
mod introduction;
mod signature;
mod store;
mod tree;
