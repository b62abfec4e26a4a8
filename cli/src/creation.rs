//! The `.sops.yaml` that says how a file is sealed, found as sops finds it.

use crate::failure::{Explain, Failure, Result, refused};
use crate::output::Output;
use signet_api::RepoPath;
use signet_envelope::{CreationRule, CreationRules, Rule};
use signet_yaml::excerpt;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs::{self, File};
use std::io::Read;
use std::mem;
use std::path::{Component, Path, PathBuf};

/// What the file is called.
pub(crate) const NAME: &str = ".sops.yaml";

/// What it is not called, and nobody reads.
pub(crate) const OTHER_NAME: &str = ".sops.yml";

/// More than any creation rules take, in bytes.
const LARGEST: u64 = 1 << 20;

/// sops looks into so many folders.
const LEVELS: usize = 100;

/// `--config`, for commands that ask how a fresh file is sealed.
#[derive(Default, clap::Args)]
pub(crate) struct ConfigArgs {
    /// Take the creation rules from this file, not from the .sops.yaml in or above the current folder, else
    /// from the nearest to the file where that has no rule for it
    #[arg(long, value_name = "FILE", env = "SOPS_CONFIG")]
    config: Option<PathBuf>,
}

/// Every `.sops.yaml` that was asked for, read once.
pub(crate) struct Creation<'a> {
    named: Option<PathBuf>,
    here: PathBuf,
    read: BTreeMap<PathBuf, Option<CreationRules>>,
    /// The nearest to each folder that was asked about.
    above: BTreeMap<PathBuf, Option<PathBuf>>,
    /// Those of which the person was told that they do not count.
    told: BTreeSet<PathBuf>,
    /// Whether a file of the other name was looked for.
    is_told_of_another_name: bool,
    out: &'a Output,
}

/// What a `.sops.yaml` says about a file.
pub(crate) enum Said<'a> {
    /// There is no file with creation rules.
    Nothing,
    /// There are rules, and none is for this file.
    NoRule(PathBuf),
    /// The first rule that is for this file.
    Rule(PathBuf, &'a CreationRule),
}

impl<'a> Said<'a> {
    /// The rule, if there is one for the file.
    pub(crate) fn rule(&self) -> Option<&'a CreationRule> {
        match self {
            Self::Rule(_, rule) => Some(rule),
            Self::NoRule(_) | Self::Nothing => None,
        }
    }
}

impl ConfigArgs {
    /// The file that was named, from the current folder on.
    pub(crate) fn named(&self) -> Result<Option<PathBuf>> {
        let named = self.config.as_deref();
        let named = named.filter(|file| !file.as_os_str().is_empty());
        let here = env::current_dir()?;
        Ok(named.map(|file| cleaned(&here.join(file))))
    }

    /// The files to ask, from the current folder on.
    pub(crate) fn creation<'a>(&self, out: &'a Output) -> Result<Creation<'a>> {
        Ok(Creation {
            named: self.named()?,
            here: env::current_dir()?,
            read: BTreeMap::new(),
            above: BTreeMap::new(),
            told: BTreeSet::new(),
            is_told_of_another_name: false,
            out,
        })
    }
}

