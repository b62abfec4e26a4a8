//! The introduction that is pinned for a clone: where its trust begins.
//!
//! The pin lies in the common Git folder, so that all worktrees of a clone share it and no commit can change it. It has
//! the form of `signet/anchor.yaml`. A fresh clone has none; the first command that needs it shows what the repository
//! itself says, and pins that once a person agrees, or if `--trust` names the same commit.

use crate::consent::ask;
use crate::failure::{Explain, Result, failed, refused};
use crate::files::private;
use crate::repository;
use signet_api::{ANCHOR_PATH, Anchor, RepoPath};
use signet_git::Store;
use signet_provenance::{ObjectId, Tree, TrustRoot};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// `--trust`, for commands that have to know where trust begins.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Trust {
    /// The introduction to pin for a clone that has none: its full commit, which a colleague told you
    #[arg(long = "trust", value_name = "COMMIT")]
    introduction: Option<ObjectId>,
}

/// The trust root of this clone, pinned now if it was not.
///
/// # Errors
/// When nothing is pinned and the person does not agree to what the repository says, or `--trust` names another
/// introduction than the one that is or would be pinned.
pub(crate) fn of(store: &Store, trust: Trust) -> Result<TrustRoot> {
    let path = place(store);
    let reading = || format!("read the pinned introduction {}", path.display());
    let pinned = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            return Err(error).with_context(reading).hint(
                "where signet ran once as another user, as with sudo, give the folder back by chown",
            );
        }
        read => Some(read.with_context(reading)?),
    };
    if let Some(text) = pinned {
        let anchor = parse(&text).with_context(reading)?;
        let root = TrustRoot::try_from(&anchor)?;
        trust.agrees(&root, "this clone has pinned")?;
        return Ok(root);
    }
    let anchor = claimed(store)?;
    let root = TrustRoot::try_from(&anchor)?;
    if !trust.agrees(&root, "this repository names")? {
        ask(
            &first_use(&anchor),
            "say --trust COMMIT with the commit that a colleague's clone has pinned in .git/signet/anchor.yaml",
        )?;
    }
    write(store, &anchor)?;
    Ok(root)
}

impl Trust {
    /// Where no introduction is named: enough for a clone that has pinned one.
    pub(crate) const UNNAMED: Self = Self { introduction: None };

    /// Whether the person named this introduction beforehand.
    ///
    /// # Errors
    /// When the person named another one.
    fn agrees(self, root: &TrustRoot, who: &str) -> Result<bool> {
        match self.introduction {
            Some(named) if named != root.introduction.commit => Err(refused(format!(
                "{who} the introduction {}, but --trust names {named}",
                root.introduction.commit
            ))
            .hint("find out from a colleague which is right before you go on")),
            named => Ok(named.is_some()),
        }
    }
}

/// Pins an introduction for this clone.
pub(crate) fn write(store: &Store, anchor: &Anchor) -> Result<()> {
    let path = place(store);
    let folder = path.parent().expect("the pin has a folder");
    fs::create_dir_all(folder)
        .map_err(Into::into)
        .and_then(|()| private::write_new(&path, &anchor.to_yaml()))
        .with_context(|| format!("pin the introduction in {}", path.display()))
}

/// Reads the text of an anchor.
pub(crate) fn parse(text: &str) -> Result<Anchor> {
    Ok(Anchor::parse(text, &anchor_path())?)
}

/// Where an anchor stands in a repository.
pub(crate) fn anchor_path() -> RepoPath {
    ANCHOR_PATH.parse().expect("a valid path")
}

/// Where the pin of a clone with this common Git folder lies.
pub(crate) fn below(common: &Path) -> PathBuf {
    common.join("signet/anchor.yaml")
}

/// Where the pin of a clone lies.
pub(crate) fn place(store: &Store) -> PathBuf {
    below(&store.common_dir())
}

/// What the repository itself says, which proves nothing.
fn claimed(store: &Store) -> Result<Anchor> {
    let head = repository::resolve(store, "HEAD")?;
    let tree = Tree::unverified(store.objects(), head)?;
    let bytes = tree
        .read(&anchor_path())
        .context("look for the introduction of this repository")
        .hint("a state repository has signet/anchor.yaml; `signet init` makes one")?;
    let text =
        String::from_utf8(bytes).map_err(|_| failed(format!("{ANCHOR_PATH} is not UTF-8")))?;
    parse(&text)
}

fn first_use(anchor: &Anchor) -> String {
    format!(
        "No introduction is pinned for this clone. The repository itself names this one:\n  \
         repository  {}\n  ref         {}\n  commit      {}\n  signed by   {}\n\
         Compare the commit with one that does not come from this repository or its forge, which can say anything: a colleague reads it in \
         .git/signet/anchor.yaml of their clone, and a cluster that follows the repository has it in spec.introduction of `kubectl get trustanchor \
         -o yaml`. Whoever ran `signet init` has it in their own clone. Trust it from now on?",
        anchor.repository, anchor.reference, anchor.introduction.commit, anchor.introduction.signer
    )
}
