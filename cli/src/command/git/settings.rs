//! Git's configuration.

use super::install::Shown;
use crate::failure::Result;
use crate::gitcmd::Git;

/// Whose configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Global,
    Local,
}

/// Settings that are to change, each with its new value or with none.
pub(super) struct Settings {
    scope: Scope,
    changes: Vec<(&'static str, Option<&'static str>)>,
}

const SECTIONS: [&str; 2] = ["merge.signet", "diff.signet"];

const SETTINGS: [(&str, &str); 4] = [
    ("merge.signet.name", "sealed files, value by value"),
    // The dashes end the flags: a file may be called as one. Where `signet` is not found or fails, Git would leave ours as it
    // is; lines are merged then, and a person has to look.
    (
        "merge.signet.driver",
        "signet merge-driver -- %O %A %B %L %P %S %X %Y || { test $? -eq 1 || git merge-file -q %A %O %B; false; }",
    ),
    // Between versions that were merged themselves there is nobody to decide: Git's driver for binary files takes their common
    // one.
    ("merge.signet.recursive", "binary"),
    ("diff.signet.cachetextconv", "false"),
];

impl Settings {
    /// What is to change so that values are shown so; without, so that nothing is left.
    pub(super) fn of(git: &Git<'_>, scope: Scope, shown: Option<Shown>) -> Result<Self> {
        let textconv = match shown {
            Some(Shown::Redacted) => Some("signet textconv --"),
            Some(Shown::Open) => Some("signet textconv --open --"),
            None => None,
        };
        let value = |value| shown.map(|_| value);
        let all = SETTINGS.into_iter().map(|(key, text)| (key, value(text)));
        let mut changes = Vec::new();
        for (key, wanted) in all.chain([("diff.signet.textconv", textconv)]) {
            if scope.get(git, key)?.as_deref() != wanted {
                changes.push((key, wanted));
            }
        }
        Ok(Self { scope, changes })
    }

    /// A line for each change.
    pub(super) fn said(&self) -> impl Iterator<Item = String> {
        let scope = self.scope.flag();
        self.changes.iter().map(move |(key, value)| match value {
            Some(value) => format!("git config {scope} {key} '{value}'"),
            None => format!("git config {scope} --unset {key}"),
        })
    }

    pub(super) fn apply(&self, git: &Git<'_>) -> Result<()> {
        let scope = self.scope.flag();
        for (key, value) in &self.changes {
            match value {
                Some(value) => git.run(&["config", scope, key, value])?,
                None => git.run(&["config", scope, "--unset-all", key])?,
            }
        }
        if self.changes.iter().any(|(_, value)| value.is_none()) {
            // A section that Git has emptied stays as a heading, or went with its last setting.
            for section in SECTIONS {
                let _ = git.read(&["config", scope, "--remove-section", section]);
            }
        }
        Ok(())
    }
}

impl Scope {
    fn flag(self) -> &'static str {
        match self {
            Self::Global => "--global",
            Self::Local => "--local",
        }
    }

    fn get(self, git: &Git<'_>, key: &str) -> Result<Option<String>> {
        let finished = git.finish(&["config", self.flag(), "--get", key])?;
        let value = String::from_utf8_lossy(&finished.stdout).trim().to_owned();
        Ok(finished.status.success().then_some(value))
    }
}
