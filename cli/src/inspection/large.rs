//! Files that are not read for their size: nobody sees whether they are sealed, which matters where something says that they are.

use super::versions::{Before, Version};
use super::{Around, Finding, Inspector, Kind, clear, fleet, is_one, named};
use crate::failure::Result;
use signet_api::RepoPath;
use signet_envelope::Store;

impl Inspector<'_> {
    /// What is wrong with a file that has more than any sealed one.
    pub(crate) fn of_large(&mut self, path: &RepoPath) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        if let Around::Fleet(fleet) = &self.around {
            findings.extend(fleet::uncovered(&fleet.policy, path));
        }
        let reason = self.says_to_seal(path)?;
        findings.push(reason.map_or_else(
            || {
                let problem = "it has more than 88 MiB, and is not looked at";
                Finding::new(Kind::NotLookedAt, path, None, problem)
            },
            |reason| to_be_sealed(path, &reason),
        ));
        Ok(findings)
    }

    /// What says that a file is to be sealed, whatever it holds.
    fn says_to_seal(&mut self, path: &RepoPath) -> Result<Option<String>> {
        if clear::is_named_sealed(path) {
            return Ok(Some("its name says that it is sealed".to_owned()));
        }
        let before = self.versions.as_ref().map(|all| all.before(path, &[]));
        let sealed = before.and_then(|before| self.sealed_before(path, &before));
        if let Some(Version { name, .. }) = sealed {
            return Ok(Some(format!("it is sealed in {name}")));
        }
        let Around::Plain(rules) = &mut self.around else {
            return Ok(None);
        };
        let said = rules.about(path)?;
        let root = self.source.root();
        let mut named = said
            .iter()
            .filter_map(|said| named::unread(said, root, path));
        Ok(named.next())
    }

    /// The sealed version of a file that the next commit replaces.
    pub(super) fn sealed_before(&self, path: &RepoPath, before: &Before) -> Option<Version> {
        let versions = self.versions.as_ref()?;
        let store = Store::of(path);
        let is_sealed = |version: &&Version| {
            let bytes = versions.read(version);
            bytes.is_some_and(|bytes| is_one(store, path, &bytes))
        };
        before.kept().find(is_sealed).cloned()
    }
}

/// The finding about such a file that is to be sealed, for this reason.
pub(super) fn to_be_sealed(path: &RepoPath, reason: &str) -> Finding {
    let problem = format!("it has more than 88 MiB, which nobody seals, and {reason}");
    Finding::new(Kind::TooLarge, path, None, problem)
}