impl Creation<'_> {
    /// What the file that `--config` names says, else the one in or above the current folder, as in sops; else the one
    /// above the file, where sops finds none or no rule.
    pub(crate) fn of(&mut self, file: &Path) -> Result<Said<'_>> {
        let file = cleaned(&self.here.join(file));
        let nearest = file.parent().and_then(|folder| self.above(folder));
        let config = match &self.named {
            Some(named) => Some(named.clone()),
            None => self.above(&self.here.clone()).or_else(|| nearest.clone()),
        };
        let Some(config) = config else {
            self.warn_of_another_name();
            return Ok(Said::Nothing);
        };
        let nearer = nearest.filter(|nearest| self.named.is_none() && *nearest != config);
        let Some(nearer) = nearer else {
            return self.said(config, &file);
        };
        if matches!(self.said(config.clone(), &file)?, Said::NoRule(_)) {
            return self.said(nearer, &file);
        }
        if !self.told.contains(&nearer) {
            self.out.warn(format!(
                "{} counts, as with sops, although {} stands nearer to {}",
                config.display(),
                nearer.display(),
                file.display()
            ));
            self.told.insert(nearer);
        }
        self.said(config, &file)
    }

    fn above(&mut self, folder: &Path) -> Option<PathBuf> {
        if !self.above.contains_key(folder) {
            self.above.insert(folder.to_owned(), above(folder));
        }
        self.above[folder].clone()
    }

    /// What the nearest file above a file of the work tree says, whatever the current folder.
    pub(crate) fn within(&mut self, root: &Path, file: &RepoPath) -> Result<Said<'_>> {
        let file = root.join(file.as_str());
        let config = match &self.named {
            Some(named) => Some(named.clone()),
            None => file
                .parent()
                .and_then(above)
                .filter(|config| config.starts_with(root)),
        };
        config.map_or(Ok(Said::Nothing), |config| self.said(config, &file))
    }

    /// Which leaves of a tenant's file, if the nearest file says so.
    pub(crate) fn rule_within(&mut self, root: &Path, path: &RepoPath) -> Result<Option<Rule>> {
        Ok(match self.within(root, path)? {
            Said::Rule(_, rule) => rule.selection.clone(),
            Said::NoRule(_) | Said::Nothing => None,
        })
    }

    fn said(&mut self, config: PathBuf, file: &Path) -> Result<Said<'_>> {
        if !self.read.contains_key(&config) {
            let rules = self.rules(&config)?;
            self.read.insert(config.clone(), rules);
        }
        let rules = self.read[&config].as_ref();
        Ok(said(config, rules, file))
    }

    fn rules(&self, config: &Path) -> Result<Option<CreationRules>> {
        let shown = config.display();
        let doing = || format!("read the creation rules in {shown}");
        let is_named = self.named.as_deref() == Some(config);
        let text = text_of(config, is_named).with_context(doing)?;
        // A repository may bring a link to a file of the person's own, a key among them.
        let is_shown = is_named || !config.is_symlink();
        let rules = CreationRules::read(&text).map_err(|error| {
            let at = error.at().filter(|_| is_shown);
            let excerpt = at.and_then(|at| excerpt(&text, at));
            Failure::from(error).quoting(excerpt).context(doing())
        })?;
        for misspelling in rules.iter().flat_map(CreationRules::misspellings) {
            self.out.warn(format!("{shown}: {misspelling}"));
        }
        Ok(rules)
    }

    fn warn_of_another_name(&mut self) {
        if mem::replace(&mut self.is_told_of_another_name, true) {
            return;
        }
        if let Some(file) = nearest(&self.here, OTHER_NAME) {
            let shown = file.display();
            self.out.warn(format!(
                "{shown} is ignored, as by sops: it has to be called {NAME}"
            ));
        }
    }
}

/// The text of a file with creation rules. One that was found may be a link to a device that never ends.
///
/// # Errors
/// When one that was found is no file, or there is more than 1 MiB.
pub(crate) fn text_of(config: &Path, is_named: bool) -> Result<String> {
    if !is_named && !fs::metadata(config)?.is_file() {
        return Err(refused("it is no file"));
    }
    let mut text = String::new();
    let mut file = File::open(config)?.take(LARGEST + 1);
    match file.read_to_string(&mut text)? as u64 {
        0..=LARGEST => Ok(text),
        _ => Err(refused("it has more than 1 MiB")),
    }
}

/// What a file's rules, if it has any, say about a path, of which they see what is below their own folder.
pub(crate) fn said<'r>(config: PathBuf, rules: Option<&'r CreationRules>, file: &Path) -> Said<'r> {
    let Some(rules) = rules else {
        return Said::Nothing;
    };
    match rules.for_path(&seen_from(&config, file)) {
        Some(rule) => Said::Rule(config, rule),
        None => Said::NoRule(config),
    }
}

/// A file's path as the rules of a `.sops.yaml` see it.
pub(crate) fn seen_from<'f>(config: &Path, file: &'f Path) -> Cow<'f, str> {
    let folder = config.parent().unwrap_or(Path::new("/"));
    file.strip_prefix(folder).unwrap_or(file).to_string_lossy()
}

/// The nearest `.sops.yaml` in or above a folder.
pub(crate) fn above(folder: &Path) -> Option<PathBuf> {
    nearest(folder, NAME)
}

fn nearest(folder: &Path, name: &str) -> Option<PathBuf> {
    let folders = folder.ancestors().take(LEVELS);
    let mut files = folders.map(|folder| folder.join(name));
    files.find(|file| file.exists())
}

/// The path without `.` and `..`, as Go cleans it: symbolic links are not followed.
fn cleaned(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                cleaned.pop();
            }
            component => cleaned.push(component),
        }
    }
    cleaned
}
