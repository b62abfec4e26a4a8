//! Our sealed files against the real sops, both ways.
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

use signet_tests::dice;

mod brackets;
mod bytes;
mod comments;
mod documents;
mod form;
mod hostile;
mod in_place;
mod ini;
mod keys;
mod matrix;
mod merge_keys;
mod ours;
mod patterns;
mod people;
mod plain;
mod types;
mod yaml;
