//! The version that a file had before it was changed last.

use crate::gitcmd::Git;
use crate::output::shell::pathspec;
use crate::output::{Color, Output, Volume};
use crate::place::Place;
use crate::reading;
use signet_api::RepoPath;
use signet_envelope::{Store, parse_as};
use std::path::Path;

/// A commit that has another version of a file.
pub(super) struct Former {
    /// As git takes it.
    pub(super) commit: String,
    /// The file as a word of the person's shell that git takes for it alone.
    pub(super) file: String,
}

/// The last commit with another sealed version of a file than stands in the work tree that begins at this folder; nothing where
/// there is none.
pub(super) fn of(path: &RepoPath, root: &Path) -> Option<Former> {
    let out = Output::new(Volume::Quiet, Color::default());
    let bytes = reading::file(&root.join(path.as_str())).ok()?;
    let git = Git::at(root, &out);
    let words = [
        "rev-list",
        "--max-count=20",
        "--abbrev-commit",
        "HEAD",
        "--",
    ];
    let literal = format!(":(top,literal){path}");
    let listed = git.read(&[&words[..], &[&literal]].concat()).ok()?;
    let is_other = |commit: &&str| {
        let other = git.read_bytes(&["cat-file", "blob", &format!("{commit}:{path}")]);
        // One from before the file was sealed would put what is secret back into the clear.
        other.is_ok_and(|other| other != *bytes && is_sealed_file(path, other))
    };
    let (number, commit) = listed
        .lines()
        .enumerate()
        .find(|(_, commit)| is_other(commit))?;
    let commit = if number == 0 { "HEAD" } else { commit };
    Some(Former {
        commit: commit.to_owned(),
        file: pathspec(&called(path, root)),
    })
}

fn is_sealed_file(path: &RepoPath, bytes: Vec<u8>) -> bool {
    let text = String::from_utf8(bytes).ok();
    text.is_some_and(|text| parse_as(Store::of(path), text, path).is_ok())
}

/// The file below this folder as the person calls it.
pub(super) fn called(path: &RepoPath, root: &Path) -> String {
    Place::of(root).map_or_else(|_| path.to_string(), |place| place.name(path.as_str()))
}
