//! Which of SOPS' stores a file belongs to.

use std::fmt;

use signet_api::RepoPath;

/// The form of a sealed file, which SOPS tells by the extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// A file of a store that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: sealed files of the {store} store cannot be read yet, only yaml")]
pub struct StoreError {
    /// The file.
    pub path: RepoPath,
    /// Its store.
    pub store: Store,
}

impl Store {
    /// The store of a file with this path.
    pub fn of(path: &RepoPath) -> Self {
        let name = path.as_str().rsplit('/').next().unwrap_or_default();
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
}
