//! Why a flat text is not changed.

use signet_envelope::{ReadError, Store};

/// Why a flat text cannot be changed so. Nothing here quotes a value.
#[derive(Debug, thiserror::Error)]
pub enum FlatError {
    /// The store is none of those whose values are lines.
    #[error("a {store} file is not flat")]
    Store {
        /// The store.
        store: Store,
    },
    /// The text is none of the store.
    #[error("the text cannot be read")]
    Read(#[from] ReadError),
    /// The path is none that a file of the store has.
    #[error("a path in a {store} file is {}", shape(*store))]
    Path {
        /// The store.
        store: Store,
    },
    /// What is to be taken out is not there.
    #[error("the path leads nowhere")]
    Missing,
    /// Several lines of a dotenv file set the name, with `export` and without: which one counts is for the shell to say.
    #[error("several lines set that name, with the word export or without")]
    Twice,
    /// The value cannot stand in a file of the store: no spelling of it is read as the same again.
    #[error("a {store} file cannot hold the value: {}", limit(*store))]
    Value {
        /// The store.
        store: Store,
    },
    /// What would be written is read as something else: the key or section has a name that cannot be written, or the line in
    /// front goes on in the next one.
    #[error(
        "a {store} file has no place for that: what would be written there reads as something else"
    )]
    Unreadable {
        /// The store.
        store: Store,
    },
}

fn shape(store: Store) -> &'static str {
    match store {
        Store::Ini => "a section and a key, [\"section\"][\"key\"] or /section/key",
        _ => "one key, [\"KEY\"] or /KEY",
    }
}

fn limit(store: Store) -> &'static str {
    match store {
        Store::Ini => "no quotes fit around it",
        _ => "a backslash in front of an n stands for a line break there",
    }
}
