//! The policy: what keeps it from governing, and what it says that is probably not meant.

use super::finding::Remedy;
use super::source::Source;
use super::{Finding, Kind, documents_of, fleet, linked, people, refuse_linked_policy};
use crate::failure::{Failure, Result, failed};
use crate::output::shell::word;
use crate::output::visible::recipient;
use crate::pin;
use crate::recovery_key::makes_codes;
use jiff::Timestamp;
use signet_api::{ANCHOR_PATH, Anchor, Fleet, POLICY_PATH, Policy, RepoPath, Rule, tenant_path};
use signet_cluster::chain;
use signet_provenance::{
    Authority, Certificates, PolicyError, PolicyRemark, check_fields, check_succession,
    tenants_without_rule, uncovered,
};
use signet_yaml::{Aliases, Limits, Node, Position, parse};

/// Where the policy stands.
pub(crate) fn path() -> RepoPath {
    POLICY_PATH.parse().expect("a valid path")
}

/// The failure of a command that needs a policy.
pub(crate) fn missing() -> Failure {
    failed(format!("there is no {POLICY_PATH}")).hint("`signet init` makes one")
}

/// The certificates of the OpenPGP keys of a policy that stand in a tree, and not behind a link.
///
/// # Errors
/// When one cannot be read.
pub(super) fn certificates(source: &Source, policy: &Policy) -> Result<Certificates> {
    Certificates::of(policy, |path| {
        source.lists(path).then(|| source.read(path)).transpose()
    })
}

/// What there is to say at this time about the policy of a tree, which is to follow another one where there is one.
///
/// # Errors
/// When the tree has none, or its documents cannot be read.
pub(crate) fn found(
    source: &Source,
    before: Option<&[u8]>,
    now: Timestamp,
) -> Result<Vec<Finding>> {
    refuse_linked_policy(source)?;
    if !source.has(&path()) {
        return Err(missing());
    }
    let text = source.read(&path())?;
    let documents = documents_of(source)?;
    let fleet = match Fleet::parse(documents.clone()) {
        Ok(fleet) => fleet,
        Err(unreadable) => return Ok(vec![fleet::document(&unreadable)]),
    };
    let policy = &fleet.policy;
    let certificates = certificates(source, policy)?;
    let mut findings = match Authority::new(policy.clone(), &certificates) {
        Err(error) => vec![refused(&error, policy, &text)],
        Ok(authority) => {
            let before = before.filter(|before| *before != text);
            let out_of_turn = before.and_then(|before| out_of_turn(before, policy, &text));
            let remarks = authority.review(now).into_iter();
            let remarks = remarks.map(|remark| remarked(&remark, &text));
            out_of_turn.into_iter().chain(remarks).collect()
        }
    };
    findings.extend(without_fields(source, policy, &text)?);
    findings.extend(people::of_documents(&fleet, &documents));
    findings.extend(linked(source));
    let tenants = tenants_without_rule(policy, fleet.tenants.keys()).into_iter();
    findings.extend(tenants.map(|tenant| {
        let problem = format!("no rule of the policy names tenants/{tenant}/**");
        Finding::new(Kind::TenantRule, &tenant_path(tenant), None, problem)
    }));
    findings.extend(unproven(source, policy, &text)?);
    let uncovered = uncovered(policy, source.paths());
    findings.extend(uncovered.iter().map(fleet::without_rule));
    Ok(findings)
}

/// The finding about a policy that may not govern.
pub(super) fn refused(error: &PolicyError, policy: &Policy, text: &[u8]) -> Finding {
    let at = field_at(text, &error.field(policy));
    Finding::new(Kind::Document, &path(), at, chain(error))
}

/// The finding about a policy that may not follow the one before.
fn out_of_turn(before: &[u8], policy: &Policy, text: &[u8]) -> Option<Finding> {
    let before = Policy::parse(std::str::from_utf8(before).ok()?, &path()).ok()?;
    let error = check_succession(&before, policy).err()?;
    let at = field_at(text, &[error.field().to_owned()]);
    Some(Finding::new(Kind::Document, &path(), at, error.to_string()))
}

/// The findings about rules that let programs change fields, where there are files that they name and none has any.
fn without_fields(source: &Source, policy: &Policy, text: &[u8]) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (index, rule) in policy.rules.iter().enumerate() {
        let automation = rule.automation.as_ref();
        if automation.is_none_or(|automation| automation.fields.is_empty()) {
            continue;
        }
        if let Some(first) = first_fieldless(source, rule)? {
            let problem = format!(
                "rule {} lets programs change fields, and none of its files has any: {first}",
                index + 1
            );
            let field = ["rules", &index.to_string(), "automation", "fields"];
            let at = field_at(text, &field.map(str::to_owned));
            findings.push(Finding::new(Kind::Fieldless, &path(), at, problem));
        }
    }
    Ok(findings)
}

