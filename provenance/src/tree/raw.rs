//! Trees, read from their raw bytes: git's order, no name twice, no name that is a path.

use std::cmp::Ordering;

use smallvec::SmallVec;
use thiserror::Error;

use crate::{Mode, ObjectId};

/// A tree's entries in git's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawTree {
    pub(crate) entries: Vec<RawEntry>,
}

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawEntry {
    pub(crate) mode: Mode,
    pub(crate) name: Name,
    pub(crate) id: ObjectId,
}

/// A name; one that is as short as most takes no memory of its own, and trees are read by the thousand.
type Name = SmallVec<[u8; 24]>;

/// The most bytes a tree may have: 16 MiB.
const MAX_TREE: usize = 16 << 20;
/// The most bytes a name may have, as on Linux and in git's own checks.
const MAX_NAME: usize = 255;

impl RawTree {
    /// The entries of a tree object.
    ///
    /// # Errors
    /// [`RawTreeError`] for whatever `git fsck` would call an error, and for modes that git no
    /// longer writes.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, RawTreeError> {
        if bytes.len() > MAX_TREE {
            return Err(RawTreeError::TooLarge { bytes: bytes.len() });
        }
        let mut entries: Vec<RawEntry> = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (entry, after) = split_entry(rest).ok_or(RawTreeError::Truncated)??;
            check_name(&entry.name)?;
            if entries
                .last()
                .is_some_and(|last| last.order(&entry) != Ordering::Less)
            {
                return Err(RawTreeError::Order {
                    name: lossy(&entry.name),
                });
            }
            entries.push(entry);
            rest = after;
        }
        let tree = Self { entries };
        tree.check_unique()?;
        Ok(tree)
    }

    /// The entry of that name.
    pub(crate) fn get(&self, name: &[u8]) -> Option<&RawEntry> {
        self.find(name, false).or_else(|| self.find(name, true))
    }

    fn find(&self, name: &[u8], folder: bool) -> Option<&RawEntry> {
        let found = self.entries.binary_search_by(|entry| {
            in_git_order((&entry.name, entry.is_folder()), (name, folder))
        });
        found.ok().map(|index| &self.entries[index])
    }

    /// Git's order puts a file and a folder of one name apart, so order alone does not tell; but all that stands between
    /// them begins with that name, as the file itself does.
    fn check_unique(&self) -> Result<(), RawTreeError> {
        let mut pairs = self.entries.windows(2);
        let twice = pairs.find(|pair| {
            matches!(pair, [before, entry] if entry.is_folder()
                && before.name.starts_with(&entry.name)
                && self.find(&entry.name, false).is_some())
        });
        match twice {
            Some([_, entry]) => Err(RawTreeError::Twice {
                name: lossy(&entry.name),
            }),
            _ => Ok(()),
        }
    }
}

impl RawEntry {
    pub(crate) fn is_folder(&self) -> bool {
        self.mode == Mode::Folder
    }

    /// Git's order of a tree's entries; a file and a folder of one name are not equal in it.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        in_git_order(
            (&self.name, self.is_folder()),
            (&other.name, other.is_folder()),
        )
    }
}

/// A folder sorts as if its name ended in `/` (`base_name_compare` in git's `read-cache.c`).
fn in_git_order(one: (&[u8], bool), other: (&[u8], bool)) -> Ordering {
    let common = one.0.len().min(other.0.len());
    let next = |(name, folder): (&[u8], bool)| {
        let byte = name.get(common).copied();
        byte.or(folder.then_some(b'/'))
    };
    let heads = one.0[..common].cmp(&other.0[..common]);
    heads.then_with(|| next(one).cmp(&next(other)))
}

type Split<'a> = Result<(RawEntry, &'a [u8]), RawTreeError>;

/// `mode SP name NUL id`, or `None` where the bytes end before the entry does.
fn split_entry(bytes: &[u8]) -> Option<Split<'_>> {
    let nul = bytes.iter().position(|byte| *byte == 0)?;
    let (line, rest) = (&bytes[..nul], &bytes[nul + 1..]);
    let (id, rest) = rest.split_first_chunk::<20>()?;
    let space = line.iter().position(|byte| *byte == b' ')?;
    let (digits, name) = (&line[..space], Name::from_slice(&line[space + 1..]));
    let id = ObjectId::new(*id);
    Some(match Mode::from_digits(digits) {
        Some(mode) => Ok((RawEntry { mode, name, id }, rest)),
        None => Err(RawTreeError::Mode {
            name: lossy(&name),
            mode: lossy(digits),
        }),
    })
}

/// Refuses names that mean something else to a file system (`verify_path` in git's
/// `read-cache.c`).
fn check_name(name: &[u8]) -> Result<(), RawTreeError> {
    let special = matches!(name, b"" | b"." | b"..")
        || name.eq_ignore_ascii_case(b".git")
        || name.eq_ignore_ascii_case(b"git~1");
    if special || name.contains(&b'/') || name.len() > MAX_NAME {
        return Err(RawTreeError::Name { name: lossy(name) });
    }
    Ok(())
}

fn lossy(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_NAME)]);
    text.escape_debug().to_string()
}

/// Why a tree object is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RawTreeError {
    /// Longer than 16 MiB.
    #[error("the tree has {bytes} bytes, more than {MAX_TREE}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// The bytes end within an entry.
    #[error("the tree ends within an entry")]
    Truncated,
    /// A mode that git does not write.
    #[error("entry \"{name}\" has the mode \"{mode}\", which git does not write")]
    Mode {
        /// The entry's name.
        name: String,
        /// The mode as it stands there.
        mode: String,
    },
    /// A name that is empty, too long, a path, or `.git`.
    #[error("entry \"{name}\" has a name that no file may have")]
    Name {
        /// The entry's name.
        name: String,
    },
    /// The entries are not in git's order.
    #[error("entry \"{name}\" is out of order")]
    Order {
        /// The entry's name.
        name: String,
    },
    /// A name that stands for a file and for a folder.
    #[error("entry \"{name}\" stands twice")]
    Twice {
        /// The entry's name.
        name: String,
    },
}

#[cfg(test)]
mod tests;
