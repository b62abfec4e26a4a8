//! The digests by which a step's changes may have been approved.

use std::collections::BTreeMap;
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::{Contents, Delta, Digests};
use crate::Objects;
use crate::object::ObjectError;
use crate::tree::Change;

/// After as many bytes of contents no more are read for one step: 256 MiB.
const MOST: usize = 256 << 20;

/// The digests of a step's changes: of all of them, of those below each folder, and of each path.
///
/// An approval is a digest and does not say of which paths, so it covers some of a step's paths
/// only where the verifier can tell which. It can for folders: whoever answers for a part of the
/// tree approves all that changes below its folder (or one file), and what the same step changes
/// elsewhere does not matter. Who answers for several folders makes several approvals. The
/// folders are those of the tree, not the rules of the policy: a digest that fits is of these
/// very contents however it was looked for, and since no rule adds one to look for, a policy
/// that asks for more never makes an approval cover more.
#[derive(Debug)]
pub(crate) struct Deltas {
    covered: BTreeMap<Delta, Range<usize>>,
}

impl Deltas {
    /// Every digest by which some of these changes, sorted by their paths, may be approved.
    ///
    /// A path whose content no store hands out, so large it is, is covered by none, and so are those behind the contents that
    /// are read for one step: whoever signs what nobody approved decides how much that is.
    ///
    /// # Errors
    /// [`ObjectError`] where the store fails.
    pub(crate) fn of(
        objects: &dyn Objects,
        changes: &[Change],
        known: &Digests,
    ) -> Result<Self, ObjectError> {
        Self::within(objects, changes, known, MOST)
    }

    /// The same, with another bound of the bytes after which no content is read.
    pub(super) fn within(
        objects: &dyn Objects,
        changes: &[Change],
        known: &Digests,
        most: usize,
    ) -> Result<Self, ObjectError> {
        let mut walk = Walk {
            open: vec![Folder::new(b"", 0)],
            covered: BTreeMap::new(),
        };
        let mut contents = Contents::of(objects, known);
        for (index, change) in changes.iter().enumerate() {
            walk.enter(&change.path, index);
            if contents.bytes > most {
                walk.spoil();
                continue;
            }
            match contents.line(change) {
                Ok(line) => walk.add(index, &line),
                Err(error) if error.is_content() => walk.spoil(),
                Err(error) => return Err(error),
            }
        }
        walk.leave(b"", changes.len());
        walk.close(changes.len());
        Ok(Self {
            covered: walk.covered,
        })
    }

    /// Which of the changes a digest is of, if any.
    pub(crate) fn covered_by(&self, delta: &Delta) -> Option<Range<usize>> {
        self.covered.get(delta).cloned()
    }

    /// Each digest, and which of the changes it is of.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Delta, &Range<usize>)> {
        self.covered.iter()
    }
}

/// A folder whose changes are being hashed.
struct Folder<'a> {
    /// Its path and a slash; nothing for the root.
    prefix: &'a [u8],
    from: usize,
    lines: Sha256,
    spoilt: bool,
}

impl<'a> Folder<'a> {
    fn new(prefix: &'a [u8], from: usize) -> Self {
        Self {
            prefix,
            from,
            lines: Sha256::new(),
            spoilt: false,
        }
    }
}

struct Walk<'a> {
    /// The folders that the current path is in, each within the one before.
    open: Vec<Folder<'a>>,
    covered: BTreeMap<Delta, Range<usize>>,
}

impl<'a> Walk<'a> {
    /// Closes the folders that the path is not in and opens those that it is in.
    fn enter(&mut self, path: &'a [u8], index: usize) {
        self.leave(path, index);
        let known = self.open.last().map_or(0, |folder| folder.prefix.len());
        for end in (known..path.len()).filter(|end| path[*end] == b'/') {
            self.open.push(Folder::new(&path[..=end], index));
        }
    }

    fn leave(&mut self, path: &[u8], index: usize) {
        while self
            .open
            .last()
            .is_some_and(|folder| !path.starts_with(folder.prefix))
        {
            self.close(index);
        }
    }

    fn close(&mut self, to: usize) {
        if let Some(folder) = self.open.pop().filter(|folder| !folder.spoilt) {
            let delta = Delta(folder.lines.finalize().into());
            self.covered.insert(delta, folder.from..to);
        }
    }

    fn add(&mut self, index: usize, line: &[u8]) {
        let alone = Delta(Sha256::digest(line).into());
        self.covered.insert(alone, index..index + 1);
        for folder in &mut self.open {
            folder.lines.update(line);
        }
    }

    fn spoil(&mut self) {
        for folder in &mut self.open {
            folder.spoilt = true;
        }
    }
}