/// The findings about recovery keys that the anchor proves nothing to, where there is one that can be read.
fn unproven(source: &Source, policy: &Policy, text: &[u8]) -> Result<Vec<Finding>> {
    let anchor_path = pin::anchor_path();
    if !source.has(&anchor_path) {
        return Ok(Vec::new());
    }
    let anchor = String::from_utf8(source.read(&anchor_path)?).ok();
    let Some(anchor) = anchor.and_then(|text| Anchor::parse(&text, &anchor_path).ok()) else {
        return Ok(Vec::new());
    };
    let has_code = |one: &String| anchor.macs.iter().any(|code| code.recipient == *one);
    let recipients = policy.recovery.recipients.iter().enumerate();
    let unproven = recipients.filter(|(_, one)| makes_codes(one) && !has_code(one));
    let found = unproven.map(|(number, one)| {
        let field = ["recovery", "recipients", &number.to_string()];
        let at = field_at(text, &field.map(str::to_owned));
        let problem = format!(
            "{ANCHOR_PATH} has no code of this recovery key, so who has it alone cannot tell the anchor from a forged one"
        );
        let remedy = Kind::Unproven.remedy();
        let remedy = remedy.replace("RECIPIENT", &word(&recipient(one)));
        Finding::new(Kind::Unproven, &path(), at, problem).with_remedy(Remedy::in_parts([remedy]))
    });
    Ok(found.collect())
}

/// What the first file that a rule names is instead of one with fields, where none of them has any.
fn first_fieldless(source: &Source, rule: &Rule) -> Result<Option<String>> {
    let is_named = |path: &&RepoPath| rule.paths.iter().any(|glob| glob.matches(path.as_bytes()));
    let mut first = None;
    for path in source.paths().filter(is_named) {
        let other = match source.read_small(path)? {
            None => format!("{path} is too large"),
            Some(content) => match check_fields(path.as_bytes(), &content) {
                Ok(()) => return Ok(None),
                Err(other) => format!("{path} is {other}"),
            },
        };
        first = first.or(Some(other));
    }
    Ok(first)
}

fn remarked(remark: &PolicyRemark, text: &[u8]) -> Finding {
    let kind = match remark {
        PolicyRemark::TooFewAtPresent { .. } => Kind::TooFew,
        PolicyRemark::LaxClusters { .. } => Kind::LaxClusters,
        PolicyRemark::Unused { .. } => Kind::Unused,
        PolicyRemark::WeakKey { .. } => Kind::WeakKey,
        PolicyRemark::Untouched { .. } => Kind::Untouched,
        PolicyRemark::Ended { .. } => Kind::EndedKey,
        PolicyRemark::Revoked { .. } => Kind::RevokedKey,
    };
    let at = field_at(text, &remark.field());
    Finding::new(kind, &path(), at, remark.to_string())
}

/// Where the field stands to which the steps lead below `spec`, or the last one on the way that is there.
fn field_at(text: &[u8], field: &[String]) -> Option<Position> {
    let text = std::str::from_utf8(text).ok()?;
    let stream = parse(text, &Limits::DOCUMENT, Aliases::Refuse).ok()?;
    let spec = stream.roots().next()?.get("spec")?;
    let (mut node, mut at) = (spec, spec.at);
    for step in field {
        let Some((below, place)) = step_below(node, step) else {
            break;
        };
        (node, at) = (below, place);
    }
    Some(at)
}

/// What a step leads to and where it is shown: a collection begins at its key, which may stand on another line.
fn step_below<'n>(node: &'n Node, step: &str) -> Option<(&'n Node, Position)> {
    let mut pairs = node.pairs();
    if let Some((key, value)) = pairs.find(|(key, _)| key.text() == Some(step)) {
        let at = value.text().map_or(key.at, |_| value.at);
        return Some((value, at));
    }
    let item = node.items().nth(step.parse().ok()?)?;
    Some((item, item.at))
}

#[cfg(test)]
mod tests {
    use super::field_at;

    const POLICY: &[u8] = b"kind: Policy\nspec:\n  principals:\n    alice:\n      keys:\n        - a\n        - {key: b}\n  rules: [{threshold: 0}]\n";

    #[track_caller]
    fn place(field: &[&str]) -> (usize, usize) {
        let field: Vec<String> = field.iter().map(ToString::to_string).collect();
        let at = field_at(POLICY, &field).unwrap();
        (at.line, at.column)
    }

    #[test]
    fn a_field_is_shown_where_it_stands_and_a_collection_where_its_key_does() {
        assert_eq!(place(&["principals", "alice"]), (4, 5));
        assert_eq!(place(&["principals", "alice", "keys", "1"]), (7, 11));
        assert_eq!(place(&["rules", "0", "threshold"]), (8, 23));
    }

    #[test]
    fn where_a_field_is_missing_the_one_above_it_is_shown() {
        assert_eq!(place(&["principals", "bob", "keys"]), (3, 3));
        assert_eq!(place(&[]), (3, 3));
    }
}
