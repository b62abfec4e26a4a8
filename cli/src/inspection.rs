//! What can be said about files without a key: whether what should be sealed is, in its place and for the right people.

mod clear;
mod copied;
mod documents;
pub(crate) mod finding;
mod fleet;
mod gone;
mod identity;
mod in_clear;
mod kept_key;
mod large;
mod loose;
mod merged;
mod named;
mod narrow;
mod people;
mod plain;
pub(crate) mod policy;
mod rules;
mod sealed;
pub(crate) mod secret;
pub(crate) mod source;
mod stale;
mod template;
mod text;
pub(crate) mod to_seal;
mod unsealable;
mod versions;

use crate::creation::Said;
use crate::failure::{Explain, Result, refused};
use crate::fleet as state;
use crate::output::{Color, Output, Volume};
use crate::reading;
use crate::repository::Repository;
use copied::Copied;
use finding::{Finding, Kind, Remedy};
use gone::Gone;
use kept_key::Suspect;
use rules::Rules;
use signet_api::{Fleet, Policy, RepoPath, is_steering};
use signet_envelope::{Sealed, Store};
use source::Source;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use to_seal::By;
use versions::Versions;

/// Looks at the files of one tree.
pub(crate) struct Inspector<'a> {
    source: &'a Source,
    around: Around<'a>,
    /// What else Git has of the files; nothing outside of it.
    versions: Option<Versions<'a>>,
    gone: OnceCell<Gone>,
    copied: OnceCell<Copied>,
    /// The sealed files that were looked at.
    suspects: Vec<Suspect>,
}

/// Who says what is right.
enum Around<'a> {
    /// The documents of the fleet.
    Fleet(Box<Fleet>),
    /// A `.sops.yaml`.
    Plain(Rules<'a>),
}

impl<'a> Inspector<'a> {
    /// The inspector of a tree; `named` is the `.sops.yaml` to follow outside a fleet, if not the nearest.
    ///
    /// # Errors
    /// When the tree is a fleet's, and has no policy that can be read, or Git does not list what is staged.
    pub(crate) fn of(
        source: &'a Source,
        repository: Option<&'a Repository<'a>>,
        named: Option<PathBuf>,
    ) -> Result<Self> {
        let has_policy = source.has(&policy::path()) || is_linked_policy(source);
        let in_fleet = has_policy || repository.is_some_and(state::is_here);
        let around = if in_fleet {
            Around::Fleet(Box::new(fleet_of(source)?))
        } else {
            Around::Plain(Rules::of(source, named))
        };
        let versions = repository.map(|repository| Versions::of(repository, source.is_index()));
        Ok(Self {
            source,
            around,
            versions: versions.transpose()?,
            gone: OnceCell::new(),
            copied: OnceCell::new(),
            suspects: Vec::new(),
        })
    }

    /// Whether the documents of a fleet say what is right.
    pub(crate) fn is_in_fleet(&self) -> bool {
        self.policy().is_some()
    }

    /// The policy of the fleet whose documents say what is right.
    pub(crate) fn policy(&self) -> Option<&Policy> {
        match &self.around {
            Around::Fleet(fleet) => Some(&fleet.policy),
            Around::Plain(_) => None,
        }
    }

    /// What is wrong with the fleet's own documents.
    ///
    /// # Errors
    /// When the policy's text cannot be read again.
    pub(crate) fn of_documents(&self) -> Result<Vec<Finding>> {
        Ok(match &self.around {
            Around::Fleet(fleet) => {
                let text = self.source.read(&policy::path())?;
                let certificates = policy::certificates(self.source, &fleet.policy)?;
                let mut findings = fleet::documents(fleet, &text, &certificates);
                findings.extend(people::of_documents(fleet, &documents_of(self.source)?));
                findings.extend(linked(self.source));
                findings
            }
            Around::Plain(_) => Vec::new(),
        })
    }

    /// What keeps creation rules from being followed that are above these files, and not among them.
    ///
    /// # Errors
    /// When the rules cannot be read.
    pub(crate) fn of_rules_above(&self, files: &[RepoPath]) -> Result<Vec<Finding>> {
        match &self.around {
            Around::Fleet(_) => Ok(Vec::new()),
            Around::Plain(rules) => rules.broken_above(files),
        }
    }

    /// Where something that is no file stands in the place of a sealed one, or where agents read nothing but files.
    pub(crate) fn in_place_of_files(&self) -> BTreeSet<RepoPath> {
        let replaced = self.gone().into_iter().flat_map(Gone::replaced);
        let replaced = replaced.filter(|path| !self.source.lists(path));
        let others = self.source.others();
        let rendered = others.filter(|path| self.is_in_fleet() && fleet::is_of_source(path));
        replaced.chain(rendered).cloned().collect()
    }

    fn gone(&self) -> Option<&Gone> {
        let versions = self.versions.as_ref()?;
        Some(self.gone.get_or_init(|| Gone::of(versions)))
    }

