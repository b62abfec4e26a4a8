//! What the creation rules ask of a file: those of each `.sops.yaml` above it, wherever the command runs.

use super::source::Source;
use super::{Finding, Kind, people};
use crate::creation::{NAME, OTHER_NAME, Said, above, said, text_of};
use crate::failure::{Explain, Result};
use crate::unmerged;
use signet_api::RepoPath;
use signet_cluster::chain;
use signet_envelope::{CreationError, CreationRules, Store};
use signet_yaml::Position;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Every `.sops.yaml` of a tree, and the one above it, read once.
pub(crate) struct Rules<'a> {
    source: &'a Source,
    named: Option<PathBuf>,
    outside: Option<PathBuf>,
    read: BTreeMap<PathBuf, Option<CreationRules>>,
    /// Those for the files of a folder, the nearest first, once they were looked for.
    of_folders: BTreeMap<PathBuf, Vec<PathBuf>>,
}

impl<'a> Rules<'a> {
    /// The rules of a tree, or those of the file that is named.
    pub(crate) fn of(source: &'a Source, named: Option<PathBuf>) -> Self {
        Self {
            source,
            named,
            outside: source.root().parent().and_then(above),
            read: BTreeMap::new(),
            of_folders: BTreeMap::new(),
        }
    }

    /// What the rules say about a file: those of the nearest `.sops.yaml` first, then those of the ones above it. A person
    /// who stood there would have followed them, as in sops.
    ///
    /// # Errors
    /// When rules that stand outside the tree cannot be read, or those inside are no file; what else is wrong with these is a
    /// finding of their own.
    pub(crate) fn about(&mut self, path: &RepoPath) -> Result<Vec<Said<'_>>> {
        let configs = self.configs(path);
        for config in &configs {
            if !self.read.contains_key(config) {
                let rules = self.load(config)?;
                self.read.insert(config.clone(), rules);
            }
        }
        let file = self.source.root().join(path.as_str());
        let configs = configs.into_iter();
        let about = configs.map(|config| {
            let rules = self.read[&config].as_ref();
            said(config, rules, &file)
        });
        Ok(about.collect())
    }

    /// What is wrong with the rules above these files, where those are not among them.
    ///
    /// # Errors
    /// When the rules cannot be read.
    pub(super) fn broken_above(&self, files: &[RepoPath]) -> Result<Vec<Finding>> {
        let folders = files
            .iter()
            .flat_map(|file| Path::new(file.as_str()).ancestors().skip(1));
        let folders: BTreeSet<&Path> = folders.collect();
        let rules = folders
            .into_iter()
            .filter_map(|folder| repo_path(&folder.join(NAME)));
        let rules = rules.filter(|path| self.source.has(path) && !files.contains(path));
        let mut findings = Vec::new();
        for path in rules {
            match String::from_utf8(self.source.read(&path)?) {
                Ok(text) => findings.extend(of_rules(&path, &text)),
                Err(_) => findings.push(no_text(&path)),
            }
        }
        Ok(findings)
    }

    fn configs(&mut self, path: &RepoPath) -> Vec<PathBuf> {
        if let Some(named) = &self.named {
            return vec![named.clone()];
        }
        let folder = Path::new(path.as_str()).parent().unwrap_or(Path::new(""));
        if let Some(known) = self.of_folders.get(folder) {
            return known.clone();
        }
        let found = self.look_above(folder);
        self.of_folders.insert(folder.to_owned(), found.clone());
        found
    }

    fn look_above(&self, folder: &Path) -> Vec<PathBuf> {
        let files = folder.ancestors().map(|folder| folder.join(NAME));
        let inside = files.filter(|file| self.stands(file));
        let inside: Vec<PathBuf> = inside.map(|file| self.source.root().join(file)).collect();
        if inside.is_empty() {
            return self.outside.iter().cloned().collect();
        }
        inside
    }

    /// Whether something is there: on the disk sops would find what is no file too.
    fn stands(&self, file: &Path) -> bool {
        let on_disk = || !self.source.is_index() && self.source.root().join(file).exists();
        is_in(self.source, file) || on_disk()
    }

    /// Ensures that the rules about a file can be followed.
    ///
    /// # Errors
    /// When they cannot be read, wherever they stand.
    pub(super) fn ensure_followed(&mut self, path: &RepoPath) -> Result<()> {
        for config in self.configs(path) {
            if !matches!(self.read.get(&config), Some(Some(_))) {
                self.load_strictly(&config)?;
            }
        }
        Ok(())
    }

    fn load(&self, config: &Path) -> Result<Option<CreationRules>> {
        let Some(path) = self.inside(config) else {
            return self.load_strictly(config);
        };
        let text = String::from_utf8(self.source.read(&path)?).unwrap_or_default();
        Ok(CreationRules::read(&text).ok().flatten())
    }

    fn load_strictly(&self, config: &Path) -> Result<Option<CreationRules>> {
        let doing = || format!("read the creation rules in {}", config.display());
        let text = match self.inside(config) {
            Some(path) => String::from_utf8(self.source.read(&path)?).with_context(doing)?,
            None => text_of(config, self.named.as_deref() == Some(config)).with_context(doing)?,
        };
        CreationRules::read(&text).with_context(doing)
    }

    /// The path of rules that stand in the tree.
    fn inside(&self, config: &Path) -> Option<RepoPath> {
        let inside = config.strip_prefix(self.source.root()).ok()?;
        repo_path(inside).filter(|path| self.source.has(path))
    }
}

