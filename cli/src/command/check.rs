//! `signet check`: everything that can be said without a key.

pub(crate) mod report;
mod sarif;
mod untouched;

use super::Answer;
use crate::creation::ConfigArgs;
use crate::failure::{Result, failed};
use crate::inspection::Inspector;
use crate::inspection::finding::{Finding, Level};
use crate::inspection::source::{self, Source};
use crate::output::Output;
use crate::place::Place;
use crate::repository::{Repository, base_of, folder_of_all, work_tree_around};
use crate::session::Session;
use report::Format;
use signet_api::{ANCHOR_PATH, POLICY_PATH, RepoPath, STEERING};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Check files without a key: what should be sealed is, in its place and for the right people
#[derive(clap::Args)]
#[command(
    after_help = "In a fleet the policy says what is right, elsewhere the .sops.yaml above it, the nearest first; who signed what is for `signet verify`.\n\
    Outside a fleet, a file in the clear has to be sealed if the first creation rule for it would seal something of it and names \
    more of its path than an ending such as .yaml; a rule that names only its folder does not mean objects of Kubernetes \
    other than Secrets, nor kustomization.yaml, .git* and README*. For a rule that names no path, which a note tells of, \
    only Secrets of Kubernetes and names such as db.sops.yaml have to be sealed.\n\
    What HEAD or the index has sealed has to stay so, whatever the rules say: not in the clear, be it in a new file that has all of its \
    values, or that has one as long as each sealed one where that stands while the sealed file stays, nor empty or a link; where HEAD has a file as it is, HEAD's first parent is asked. A file that is no secret any more passes once: git commit --no-verify.\n\
    What Git ignores is not looked at; outside Git, neither are links, other repositories, folders with a CACHEDIR.TAG (Cargo's \
    target), virtual environments, node_modules, .terraform and __pycache__. A file that is named is, in the repository that it \
    lies in; outside Git, a folder that is named too.\n\
    Nothing of more than 88 MiB is looked at: it is a finding where its name, a rule or Git says that it is to be sealed, else a note.\n\
    With --staged, only what the next commit changes is looked at, or everything if that is a rule for other files. What a change of \
    a fleet's documents leaves for others to put right, a note tells, and stops no commit. Who names a .sops.yaml means what it rules too.\n\
    Exit codes: 0 nothing found but notes, 1 something, 2 failed.\n\n\
    Example:\n  signet check\n  signet check tenants/team-a -o json\n  signet check -o sarif > signet.sarif\n  \
    signet check --staged    # as signet git install --hook has it"
)]
pub(crate) struct Check {
    /// Files and folders (default: the whole work tree)
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Look at what is staged, not at the work tree
    #[arg(long)]
    staged: bool,
    /// How to print what is found
    #[arg(
        short = 'o',
        long = "output",
        visible_alias = "format",
        value_name = "FORMAT",
        value_enum,
        default_value_t
    )]
    format: Format,
    #[command(flatten)]
    config: ConfigArgs,
}

impl Check {
    /// Prints what is not right.
    pub(crate) fn run(self, session: &Session) -> Result<Answer> {
        let out = &session.out;
        let folder = folder_of_all(&self.paths).canonicalize()?;
        let root = work_tree_around(&folder, out)?;
        let repository = root.as_ref().map(|root| Repository::at(root.clone(), out));
        let repository = match repository.transpose() {
            // A clone that is cut short, as CI makes it, has a whole work tree.
            Err(_) if !self.staged => {
                out.warn(
                    "this clone's history cannot be read (one that is cut short?), so what was sealed before is not looked at",
                );
                None
            }
            repository => repository?,
        };
        let source = self.source(&folder, root.as_deref(), repository.as_ref(), out)?;
        let mut inspector = Inspector::of(&source, repository.as_ref(), self.config.named()?)?;
        let changed = self.changed(repository.as_ref())?;
        let mut findings = inspector.of_documents()?;
        let means_all = means_all(&changed, repository.as_ref())?;
        let chosen = self.chosen(&source, &inspector, means_all, &changed, out)?;
        findings.extend(inspector.of_rules_above(&chosen)?);
        let mut untouched = Vec::new();
        for path in chosen {
            let is_touched = changed.contains(Path::new(path.as_str()));
            let found = inspector.of_file(&path)?;
            if self.staged && !is_touched && changed.iter().any(|path| is_document(path)) {
                untouched.extend(found);
            } else {
                findings.extend(found);
            }
        }
        findings.extend(inspector.of_keys(out));
        if let Some(policy) = inspector.policy() {
            untouched::tell(
                &untouched,
                policy,
                &Place::of(source.root())?.in_hook(),
                out,
            );
        }
        let unnamable = source.unnamable().iter();
        let unnamable = unnamable.filter(|file| changed.contains(*file));
        findings.extend(unnamable.map(|file| Finding::unexamined(file)));
        if findings.is_empty() && self.format == Format::Text {
            // A hook that has nothing to say says nothing.
            if !self.staged {
                out.note("nothing found");
            }
            return Ok(Answer::Done);
        }
        let mut findings = self.seen(findings, &source)?;
        report::print(&findings, self.format, out)?;
        findings.retain(|finding| finding.kind.level() != Level::Note);
        Ok(Answer::of(&findings))
    }

