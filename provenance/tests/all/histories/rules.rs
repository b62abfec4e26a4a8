//! Rules that are simple enough to be read twice.

use proptest::prelude::*;
use proptest::sample::select;

use crate::support::PolicyText;

/// What a rule asks of branches, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Net,
    Signed,
    Authorized,
}

/// A rule for all that begins in one way.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) prefix: &'static str,
    pub(super) group: &'static str,
    pub(super) threshold: usize,
    pub(super) side: Side,
}

pub(super) const GROUPS: [(&str, &[&str]); 5] = [
    ("root", &["alice", "bob", "carol"]),
    ("platform", &["alice", "bob", "carol", "hub"]),
    ("team-a", &["dave", "carol"]),
    ("team-b", &["erin", "carol"]),
    ("everybody", &["alice", "bob", "carol", "dave", "erin"]),
];

/// What bot may change.
pub(super) const AUTOMATED: &str = "images/";

impl Rule {
    pub(super) fn members(&self) -> &'static [&'static str] {
        let group = GROUPS.iter().find(|(name, _)| *name == self.group);
        group.expect("a rule names one of the groups").1
    }

    fn text(&self) -> String {
        let Self {
            prefix,
            group,
            threshold,
            side,
        } = self;
        let side = match side {
            Side::Net => "net",
            Side::Signed => "signed",
            Side::Authorized => "authorized",
        };
        let automation = if *prefix == AUTOMATED {
            ", automation: {principals: [bot]}"
        } else {
            ""
        };
        format!(
            "{{paths: [\"{prefix}**\"], signers: {group}, threshold: {threshold}, side: {side}{automation}}}"
        )
    }
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Net), Just(Side::Signed), Just(Side::Authorized)]
}

/// A rule for each of the usual places, and one more.
pub(super) fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let usual = [
        ("tenants/team-a/", "team-a"),
        ("tenants/team-b/", "team-b"),
        ("clusters/", "platform"),
        (AUTOMATED, "platform"),
    ];
    let usual = usual.map(|(prefix, group)| {
        let thresholds = prop_oneof![5 => Just(1_usize), 1 => Just(2)];
        (thresholds, side()).prop_map(move |(threshold, side)| Rule {
            prefix,
            group,
            threshold,
            side,
        })
    });
    let [one, two, three, four] = usual;
    let usual =
        (one, two, three, four).prop_map(|(one, two, three, four)| vec![one, two, three, four]);
    (usual, one_more()).prop_map(|(mut rules, more)| {
        rules.push(more);
        rules
    })
}

/// A rule that matches nothing that no other rule does.
pub(super) fn one_more() -> impl Strategy<Value = Rule> {
    let prefix = select(&["tenants/", "tenants/team-a/y/", "clusters/a/", "clusters/"][..]);
    (
        prefix,
        prop_oneof![3 => Just(1_usize), 1 => Just(2)],
        side(),
    )
        .prop_map(|(prefix, threshold, side)| Rule {
            prefix,
            group: "everybody",
            threshold,
            side,
        })
}

pub(super) fn policy(rules: &[Rule]) -> PolicyText {
    let mut policy = PolicyText::new();
    for (name, members) in GROUPS {
        policy.group(name, &format!("[{}]", members.join(", ")));
    }
    policy.rules.truncate(1);
    for rule in rules {
        policy.rule(&rule.text());
    }
    policy
}
