//! Where a person stands who reads about files: names are for them to paste.

use crate::failure::Result;
use std::env;
use std::path::{Component, Path, PathBuf};

/// Where Git was called, while a hook of it runs where the work tree begins (githooks(5), `setup_git_directory`).
const PREFIX: &str = "GIT_PREFIX";

/// The folder in which a tree begins, and the one in which the person stands.
pub(crate) struct Place {
    root: PathBuf,
    here: PathBuf,
}

impl Place {
    /// The person's own folder, seen from a tree that begins here.
    ///
    /// # Errors
    /// When the current folder is gone.
    pub(crate) fn of(root: &Path) -> Result<Self> {
        Ok(Self {
            root: root.to_owned(),
            here: env::current_dir()?.canonicalize()?,
        })
    }

    /// The same in a hook of Git's: from where Git was called.
    pub(crate) fn in_hook(mut self) -> Self {
        let prefix = env::var_os(PREFIX).filter(|_| self.here == self.root);
        let called = prefix.map(|prefix| self.root.join(prefix));
        if let Some(called) = called.and_then(|folder| folder.canonicalize().ok()) {
            self.here = called;
        }
        self
    }

    /// The name of a file of the tree: relative within the tree and from above it, else in full.
    pub(crate) fn name(&self, path: &str) -> String {
        let file = self.root.join(path);
        let is_near = self.here.starts_with(&self.root) || self.root.starts_with(&self.here);
        let name = if is_near {
            relative(&file, &self.here)
        } else {
            file
        };
        name.to_string_lossy().into_owned()
    }
}

/// The way to a file from a folder, both in full.
fn relative(file: &Path, folder: &Path) -> PathBuf {
    let both = file.components().zip(folder.components());
    let shared = both.take_while(|(to, from)| to == from).count();
    let up = folder.components().count() - shared;
    let up = std::iter::repeat_n(Component::ParentDir, up);
    up.chain(file.components().skip(shared)).collect()
}

#[cfg(test)]
mod tests {
    use super::Place;
    use std::path::PathBuf;

    #[test]
    fn a_file_is_named_from_where_the_person_stands() {
        for (here, name) in [
            ("/w/tree", "a/b.yaml"),
            ("/w/tree/a", "b.yaml"),
            ("/w/tree/a/c", "../b.yaml"),
            ("/w/tree/x/y", "../../a/b.yaml"),
            ("/w", "tree/a/b.yaml"),
            ("/", "w/tree/a/b.yaml"),
            ("/elsewhere", "/w/tree/a/b.yaml"),
        ] {
            let place = Place {
                root: PathBuf::from("/w/tree"),
                here: PathBuf::from(here),
            };
            assert_eq!(place.name("a/b.yaml"), name, "{here}");
        }
    }
}
