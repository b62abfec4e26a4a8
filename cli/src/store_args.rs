//! Which store a file belongs to, where its name does not say so.

use signet_api::RepoPath;
use signet_envelope::{Store, UnknownStore};

/// What a person says about the form of a file.
#[derive(Default, clap::Args)]
pub(crate) struct StoreArgs {
    /// yaml, json, dotenv, ini or binary (default: by the extension, as in sops)
    #[arg(long = "type", value_name = "STORE", value_parser = named)]
    store: Option<Store>,
}

impl StoreArgs {
    /// The store of a file.
    pub(crate) fn of(&self, path: &RepoPath) -> Store {
        self.store.unwrap_or_else(|| Store::of(path))
    }

    /// Whether the person said it.
    pub(crate) fn is_named(&self) -> bool {
        self.store.is_some()
    }
}

fn named(name: &str) -> Result<Store, UnknownStore> {
    name.parse()
}