/// What is wrong with a `.sops.yaml` itself.
pub(super) fn of_rules(path: &RepoPath, text: &str) -> Vec<Finding> {
    if let Some(line) = unmerged::marker(Store::Yaml, text.as_bytes()) {
        let problem = "one of Git's conflict markers stands in it";
        let at = Position { line, column: 1 };
        let remedy = "leave the lines of one side of each conflict and no marker; while the merge is open, git checkout --merge -- FILE starts again";
        return vec![Finding::new(Kind::Unmerged, path, at, problem).with_remedy(remedy)];
    }
    match CreationRules::read(text) {
        Ok(rules) => {
            let misspelt = rules.iter().flat_map(CreationRules::misspellings);
            let misspelt = misspelt
                .map(|found| Finding::new(Kind::CreationRules, path, found.at, found.to_string()));
            let people = rules.iter();
            let people = people.flat_map(|rules| people::of_rules(path, text, rules));
            misspelt.chain(people).collect()
        }
        Err(error) => vec![Finding::new(
            Kind::CreationRules,
            path,
            place_of(&error),
            chain(&error),
        )],
    }
}

/// The finding about a `.sops.yaml` that is no UTF-8, so that nobody here follows it.
pub(super) fn no_text(path: &RepoPath) -> Finding {
    Finding::new(Kind::CreationRules, path, None, "it is not UTF-8 text")
}

/// The rules that name no files: they say how each is sealed, and not which has to be.
pub(super) fn without_path(path: &RepoPath, text: &str) -> Vec<Finding> {
    let rules = CreationRules::read(text).ok().flatten();
    let rules = rules.iter().flat_map(CreationRules::for_all_paths);
    let finding = |at| {
        let problem = "this creation rule names no files, so of those that were never sealed only Secrets of Kubernetes and \
            names such as db.sops.yaml are found";
        Finding::new(Kind::NoPath, path, at, problem)
    };
    rules.map(|rule| finding(rule.at)).collect()
}

/// The finding about rules in a file that is called as nobody looks for it.
pub(super) fn not_read(path: &RepoPath) -> Option<Finding> {
    let problem = format!("neither sops nor Signet reads it: it has to be called {NAME}");
    is_called(path, OTHER_NAME).then(|| Finding::new(Kind::OtherName, path, None, problem))
}

/// Whether a file holds creation rules.
pub(super) fn are_rules(path: &RepoPath) -> bool {
    is_called(path, NAME)
}

fn is_called(path: &RepoPath, name: &str) -> bool {
    path.file_name() == name
}

fn place_of(error: &CreationError) -> Option<Position> {
    match error {
        CreationError::Parse(error) => error.at(),
        CreationError::Field { at, .. }
        | CreationError::Pattern { at, .. }
        | CreationError::Rules { at, .. } => Some(*at),
    }
}

fn is_in(source: &Source, file: &Path) -> bool {
    repo_path(file).is_some_and(|path| source.has(&path))
}

fn repo_path(file: &Path) -> Option<RepoPath> {
    file.to_str()?.parse().ok()
}