    /// The findings as the person who reads them calls the files.
    fn seen(&self, findings: Vec<Finding>, source: &Source) -> Result<Vec<Finding>> {
        let place = Place::of(source.root())?;
        let findings = findings.into_iter();
        if !self.staged {
            return Ok(findings.map(|finding| finding.seen_from(&place)).collect());
        }
        let place = place.in_hook();
        let seen = findings.map(|finding| finding.seen_from(&place).of_staged());
        Ok(seen.collect())
    }

    /// What the next commit changes, where that is what is looked at.
    fn changed(&self, repository: Option<&Repository>) -> Result<BTreeSet<PathBuf>> {
        let repository = repository.filter(|_| self.staged);
        let changed = repository.map(|repository| source::changed(&repository.git()));
        changed.unwrap_or_else(|| Ok(BTreeSet::new()))
    }

    fn source(
        &self,
        folder: &Path,
        root: Option<&Path>,
        repository: Option<&Repository>,
        out: &Output,
    ) -> Result<Source> {
        match (repository, root) {
            (Some(repository), _) if self.staged => Source::index(repository),
            _ if self.staged => Err(failed(
                "this folder is in no Git work tree, so nothing is staged",
            )),
            (_, Some(root)) => Source::work_tree(root, out),
            (_, None) => Source::part(&base_of(folder.to_owned())?, folder, out),
        }
    }

    /// The files to look at.
    fn chosen(
        &self,
        source: &Source,
        inspector: &Inspector,
        means_all: bool,
        changed: &BTreeSet<PathBuf>,
        out: &Output,
    ) -> Result<Vec<RepoPath>> {
        let paths = source.paths().cloned();
        let mut chosen: Vec<RepoPath> = paths.chain(inspector.in_place_of_files()).collect();
        if self.staged && !means_all {
            chosen.retain(|path| changed.contains(Path::new(path.as_str())));
        }
        if !self.paths.is_empty() {
            let named = self.paths.iter().map(|path| source.below(path));
            let named: BTreeSet<Option<RepoPath>> = named.collect::<Result<_>>()?;
            // A file that a person names is looked at, whether or not Git ignores it.
            let mut files: BTreeSet<RepoPath> = named.iter().flatten().cloned().collect();
            files.retain(|path| !self.staged && source.root().join(path.as_str()).is_file());
            let named = named.iter();
            let named = named.map(|path| path.as_ref().map_or("", RepoPath::as_str));
            let named: BTreeSet<&str> = named.collect();
            // Rules stand for what they are for.
            let ruled = named.iter().filter(|name| is_rules(Path::new(name)));
            let ruled = ruled.map(|name| name.rsplit_once('/').map_or("", |(folder, _)| folder));
            let meant: BTreeSet<&str> = named.iter().copied().chain(ruled).collect();
            files.extend(chosen.into_iter().filter(|path| lies_in(path, &meant)));
            chosen = files.into_iter().collect();
            let is_empty = |name: &&&str| {
                let name = BTreeSet::from([**name]);
                !chosen.iter().any(|path| lies_in(path, &name))
            };
            for name in named.iter().filter(|_| !self.staged).filter(is_empty) {
                let name = if name.is_empty() { "this folder" } else { name };
                out.warn(format!(
                    "{name} holds nothing that is looked at: it is empty, ignored by Git, a cache or another repository"
                ));
            }
        }
        Ok(chosen)
    }
}

/// Whether what other files have to be depends on what the next commit changes. Where a fleet begins, all that was there before
/// waits for its rules.
fn means_all(changed: &BTreeSet<PathBuf>, repository: Option<&Repository>) -> Result<bool> {
    let begins = match repository.filter(|_| changed.contains(Path::new(POLICY_PATH))) {
        Some(repository) => source::is_added(&repository.git(), POLICY_PATH)?,
        None => false,
    };
    Ok(!begins && changed.iter().any(|path| decides_for_others(path)))
}

/// Whether what other files have to be depends on the file.
fn decides_for_others(path: &Path) -> bool {
    is_rules(path) || is_document(path)
}

fn is_rules(path: &Path) -> bool {
    path.file_name() == Some(OsStr::new(crate::creation::NAME))
}

/// Whether the file is one of a fleet's documents that say what others have to be, as the anchor does not.
fn is_document(path: &Path) -> bool {
    path.starts_with(STEERING) && path != Path::new(ANCHOR_PATH)
}

/// Whether a path or a folder above it is among these; the root is the empty one.
fn lies_in(path: &RepoPath, named: &BTreeSet<&str>) -> bool {
    let mut folders = Path::new(path.as_str()).ancestors();
    folders.any(|folder| folder.to_str().is_some_and(|folder| named.contains(folder)))
}
