//! What files have in common that a person names together.

use super::{folder_of, is_named_by_environment};
use crate::candidates;
use crate::failure::{Result, refused};
use std::path::{Path, PathBuf};

/// The folder that all of these lie in, whatever work trees they are of; of what is not there, where it would lie.
pub(crate) fn folder_of_all(named: &[PathBuf]) -> PathBuf {
    let mut common: Option<PathBuf> = None;
    for folder in named.iter().filter_map(|name| folder_around(name)) {
        let both = common.as_deref().unwrap_or(&folder);
        let shared = both.ancestors().find(|above| folder.starts_with(above));
        common = shared.map(Path::to_owned);
    }
    common.unwrap_or_else(|| PathBuf::from("."))
}

/// Ensures that all of these lie in one Git work tree, or all in none.
///
/// # Errors
/// A refusal that names two that do not: no HEAD vouches for files of both, and what is about to be changed is written down in
/// one place.
pub(crate) fn refuse_several_trees(named: &[PathBuf]) -> Result<()> {
    if is_named_by_environment() {
        return Ok(());
    }
    let is_meant =
        |name: &&PathBuf| name.symlink_metadata().is_ok() || candidates::is_pattern(name);
    let mut first: Option<(&Path, Option<PathBuf>)> = None;
    for name in named.iter().filter(is_meant) {
        let Some(folder) = folder_around(name) else {
            continue;
        };
        let tree = beginning_of_tree(&folder).map(Path::to_owned);
        match &first {
            None => first = Some((name, tree)),
            Some((_, known)) if *known == tree => {}
            Some((other, known)) => {
                let [one, another] = [(*other, known), (name, &tree)].map(lies);
                return Err(refused(format!("{one}, and {another}"))
                    .hint("run it for the files of each by themselves: each Git work tree has its own history and journal"));
            }
        }
    }
    Ok(())
}

fn lies((name, tree): (&Path, &Option<PathBuf>)) -> String {
    let name = name.display();
    match tree {
        Some(tree) => format!("{name} lies in the Git work tree {}", tree.display()),
        None => format!("{name} lies in none"),
    }
}

/// The folder of what is named, or the one in which a pattern begins; nothing where that is not there.
fn folder_around(name: &Path) -> Option<PathBuf> {
    if name.symlink_metadata().is_err() && candidates::is_pattern(name) {
        return candidates::parted(name).0.canonicalize().ok();
    }
    folder_of(name).ok()
}

/// Where the work tree around a folder begins, told without git, by what git looks for first: a submodule and a linked work
/// tree have a file there.
fn beginning_of_tree(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|above| {
        let git = above.join(".git");
        git.is_file() || git.join("HEAD").symlink_metadata().is_ok()
    })
}
