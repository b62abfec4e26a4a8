//! `signet git install`: tells Git how sealed files are merged and shown.

use super::attributes::Attributes;
use super::hook::Hook;
use super::settings::{Scope, Settings};
use crate::failure::{Explain, Result, refused};
use crate::gitcmd::Git;
use crate::repository::work_tree;
use crate::session::Session;
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Have Git merge sealed files value by value, and show in `git diff` which values changed
#[derive(clap::Args)]
#[command(
    after_help = "Sets merge.signet.* and diff.signet.* in Git's configuration, and names the files in attributes. A file that is \
    not sealed is merged and shown as before. Nothing opened is kept: diff.signet.cachetextconv stays off.\n\n\
    Example:\n  signet git install\n  signet git install --global --textconv open\n  \
    signet git install --shared --hook '/secrets/**'\n  signet git install --uninstall"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Install {
    /// Which files, as patterns of .gitattributes, and no others (default: *.yaml *.yml *.json *.env *.ini)
    #[arg(value_name = "PATTERN")]
    patterns: Vec<String>,
    /// For every repository of this user
    #[arg(long, conflicts_with_all = ["local", "shared", "hook"])]
    global: bool,
    /// For this clone alone (the default)
    #[arg(long)]
    local: bool,
    /// Name the files in .gitattributes, which is committed, instead of in the clone
    #[arg(long)]
    shared: bool,
    /// What `git diff` shows of a value
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    textconv: Shown,
    /// Also have `signet check --staged` look at commits before they are made, by hand or by a merge
    #[arg(long)]
    hook: bool,
    /// Take all of it out again
    #[arg(long, conflicts_with_all = ["textconv", "patterns"])]
    uninstall: bool,
    /// Say what would be changed, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// What `git diff` shows of a sealed value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Shown {
    /// A digest of the ciphertext: which values changed
    #[default]
    Redacted,
    /// The value, where an identity opens the file
    Open,
}

const PATTERNS: [&str; 5] = ["*.yaml", "*.yml", "*.json", "*.env", "*.ini"];

impl Install {
    /// Makes the changes and prints them.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let here = if self.global {
            env::current_dir()?
        } else {
            work_tree(out)?.ok_or_else(|| {
                refused("this folder is in no Git work tree").hint("--global needs none")
            })?
        };
        let git = Git::at(&here, out);
        let scope = if self.global {
            Scope::Global
        } else {
            Scope::Local
        };
        let settings = Settings::of(&git, scope, (!self.uninstall).then_some(self.textconv))?;
        let attributes = self.attributes(&git, &here)?;
        let hooks = Hook::all(&git, &here, self.hook, self.uninstall && !self.global)?;
        let said: Vec<String> = settings
            .said()
            .chain(attributes.iter().filter_map(Attributes::said))
            .chain(hooks.iter().map(Hook::said))
            .collect();
        if !self.dry_run {
            settings.apply(&git)?;
            attributes.iter().try_for_each(Attributes::apply)?;
            hooks.iter().try_for_each(Hook::apply)?;
        }
        if said.is_empty() {
            out.note("nothing to change");
        }
        Ok(said.iter().try_for_each(|line| out.line(line))?)
    }

    /// The files of attributes that change: taking out looks into both of a clone.
    fn attributes(&self, git: &Git<'_>, root: &Path) -> Result<Vec<Attributes>> {
        let shared = root.join(".gitattributes");
        if !self.global && (self.shared || self.uninstall) && shared.is_symlink() {
            return Err(
                refused(".gitattributes is a symbolic link, which Git does not follow")
                    .hint("nothing was written; put a file in its place"),
            );
        }
        let own = root.join(
            git.read(&["rev-parse", "--git-path", "info/attributes"])
                .or_else(|failure| {
                    if self.global {
                        Ok(String::new())
                    } else {
                        Err(failure)
                    }
                })?,
        );
        let files = match (self.global, self.uninstall, self.shared) {
            (true, ..) => vec![global(git)?],
            (_, true, _) => vec![own, shared],
            (_, _, true) => vec![shared],
            _ => vec![own],
        };
        let defaults = || PATTERNS.map(str::to_owned).to_vec();
        let patterns = match (self.uninstall, self.patterns.is_empty()) {
            (true, _) => Vec::new(),
            (_, true) => defaults(),
            _ => self.patterns.clone(),
        };
        files
            .into_iter()
            .map(|file| Attributes::of(file, &patterns))
            .collect()
    }
}

/// The attributes of the user: where Git looks for them.
fn global(git: &Git<'_>) -> Result<PathBuf> {
    if let Some(file) = git.config("core.attributesFile")? {
        let home = file
            .strip_prefix("~/")
            .and_then(|below| Some(home()?.join(below)));
        return Ok(home.unwrap_or_else(|| file.into()));
    }
    let configuration = env::var_os("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty());
    let configuration = configuration.map(PathBuf::from);
    let configuration = configuration.or_else(|| Some(home()?.join(".config")));
    let folder = configuration.ok_or_else(|| refused("there is no home folder"))?;
    Ok(folder.join("git/attributes"))
}

fn home() -> Option<PathBuf> {
    env::var_os("HOME").map(PathBuf::from)
}

/// Writes a file, and the folders above it.
pub(super) fn write(file: &Path, text: &str) -> Result<()> {
    let doing = || format!("write {}", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(doing)?;
    }
    fs::write(file, text).with_context(doing)
}
