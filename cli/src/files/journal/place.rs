//! Where the journal of a folder lies.

use std::fs;
use std::path::{Path, PathBuf};

/// Outside of Git, in the folder itself.
const NAME: &str = ".signet-changes";

/// In Git, beside what else Signet keeps there.
const IN_GIT: &str = "signet/changes";

/// The file below Git's folder for the work tree that begins here; where none does, one in the folder.
pub(super) fn of(root: &Path) -> PathBuf {
    match git_dir(&root.join(".git")) {
        Some(folder) => folder.join(IN_GIT),
        None => root.join(NAME),
    }
}

/// The folder itself, or what the file in its place names (gitrepository-layout(5)): each work tree has one of its own.
fn git_dir(named: &Path) -> Option<PathBuf> {
    // A link too: git lets no repository bring anything of that name.
    if named.is_dir() {
        return Some(named.to_owned());
    }
    let text = fs::read_to_string(named).ok()?;
    let folder = text
        .strip_prefix("gitdir: ")?
        .trim_end_matches(['\n', '\r']);
    let folder = named.parent()?.join(folder);
    folder.is_dir().then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::of;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn in_git_it_is_where_no_repository_brings_one() {
        let root = tempfile::tempdir().expect("a folder");
        let beside = root.path().join(".signet-changes");
        assert_eq!(of(root.path()), beside);
        let own = root.path().join("own");
        fs::create_dir_all(own.join(".git")).expect("made");
        assert_eq!(of(&own), own.join(".git/signet/changes"));
        let linked = root.path().join("linked");
        fs::create_dir_all(&linked).expect("made");
        fs::write(linked.join(".git"), "gitdir: ../own/.git\n").expect("written");
        assert_eq!(of(&linked), linked.join("../own/.git/signet/changes"));
        let by_link = root.path().join("by-link");
        fs::create_dir_all(&by_link).expect("made");
        symlink(own.join(".git"), by_link.join(".git")).expect("made");
        assert_eq!(of(&by_link), by_link.join(".git/signet/changes"));
        fs::write(linked.join(".git"), "gitdir: ../nowhere\n").expect("written");
        assert_eq!(of(&linked), linked.join(".signet-changes"));
    }
}
