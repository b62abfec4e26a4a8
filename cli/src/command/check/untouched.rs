//! Files that the commit of a fleet's documents leaves as they are: others open them, sign for them and put them right.

use crate::inspection::finding::{Finding, Kind};
use crate::output::shell::word;
use crate::output::{Output, some_of};
use crate::place::Place;
use signet_api::{Policy, RepoPath};
use signet_provenance::uncovered;
use std::collections::BTreeMap;

/// Says what has to follow the documents once they are committed, without a finding: nothing of it stops their commit.
pub(super) fn tell(findings: &[Finding], policy: &Policy, place: &Place, out: &Output) {
    let mut folders: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut without_rule, mut others) = (Vec::new(), Vec::new());
    for finding in findings {
        match (finding.sealed_again_by(), finding.kind) {
            (Some(verb), _) => {
                let needed = folders.entry(folder_of(&finding.path)).or_insert(verb);
                // Rotating seals for who comes as well.
                *needed = verb.max(needed);
            }
            (None, Kind::Uncovered) => without_rule.extend(finding.path.parse::<RepoPath>()),
            (None, _) => others.push(place.name(&finding.path)),
        }
    }
    for (folder, verb) in folders {
        let folder = place.name(folder);
        out.note(format!(
            "{folder} is not sealed yet as the documents say: once they are committed, who opens it runs `signet {verb} {}`",
            word(&folder)
        ));
    }
    let without_rule = uncovered(policy, &without_rule);
    let without_rule = without_rule.iter().map(|path| place.name(path.as_str()));
    let without_rule: Vec<String> = without_rule.collect();
    if !without_rule.is_empty() {
        out.note(format!(
            "no rule of the policy names these, so nobody may change them: {}",
            some_of(&without_rule)
        ));
    }
    others.dedup();
    if !others.is_empty() {
        out.note(format!(
            "something is wrong with files that stay as they are, `signet check` says what: {}",
            some_of(&others)
        ));
    }
}

/// The folder of a tenant or a cluster that a file lies in, else the file.
fn folder_of(path: &str) -> &str {
    let is_owned = path.starts_with("tenants/") || path.starts_with("clusters/");
    let mut ends = path.match_indices('/').map(|(at, _)| at);
    ends.nth(1)
        .filter(|_| is_owned)
        .map_or(path, |end| &path[..end])
}

#[cfg(test)]
mod tests {
    use super::folder_of;

    #[test]
    fn who_seals_again_is_told_of_all_that_is_the_tenants() {
        for (path, folder) in [
            ("tenants/team-a/prod/deep/db.yaml", "tenants/team-a"),
            ("clusters/prod/db.yaml", "clusters/prod"),
            ("tenants/db.yaml", "tenants/db.yaml"),
            (
                "signet/identities/prod/team-a.yaml",
                "signet/identities/prod/team-a.yaml",
            ),
        ] {
            assert_eq!(folder_of(path), folder);
        }
    }
}
