//! Sealed files that are no files any more: links in their place, or their values in the clear under another name.

use super::finding::Remedy;
use super::text::whole;
use super::versions::Versions;
use super::{Finding, Kind, sealed};
use signet_api::RepoPath;
use signet_envelope::{Content, Enc, Pointer, Sealed, Slot, Store, passes_through, read, walk};
use std::collections::BTreeSet;

/// The sealed files that Git has, in HEAD or before it, and the tree has not.
pub(super) struct Gone(Vec<Lost>);

/// One of them.
struct Lost {
    path: RepoPath,
    /// The commit that has it, in a person's words.
    commit: String,
    /// Whether something that is no file stands in its place.
    is_replaced: bool,
    file: Sealed,
}

impl Gone {
    /// Those of a repository.
    pub(super) fn of(versions: &Versions) -> Self {
        let lost = versions.lost().into_iter().filter_map(|lost| {
            let bytes = versions.read(&lost.version)?;
            let store = Store::of(&lost.path);
            let is_one = sealed::claims_to_be(store, &bytes);
            let file = is_one.then(|| sealed::read(store, &lost.path, &bytes).ok()?);
            Some(Lost {
                file: file.flatten()?,
                path: lost.path,
                commit: lost.version.name,
                is_replaced: lost.is_replaced,
            })
        });
        Self(lost.collect())
    }

    /// Where a link or a submodule stands in the place of one.
    pub(super) fn replaced(&self) -> impl Iterator<Item = &RepoPath> {
        let replaced = self.0.iter().filter(|lost| lost.is_replaced);
        replaced.map(|lost| &lost.path)
    }

    /// The finding about a link or a submodule in the place of one.
    pub(super) fn in_place(&self, path: &RepoPath) -> Option<Finding> {
        let mut replaced = self.0.iter().filter(|lost| lost.is_replaced);
        let commit = &replaced.find(|lost| lost.path == *path)?.commit;
        let problem =
            format!("it is sealed in {commit}, and here no file but a link or a submodule");
        Some(
            Finding::new(Kind::NotSealed, path, None, problem).with_remedy(take_back(Some(commit))),
        )
    }

    /// The finding about a new file that has each value of one in the clear, under the same keys; where there are no keys, as
    /// many bytes as are sealed, which sealing makes neither more nor fewer. Under the name of another store it is one only
    /// where it is called the same but for its ending.
    pub(super) fn renamed(
        &self,
        versions: &Versions,
        path: &RepoPath,
        bytes: &[u8],
    ) -> Option<Finding> {
        let is_like = |lost: &&Lost| {
            lost.file.store() == Store::of(path) || stem_of(&lost.path) == stem_of(path)
        };
        let lost = self.0.iter().filter(is_like);
        let lost = lost.filter(|lost| !versions.had(&lost.commit, path));
        let mut problems = lost.filter_map(|lost| lost.found_in(path, bytes));
        let problem = problems.next()?;
        Some(Finding::new(Kind::NotSealed, path, None, problem))
    }
}

impl Lost {
    /// What is wrong with a file that holds it in the clear, read in its own store and in the file's.
    fn found_in(&self, path: &RepoPath, bytes: &[u8]) -> Option<String> {
        let (lost, commit, own) = (&self.path, &self.commit, self.file.store());
        if own == Store::Binary {
            return has_as_many(bytes, &self.file).then(|| {
                format!("it has as many bytes as are sealed in {lost} of {commit}, which is gone")
            });
        }
        let text = &*whole(bytes)?;
        let mut stores = [own, Store::of(path)].into_iter();
        let is_it = stores.any(|store| has_all(store, text, &self.file));
        is_it.then(|| {
            format!("each value that is sealed in {lost} of {commit} stands here in clear text")
        })
    }
}

/// What a file is called without its endings: of `.env` and `env.yaml` the same.
fn stem_of(path: &RepoPath) -> &str {
    let name = path.file_name();
    let name = name.trim_start_matches('.');
    name.split('.').next().unwrap_or_default()
}

/// What takes a file back from a commit, else from the index.
pub(super) fn take_back(commit: Option<&str>) -> Remedy {
    let from = commit.map_or_else(String::new, |commit| format!("{commit} "));
    Remedy::around(
        format!("git rm it, if it is gone for good; else take it back: git checkout {from}-- "),
        "",
    )
}

fn has_as_many(bytes: &[u8], file: &Sealed) -> bool {
    let mut leaves = file.leaves();
    leaves.any(|leaf| leaf.enc.data.len() == bytes.len())
}

fn has_all(store: Store, text: &str, file: &Sealed) -> bool {
    let is_other = store != file.store();
    let place = |pointer: &Pointer| place_in(pointer, is_other);
    let sealed: BTreeSet<String> = file.leaves().map(|leaf| place(&leaf.pointer)).collect();
    let Ok(stream) = read(store, text) else {
        return false;
    };
    let slots = walk(&stream, &file.metadata().rule).unwrap_or_default();
    let clear = slots.iter().filter(|slot| is_clear(slot));
    let clear: BTreeSet<String> = clear.map(|slot| place(&slot.pointer())).collect();
    !sealed.is_empty() && sealed.is_subset(&clear)
}

/// Where a value stands; in another store by its own key alone, in small letters: dotenv and INI have no keys around it, and
/// environments are in capitals.
fn place_in(pointer: &Pointer, is_other: bool) -> String {
    let pointer = pointer.as_str();
    match pointer.rsplit_once('/') {
        Some((_, key)) if is_other => key.to_lowercase(),
        _ => pointer.to_owned(),
    }
}

fn is_clear(slot: &Slot<'_>) -> bool {
    match slot.content {
        Content::Scalar(node) => {
            !passes_through(node) && !node.text().is_some_and(Enc::looks_sealed)
        }
        Content::Comment(_) | Content::SealedElement(_) => false,
    }
}
