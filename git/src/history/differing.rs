//! The files in which two trees differ, among those that are asked for.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::iter::Peekable;
use std::vec::IntoIter;

use gix::objs::tree::EntryRef;
use gix::{ObjectId, Repository, Tree};

use super::{HistoryError, unreadable};

/// The files that are asked for, by the folders in which they stand.
#[derive(Default)]
pub(super) struct Wanted {
    files: HashMap<Vec<u8>, usize>,
    folders: HashMap<Vec<u8>, Wanted>,
}

/// A file that is not the same in both trees, with the blobs that it is.
pub(super) struct Differing {
    /// Which of the files it is.
    pub(super) file: usize,
    pub(super) here: Option<ObjectId>,
    pub(super) there: Option<ObjectId>,
}

impl Wanted {
    /// The files of these paths, each of which stands there once.
    pub(super) fn of<P: AsRef<str>>(paths: &[P]) -> Self {
        let mut root = Self::default();
        for (file, path) in paths.iter().enumerate() {
            let mut folder = &mut root;
            let mut rest = path.as_ref();
            while let Some((name, below)) = rest.split_once('/') {
                folder = folder.folders.entry(name.into()).or_default();
                rest = below;
            }
            folder.files.insert(rest.into(), file);
        }
        root
    }

    /// The files that differ. Folders that are equal, or hold none that is asked for, are not read.
    ///
    /// # Errors
    /// Where a folder cannot be read.
    pub(super) fn differing(
        &self,
        repository: &Repository,
        here: Option<ObjectId>,
        there: Option<ObjectId>,
    ) -> Result<Vec<Differing>, HistoryError> {
        let mut found = Vec::new();
        self.compare(repository, here, there, &mut found)?;
        Ok(found)
    }

    fn compare(
        &self,
        repository: &Repository,
        here: Option<ObjectId>,
        there: Option<ObjectId>,
        found: &mut Vec<Differing>,
    ) -> Result<(), HistoryError> {
        if here == there {
            return Ok(());
        }
        let [here, there] = [here, there].map(|id| Folder::read(repository, id));
        let (here, there) = (here?, there?);
        let mut sides = [here.entries()?, there.entries()?].map(|side| side.into_iter().peekable());
        while let Some([here, there]) = next_pair(&mut sides) {
            let ids = [here, there].map(|entry| entry.map(|entry| entry.oid.to_owned()));
            let Some(entry) = here.or(there).filter(|_| ids[0] != ids[1]) else {
                continue;
            };
            let name = entry.filename;
            let [here, there] = ids;
            if entry.mode.is_tree() {
                if let Some(below) = self.folders.get(name) {
                    below.compare(repository, here, there, found)?;
                }
            } else if let Some(&file) = self.files.get(name) {
                found.push(Differing { file, here, there });
            }
        }
        Ok(())
    }
}

/// A folder's tree; nothing where there is no folder.
struct Folder<'r>(Option<Tree<'r>>);

impl<'r> Folder<'r> {
    fn read(repository: &'r Repository, id: Option<ObjectId>) -> Result<Self, HistoryError> {
        let read = id.map(|id| {
            repository
                .find_tree(id)
                .map_err(|source| unreadable(id, source))
        });
        Ok(Self(read.transpose()?))
    }

    /// In the order of Git, in which a file and a folder of one name are two. Whoever wrote the tree may have had another: to
    /// walk two lists side by side would hide what stands behind.
    fn entries(&self) -> Result<Vec<EntryRef<'_>>, HistoryError> {
        let Self(Some(tree)) = self else {
            return Ok(Vec::new());
        };
        let read = tree.decode();
        let mut entries = read.map_err(|source| unreadable(tree.id, source))?.entries;
        entries.sort();
        Ok(entries)
    }
}

/// What stands under the next name in one of two lists, or in both.
fn next_pair<'t>(
    [here, there]: &mut [Peekable<IntoIter<EntryRef<'t>>>; 2],
) -> Option<[Option<EntryRef<'t>>; 2]> {
    let order = match (here.peek(), there.peek()) {
        (Some(here), Some(there)) => here.cmp(there),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => return None,
    };
    Some(match order {
        Ordering::Less => [here.next(), None],
        Ordering::Equal => [here.next(), there.next()],
        Ordering::Greater => [None, there.next()],
    })
}
