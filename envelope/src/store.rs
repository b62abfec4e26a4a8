//! SOPS' stores: which one a file belongs to, and what its text holds.
//!
//! Each store reads its text into the same tree, with the bytes that every key and value comes from, so that one code
//! walks, seals and checks them all. Metadata that a store writes flat stands in the tree as the mapping that it means.

mod binary;
mod dotenv;
mod error;
mod flat;
pub mod ini;
mod json;
mod lines;
mod places;
mod readings;
mod yaml;

use std::fmt;
use std::str::FromStr;

use arcstr::ArcStr;
use signet_api::RepoPath;
use signet_yaml::{Limits, Stream};

pub use error::ReadError;
pub(crate) use readings::{OtherReading, other_reading};

/// The form of a sealed file, which SOPS tells by the extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Store {
    /// `.yaml`, `.yml`
    Yaml,
    /// `.json`
    Json,
    /// `.env`
    Dotenv,
    /// `.ini`
    Ini,
    /// Everything else: a JSON envelope around the bytes.
    Binary,
}

impl Store {
    /// Every store.
    pub const ALL: [Self; 5] = [
        Self::Yaml,
        Self::Json,
        Self::Dotenv,
        Self::Ini,
        Self::Binary,
    ];

    /// The store of a file with this path.
    pub fn of(path: &RepoPath) -> Self {
        let name = path.file_name();
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("yaml" | "yml") => Self::Yaml,
            Some("json") => Self::Json,
            Some("env") => Self::Dotenv,
            Some("ini") => Self::Ini,
            _ => Self::Binary,
        }
    }

    /// SOPS' name of the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Dotenv => "dotenv",
            Self::Ini => "ini",
            Self::Binary => "binary",
        }
    }
}

/// The tree of a text of this store; a clear file of the binary store is no text, and only its envelope can be read.
///
/// # Errors
/// [`ReadError`]: the first offence ends reading.
pub fn read(store: Store, text: impl Into<ArcStr>) -> Result<Stream, ReadError> {
    let text = &text.into();
    match store {
        Store::Yaml => yaml::read(text),
        Store::Json => json::read(store, text, &Limits::SEALED),
        Store::Binary => binary::read(text),
        Store::Dotenv => dotenv::read(text),
        Store::Ini => ini::read(text),
    }
}

/// A name that no store has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no such store: it is one of yaml, json, dotenv, ini, binary")]
pub struct UnknownStore;

impl FromStr for Store {
    type Err = UnknownStore;

    fn from_str(name: &str) -> Result<Self, UnknownStore> {
        let mut stores = Self::ALL.into_iter();
        stores
            .find(|store| store.as_str() == name)
            .ok_or(UnknownStore)
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_extension_decides_as_in_sops() {
        let store = |path: &str| Store::of(&path.parse().unwrap());
        assert_eq!(store("a/db.sops.yaml"), Store::Yaml);
        assert_eq!(store("a/db.yml"), Store::Yaml);
        assert_eq!(store("a.json"), Store::Json);
        assert_eq!(store("a/.env"), Store::Dotenv);
        assert_eq!(store("a/prod.env.enc"), Store::Binary);
        assert_eq!(store("a.yaml/key"), Store::Binary);
    }

    #[test]
    fn a_store_is_found_by_the_name_that_sops_has_for_it() {
        for store in Store::ALL {
            assert_eq!(store.as_str().parse(), Ok(store));
        }
        assert_eq!("env".parse::<Store>(), Err(UnknownStore));
    }
}
