//! What is wrong with a file that is not sealed.

use super::text::decoded;
use super::versions::Version;
use super::{
    Around, Finding, Inspector, Kind, clear, fleet, gone, is_one, named, not_sealed, rules,
};
use crate::creation::Said;
use crate::failure::Result;
use signet_api::{RepoPath, owner};
use signet_envelope::Store;

impl Inspector<'_> {
    pub(super) fn of_clear(&mut self, path: &RepoPath, bytes: &[u8]) -> Result<Vec<Finding>> {
        let mut findings = self.of_text(path, &decoded(bytes));
        if rules::are_rules(path) && std::str::from_utf8(bytes).is_err() {
            findings.push(rules::no_text(path));
        }
        if findings.is_empty() {
            findings.extend(self.not_sealed(path, bytes)?);
        }
        let is_foreign = self.is_foreign(path)?;
        let is_told =
            |finding: &Finding| matches!(finding.kind, Kind::ClearSecret | Kind::NotSealed);
        if !findings.iter().any(is_told) {
            findings.extend(self.unsealed(path, bytes));
        }
        if is_foreign {
            let (told, others): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_told);
            let told = told
                .into_iter()
                .map(|finding| finding.with_remedy("sops encrypt -i FILE"));
            findings = told.chain(others).collect();
        }
        Ok(findings)
    }

    /// Whether the file's rule asks for keys that only sops wraps for.
    fn is_foreign(&mut self, path: &RepoPath) -> Result<bool> {
        let Around::Plain(rules) = &mut self.around else {
            return Ok(false);
        };
        let said = rules.about(path)?;
        Ok(matches!(said.first(), Some(Said::Rule(_, rule)) if rule.recipients().is_err()))
    }

    /// A file in the clear that is sealed where Git has it.
    fn unsealed(&self, path: &RepoPath, bytes: &[u8]) -> Option<Finding> {
        let versions = self.versions.as_ref()?;
        let before = versions.before(path, bytes);
        let is_sealed = |version: &&Version| {
            let bytes = versions.read(version);
            bytes.is_some_and(|bytes| is_one(Store::of(path), path, &bytes))
        };
        let Some(Version { name, .. }) = before.kept().find(is_sealed) else {
            return self.gone()?.renamed(versions, path, bytes);
        };
        let finding = |how| {
            let problem = format!("it is sealed in {name}, and here {how}");
            Finding::new(Kind::NotSealed, path, None, problem)
        };
        Some(if bytes.trim_ascii().is_empty() {
            finding("empty").with_remedy(gone::take_back(name))
        } else {
            finding("in clear text")
        })
    }

    fn of_text(&self, path: &RepoPath, text: &str) -> Vec<Finding> {
        let mut findings = clear::secrets(path, text);
        if rules::are_rules(path) {
            findings.extend(rules::of_rules(path, text));
            if !self.is_in_fleet() {
                findings.extend(rules::without_path(path, text));
            }
        }
        if matches!(self.around, Around::Fleet(_))
            && findings.is_empty()
            && fleet::is_rendered(path)
        {
            findings.extend(clear::unreadable(path, text));
        }
        findings
    }

    /// A file whose name or rule says that it is sealed.
    fn not_sealed(&mut self, path: &RepoPath, bytes: &[u8]) -> Result<Option<Finding>> {
        let is_named = clear::is_named_sealed(path);
        match &mut self.around {
            Around::Fleet(fleet) => {
                let is_meant = is_named && owner(fleet, path).is_some();
                Ok(is_meant.then(|| not_sealed(path)))
            }
            Around::Plain(_) if is_named => Ok(Some(not_sealed(path))),
            Around::Plain(rules) => {
                let root = self.source.root();
                let said = rules.about(path)?;
                let mut found = said
                    .iter()
                    .map(|said| named::in_clear(said, root, path, bytes));
                Ok(found.find_map(|found| found))
            }
        }
    }
}
