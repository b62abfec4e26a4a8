//! Who commits what a rotation changed: the policy's rules leave some of it to others.

use crate::clock;
use crate::failure::Result;
use crate::output::Output;
use crate::output::shell::word;
use crate::place::Place;
use crate::repository::Repository;
use crate::signing_key;
use crate::surroundings::Surroundings;
use signet_api::{RepoPath, STEERING};
use signet_provenance::{Authority, Share, fingerprint_of};
use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

/// How much of a path names whose it is: the folder of all, and its own.
const OWN: usize = 2;

/// The rules by which a rotation is committed.
pub(super) struct Commits {
    root: PathBuf,
    authority: Authority,
}

/// How others bring what is theirs to where the rotation has it.
pub(super) enum Others<'a> {
    /// Once the rest is in: their files are sealed for what is new too.
    Follow,
    /// Before the rest: what goes is taken from their files.
    Precede { gone: &'a BTreeSet<String> },
}

impl Commits {
    /// Those of the last commit that verifies.
    ///
    /// # Errors
    /// Where no fleet is.
    pub(super) fn of(around: &Surroundings) -> Result<Self> {
        Ok(Self {
            root: around.root().to_owned(),
            authority: around.verdict()?.authority().clone(),
        })
    }

    /// Says how to commit all that differs from HEAD in the fleet's folders: as one commit, or each part by those who may sign it.
    pub(super) fn tell(&self, message: &str, others: &Others, out: &Output) -> Result<()> {
        let repository = Repository::at(self.root.clone(), out)?;
        let all = [STEERING, "tenants", "clusters"];
        let all: Vec<&str> = all
            .into_iter()
            .filter(|folder| self.root.join(folder).exists())
            .collect();
        let changed = changed(&repository, &all)?;
        let at_hand = signing_key::of(&repository.git())?.and_then(Result::ok);
        let at_hand = at_hand.and_then(|key| fingerprint_of(&key));
        let at_hand = at_hand.and_then(|key| self.authority.principal_of(&key));
        let shares = self.authority.shares(&changed, at_hand, clock::now());
        let place = Place::of(&self.root)?;
        match &shares[..] {
            [own, theirs @ ..] if !theirs.is_empty() => {
                let parts = Parts {
                    own,
                    theirs,
                    message,
                    place: &place,
                };
                parts.tell(others, out);
            }
            _ => out.note(format!("next: {}", commit(&named(all, &place), message))),
        }
        Ok(())
    }
}

/// The files below these folders of which HEAD has another version.
fn changed(repository: &Repository, folders: &[&str]) -> Result<Vec<RepoPath>> {
    let differing = repository.differing(&[&["HEAD", "--"], folders].concat())?;
    // A rotation writes under no other names than those that are paths to Signet.
    let paths = differing
        .iter()
        .filter_map(|path| str::from_utf8(path).ok()?.parse().ok());
    Ok(paths.collect())
}

/// A rotation that takes the commits of several.
struct Parts<'a> {
    own: &'a Share<'a>,
    theirs: &'a [Share<'a>],
    message: &'a str,
    place: &'a Place,
}