    /// What is wrong with a file that may or may not have to be sealed.
    pub(crate) fn of_file(&mut self, path: &RepoPath) -> Result<Vec<Finding>> {
        let replaced = self.gone().and_then(|gone| gone.in_place(path));
        if let Some(finding) = replaced.filter(|_| !self.source.lists(path)) {
            return Ok(vec![finding]);
        }
        if self.source.is_other(path) {
            return Ok(vec![fleet::linked(path)]);
        }
        let findings = match self.source.read_small(path)? {
            Some(bytes) => self.of_bytes(Store::of(path), path, &bytes),
            None => self.of_large(path),
        };
        self.compared(path, findings?)
    }

    /// What is wrong with a file of the store that has to be sealed.
    pub(crate) fn of_secret_file(&mut self, store: Store, path: &RepoPath) -> Result<Vec<Finding>> {
        let Some(bytes) = self.source.read_small(path)? else {
            return Ok(vec![large::to_be_sealed(path, "it has to be sealed")]);
        };
        if is_one(store, path, &bytes) {
            let findings = self.of_bytes(store, path, &bytes)?;
            return self.compared(path, findings);
        }
        let findings = self.as_ruled(path, vec![not_sealed(path)])?;
        self.as_refused(path, &bytes, findings)
    }

    /// What is wrong with the keys of all sealed files that were looked at: one walk through the history tells of all.
    pub(crate) fn of_keys(&mut self, out: &Output) -> Vec<Finding> {
        let suspects = std::mem::take(&mut self.suspects);
        let versions = self.versions.as_ref().filter(|_| !suspects.is_empty());
        versions.map_or_else(Vec::new, |versions| versions.kept_keys(&suspects, out))
    }

    /// Who has to seal a file that holds these bytes, if sealing it puts something right; whoever names recipients
    /// (`are_named`) decides alone for whom.
    ///
    /// # Errors
    /// When what the creation rules say of it cannot be read.
    pub(crate) fn sealer_of(
        &mut self,
        path: &RepoPath,
        bytes: &[u8],
        are_named: bool,
    ) -> Result<Option<By>> {
        let findings = self.of_bytes(Store::of(path), path, bytes)?;
        let findings = self.compared(path, findings)?;
        if let Around::Plain(rules) = &mut self.around {
            rules.ensure_followed(path)?;
        }
        Ok(to_seal::by(&findings, are_named))
    }

    /// The findings, if all versions could be read that the file was compared with.
    fn compared(&self, path: &RepoPath, findings: Vec<Finding>) -> Result<Vec<Finding>> {
        let read = self.versions.as_ref().map(Versions::ensure_read);
        let read = read.unwrap_or(Ok(()));
        read.with_context(|| format!("compare {path} with what Git has of it"))?;
        Ok(findings)
    }

    fn of_bytes(&mut self, store: Store, path: &RepoPath, bytes: &[u8]) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        if let Around::Fleet(fleet) = &self.around {
            findings.extend(fleet::uncovered(&fleet.policy, path));
        }
        let sealed = sealed::claims_to_be(store, bytes).then(|| sealed::read(store, path, bytes));
        match sealed {
            Some(Ok(Some(sealed))) => findings.extend(self.of_sealed(path, &sealed)?),
            Some(Err(finding)) => findings.push(self.taken_back(store, path, bytes, finding)),
            Some(Ok(None)) | None => findings.extend(self.of_clear(path, bytes)?),
        }
        Ok(findings)
    }

    /// The finding about a damaged file, with the version of Git that takes its place.
    fn taken_back(&self, store: Store, path: &RepoPath, bytes: &[u8], finding: Finding) -> Finding {
        let versions = self.versions.as_ref();
        let versions = versions.filter(|_| finding.kind == Kind::Damaged);
        let is_right = |other: &[u8]| matches!(sealed::read(store, path, other), Ok(Some(_)));
        let back = versions.and_then(|versions| versions.last_other(path, bytes, is_right));
        match back {
            Some(back) => finding.with_remedy(Remedy::around(
                format!("take back what was changed: git checkout {back} -- "),
                "",
            )),
            None => finding,
        }
    }

    fn of_sealed(&mut self, path: &RepoPath, file: &Sealed) -> Result<Vec<Finding>> {
        let mut findings = sealed::clear(path, file);
        findings.extend(clear::identity_in(path, file.text()));
        let is_tree = matches!(file.store(), Store::Yaml | Store::Json);
        let seen = is_tree.then(|| merged::seen(file.stream()));
        if findings.is_empty() {
            let is_asked = self.asks_for_selection(path, file)?;
            let clear = |seen| narrow::clear_secrets(path, file, seen, is_asked);
            findings.extend(seen.as_deref().into_iter().flat_map(clear));
            if findings.is_empty() {
                findings.extend(narrow::nothing_sealed(path, file, is_asked));
            }
        }
        if let Some(versions) = self.versions.as_ref().filter(|_| findings.is_empty()) {
            findings.extend(stale::found(versions, path, file));
        }
        if self.versions.is_some() {
            self.suspects.push(Suspect::of(path, file));
        }
        let shown = |seen| narrow::shown_secrets(path, seen);
        findings.extend(seen.as_deref().into_iter().flat_map(shown));
        findings.extend(sealed::inapplicable(path, file));
        findings.extend(sealed::broken_keys(path, file));
        findings.extend(sealed::no_time(path, file));
        findings.extend(sealed::no_block_in_first(path, file));
        if file.metadata().age_keys().next().is_none() {
            findings = findings.into_iter().map(left_to_sops).collect();
        }
        match &mut self.around {
            Around::Fleet(fleet) => {
                let head = fleet::sealed_head(path, file);
                let mut placed = fleet::placed(fleet, path, file);
                // Sealing it as it stands would keep what no agent reads.
                placed.retain(|finding| {
                    head.is_none() || to_seal::by(std::slice::from_ref(finding), false).is_none()
                });
                let is_left = file.metadata().age_keys().next().is_none();
                let head = head.map(|head| if is_left { left_to_sops(head) } else { head });
                findings.extend(placed.into_iter().chain(head));
                findings.extend(fleet::unread(fleet, path));
            }
            Around::Plain(rules) => {
                findings.extend(plain::moved(path, file));
                findings.extend(plain::against(&rules.about(path)?, path, file));
            }
        }
        Ok(findings)
    }

    /// Whether a creation rule names the selection under which the file is sealed.
    fn asks_for_selection(&mut self, path: &RepoPath, file: &Sealed) -> Result<bool> {
        let Around::Plain(rules) = &mut self.around else {
            return Ok(false);
        };
        let said = rules.about(path)?;
        let selection = Some(&file.metadata().rule);
        let asks = |said: &Said| matches!(said, Said::Rule(_, rule) if rule.selection.as_ref() == selection);
        Ok(said.iter().any(asks))
    }
}

