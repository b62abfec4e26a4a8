//! What holds for every text, and what is asked of it.
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

mod comparisons;
mod cost;
mod documents;
mod path_edits;
mod properties;
mod tree;
