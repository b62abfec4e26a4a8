//! What is wrong with a file that is not sealed.

use super::copied::Copied;
use super::text::decoded;
use super::to_seal::{By, Sealing};
use super::versions::Version;
use super::{
    Around, Finding, Inspector, Kind, clear, fleet, gone, named, not_sealed, rules, unsealable,
};
use crate::creation::Said;
use crate::failure::Result;
use signet_api::RepoPath;
use signet_envelope::Store;
use signet_seal::has_nothing_to_seal;

/// What a person does about a file that is to be sealed, and of which sops and Signet would seal nothing.
const NOTHING: &str =
    "put what is secret into FILE, have its creation rule select it, or give FILE another name";

impl Inspector<'_> {
    pub(super) fn of_clear(&mut self, path: &RepoPath, bytes: &[u8]) -> Result<Vec<Finding>> {
        let mut findings = self.of_text(path, &decoded(bytes));
        if rules::are_rules(path) && std::str::from_utf8(bytes).is_err() {
            findings.push(rules::no_text(path));
        }
        if findings.is_empty() {
            if clear::is_named_sealed(path) {
                findings.push(not_sealed(path));
            } else if let Some(finding) = self.named(path, bytes)? {
                return self.as_refused(path, bytes, vec![finding]);
            }
        }
        let is_told =
            |finding: &Finding| matches!(finding.kind, Kind::ClearSecret | Kind::NotSealed);
        if !findings.iter().any(is_told) {
            findings.extend(self.unsealed(path, bytes));
        }
        let findings = self.as_ruled(path, findings)?;
        self.as_refused(path, bytes, findings)
    }

    /// The findings with what to do first about a file that cannot be sealed as it stands.
    pub(super) fn as_refused(
        &mut self,
        path: &RepoPath,
        bytes: &[u8],
        findings: Vec<Finding>,
    ) -> Result<Vec<Finding>> {
        let is_mended = |finding: &Finding| {
            finding.is_to_be_sealed() || finding.sealing == Sealing::Mends(By::Sops)
        };
        if !findings.iter().any(is_mended) {
            return Ok(findings);
        }
        let remedy = match &mut self.around {
            Around::Plain(rules) => {
                let said = rules.about(path)?;
                let rule = said.iter().find_map(Said::rule);
                let selection = rule.and_then(|rule| rule.selection.clone());
                if has_nothing_to_seal(Store::of(path), bytes, selection.as_ref()) {
                    let findings = findings.into_iter();
                    return Ok(findings
                        .map(|one| nothing_to_seal(one, is_mended))
                        .collect());
                }
                unsealable::outside(path, bytes, selection)
            }
            Around::Fleet(fleet) => unsealable::in_fleet(fleet, path, bytes),
        };
        let told = |finding: Finding| match &remedy {
            Some(remedy) if finding.is_to_be_sealed() => {
                finding.sealed_by(By::Signet, remedy.clone())
            }
            _ => finding,
        };
        Ok(findings.into_iter().map(told).collect())
    }

    /// The findings about a file that no rule named; whoever seals it follows the nearest that is for it.
    pub(super) fn as_ruled(
        &mut self,
        path: &RepoPath,
        findings: Vec<Finding>,
    ) -> Result<Vec<Finding>> {
        let Around::Plain(rules) = &mut self.around else {
            return Ok(findings);
        };
        let said = rules.about(path)?;
        let said = said
            .iter()
            .find(|said| said.rule().is_some())
            .or(said.first());
        let findings = findings.into_iter();
        Ok(findings
            .map(|finding| named::as_said(said, finding))
            .collect())
    }

    /// A file in the clear that is sealed where Git has it.
    fn unsealed(&self, path: &RepoPath, bytes: &[u8]) -> Option<Finding> {
        let versions = self.versions.as_ref()?;
        let before = versions.before(path, bytes);
        let Some(Version { name, revision, .. }) = self.sealed_before(path, &before) else {
            let renamed = self.gone()?.renamed(versions, path, bytes);
            let is_new = before.main.is_none();
            let copied = || self.copied.get_or_init(|| Copied::of(self.source));
            return renamed.or_else(|| is_new.then(|| copied().found(path, bytes))?);
        };
        let finding = |how| {
            let problem = format!("it is sealed in {name}, and here {how}");
            Finding::new(Kind::NotSealed, path, None, problem)
        };
        Some(if bytes.trim_ascii().is_empty() {
            finding("empty").with_remedy(gone::take_back(revision.as_deref()))
        } else {
            finding("in clear text")
        })
    }

    fn of_text(&self, path: &RepoPath, text: &str) -> Vec<Finding> {
        let mut findings = clear::secrets(path, text);
        findings.extend(rules::not_read(path));
        if rules::are_rules(path) {
            findings.extend(rules::of_rules(path, text));
            if !self.is_in_fleet() {
                findings.extend(rules::without_path(path, text));
            }
        }
        if matches!(self.around, Around::Fleet(_))
            && findings.is_empty()
            && fleet::is_rendered(path)
            && !self.is_template(path)
        {
            findings.extend(clear::unreadable(path, text));
        }
        findings
    }

    /// Whether it is a template of a chart, which is YAML only once it is filled in.
    fn is_template(&self, path: &RepoPath) -> bool {
        let is_of_chart = |folder: &RepoPath| {
            let chart = folder
                .parent()
                .and_then(|chart| chart.join("Chart.yaml").ok());
            folder.file_name() == "templates" && chart.is_some_and(|chart| self.source.has(&chart))
        };
        std::iter::successors(path.parent(), RepoPath::parent).any(|folder| is_of_chart(&folder))
    }

    /// The finding about a file that a creation rule names, and is to be sealed as that one says.
    fn named(&mut self, path: &RepoPath, bytes: &[u8]) -> Result<Option<Finding>> {
        let Around::Plain(rules) = &mut self.around else {
            return Ok(None);
        };
        let root = self.source.root();
        let said = rules.about(path)?;
        let mut found = said
            .iter()
            .filter_map(|said| named::in_clear(said, root, path, bytes));
        Ok(found.next())
    }
}

/// The finding with what to do first, if it is one that sealing would mend; sops would write a block that seals nothing.
fn nothing_to_seal(finding: Finding, is_mended: impl Fn(&Finding) -> bool) -> Finding {
    match finding.sealing {
        _ if !is_mended(&finding) => finding,
        Sealing::Mends(By::Signet) => finding.sealed_by(By::Signet, NOTHING),
        _ => finding.with_remedy(NOTHING),
    }
}