impl Parts<'_> {
    fn tell(&self, others: &Others, out: &Output) {
        let own = commit(&self.folders(self.own, 1), self.message);
        let who = signers(self.own);
        let theirs = self
            .theirs
            .iter()
            .flat_map(|share| self.folders(share, OWN));
        let theirs = theirs.collect::<Vec<_>>().join(" ");
        let back = format!("git restore --staged --worktree {theirs}");
        out.note(
            "the policy's rules leave a part of this to others, so that it takes several commits:",
        );
        out.note(format!(
            "what else is not committed below {theirs} goes with `git restore`: put it aside first"
        ));
        match others {
            Others::Follow => {
                out.note(format!("next, by {who}: {own} && {back}"));
                for share in self.theirs {
                    out.note(format!("then, by {}", self.brought(share, "seal")));
                }
            }
            Others::Precede { gone } => {
                let gone: Vec<String> = gone.iter().map(|one| word(one)).collect();
                let rotate = format!("rotate --remove {}", gone.join(","));
                for share in self.theirs {
                    out.note(format!("next, by {}", self.brought(share, &rotate)));
                }
                out.note(format!("then, by {who}: {back} && git pull && {own}"));
            }
        }
    }

    /// What those who sign a part do with it in a clone of theirs.
    fn brought(&self, share: &Share, verb: &str) -> String {
        let folders = self.folders(share, OWN);
        format!(
            "{}: git pull && signet {verb} {} && {}",
            signers(share),
            folders.join(" "),
            commit(&folders, self.message)
        )
    }

    /// What a part is in, named from where the person stands.
    fn folders(&self, share: &Share, least: usize) -> Vec<String> {
        let all = std::iter::once(self.own).chain(self.theirs);
        let others = all.filter(|other| *other != share);
        let others = others.flat_map(|other| other.paths.iter().copied());
        named(folders(&share.paths, others, least), self.place)
    }
}

fn named<'p>(paths: impl IntoIterator<Item = &'p str>, place: &Place) -> Vec<String> {
    let named = |path| match place.name(path) {
        here if here.is_empty() => ".".to_owned(),
        name => word(&name),
    };
    paths.into_iter().map(named).collect()
}

fn commit(files: &[String], message: &str) -> String {
    format!(
        "git add {} && git commit -S -m {} && git push",
        files.join(" "),
        word(message)
    )
}

/// Who signs a part, as far as the rules share somebody.
fn signers(share: &Share) -> String {
    let signers: Vec<&str> = share.signers.iter().map(String::as_str).collect();
    let groups: Vec<&str> = share.groups.iter().map(String::as_str).collect();
    match (&signers[..], &groups[..]) {
        ([], []) => "nobody, since no rule of the policy names it".to_owned(),
        ([], groups) => format!("one of {}, with approvals of the others", groups.join(", ")),
        (signers, _) => signers.join(" or "),
    }
}

/// The folders that hold these paths and none of the others, each as far up as that is so and no shorter than that many names; the
/// path itself where there is none.
fn folders<'p>(
    paths: &[&'p RepoPath],
    others: impl Iterator<Item = &'p RepoPath>,
    least: usize,
) -> BTreeSet<&'p str> {
    let taken: HashSet<&str> = others.flat_map(above).collect();
    let folder = |path: &&'p RepoPath| {
        let mut folders = above(path).skip(least - 1);
        let free = folders.find(|folder| !taken.contains(folder));
        free.unwrap_or(path.as_str())
    };
    paths.iter().map(folder).collect()
}

/// The folders above a path, the outermost first.
fn above(path: &RepoPath) -> impl Iterator<Item = &str> {
    let path = path.as_str();
    path.match_indices('/').map(|(end, _)| &path[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_its_files_where_no_file_of_others_is_in_it() {
        let paths = |all: &[&str]| -> Vec<RepoPath> {
            all.iter().map(|path| path.parse().unwrap()).collect()
        };
        let own = paths(&["signet/a.yaml", "signet/b/c.yaml", "tenants/b/x.yaml"]);
        let own: Vec<&RepoPath> = own.iter().collect();
        for (others, least, expected) in [
            (&[][..], 1, &["signet", "tenants"][..]),
            (&["tenants/a/x.yaml"], 1, &["signet", "tenants/b"]),
            (&["tenants/b/y.yaml"], 1, &["signet", "tenants/b/x.yaml"]),
            (&[], 2, &["signet/a.yaml", "signet/b", "tenants/b"]),
            (
                &["signet/b/d/e.yaml"],
                2,
                &["signet/a.yaml", "signet/b/c.yaml", "tenants/b"],
            ),
        ] {
            let others = paths(others);
            let found = folders(&own, others.iter(), least);
            assert_eq!(
                found,
                expected.iter().copied().collect(),
                "{others:?} {least}"
            );
        }
    }
}