/// Whether sealing a file of the repository that begins in this folder puts it right, which does not open as it is: lines of
/// versions that Git has were left in it by a merge.
pub(crate) fn is_left_by_merge(path: &RepoPath, root: &Path) -> bool {
    let out = Output::new(Volume::Quiet, Color::default());
    let found = || {
        let repository = Repository::at(root.to_owned(), &out).ok()?;
        let versions = Versions::of(&repository, false).ok()?;
        let bytes = reading::file(&root.join(path.as_str())).ok()?;
        let file = sealed::read(Store::of(path), path, &bytes).ok()??;
        stale::found(&versions, path, &file)
    };
    found().is_some_and(|finding| finding.is_to_be_sealed())
}

/// The finding about a file that only sops opens, which cannot make one whole that it does not open as it is.
fn left_to_sops(finding: Finding) -> Finding {
    match finding.kind {
        Kind::ClearValue => finding.with_remedy("take it out of FILE, and put it in with sops set"),
        Kind::StaleSeal => finding.with_remedy(
            "take a whole version back, git checkout COMMIT -- FILE, and change it with sops edit",
        ),
        Kind::SealedHead => finding.with_remedy(
            "sops decrypt -i FILE && signet seal FILE, where no rule selects more than data and stringData",
        ),
        _ => finding,
    }
}

/// Whether a file is a sealed one, be it damaged.
fn is_one(store: Store, path: &RepoPath, bytes: &[u8]) -> bool {
    sealed::claims_to_be(store, bytes) && !matches!(sealed::read(store, path, bytes), Ok(None))
}

fn not_sealed(path: &RepoPath) -> Finding {
    Finding::new(Kind::NotSealed, path, None, "it is not sealed")
}

/// The findings about links in the place of a fleet's documents, or of a folder of them: nobody reads what is behind one, and a
/// commit with one is refused as a whole.
fn linked(source: &Source) -> impl Iterator<Item = Finding> {
    let linked = source.others().filter(|path| is_steering(path));
    linked.map(|path| {
        let problem = "a link or another repository stands where the fleet's documents do, and agents read none of them";
        Finding::new(Kind::Document, path, None, problem)
            .with_remedy("put the documents themselves in the place of FILE")
    })
}

fn is_linked_policy(source: &Source) -> bool {
    linked_above_policy(source).is_some()
}

/// What is no file or folder in the place of the policy, or of a folder above it.
fn linked_above_policy(source: &Source) -> Option<&RepoPath> {
    let policy = policy::path();
    source.others().find(|other| policy.starts_with_dir(other))
}

/// Ensures that the policy is none behind a link.
///
/// # Errors
/// A refusal that names what stands in the place of a folder or a file.
fn refuse_linked_policy(source: &Source) -> Result<()> {
    let Some(other) = linked_above_policy(source) else {
        return Ok(());
    };
    let policy = policy::path();
    Err(refused(format!(
        "{policy} is a link, or behind one or in another repository, which nobody follows"
    ))
    .hint(format!(
        "put the documents themselves in the place of {other}"
    )))
}

fn fleet_of(source: &Source) -> Result<Fleet> {
    refuse_linked_policy(source)?;
    Fleet::parse(documents_of(source)?).context("read the fleet's documents")
}

/// What stands where the documents of a fleet do.
fn documents_of(source: &Source) -> Result<Vec<(RepoPath, Vec<u8>)>> {
    let documents = source
        .paths()
        .filter(|path| is_steering(path))
        .map(|path| Ok((path.clone(), source.read(path)?)));
    documents.collect()
}
