//! What is done to a history, act by act, so that it can be done again under another policy.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use signet_provenance::ObjectId;

use super::rules::{Rule, policy};
use crate::support::History;

/// Carol is in every group.
const SIGNERS: [Option<&str>; 12] = [
    Some("carol"),
    Some("carol"),
    Some("carol"),
    Some("alice"),
    Some("bob"),
    Some("carol"),
    Some("dave"),
    Some("erin"),
    Some("bot"),
    Some("hub"),
    Some("mallory"),
    None,
];
const APPROVERS: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "hub"];
const PATHS: [&str; 7] = [
    "tenants/team-a/x",
    "tenants/team-a/y/z",
    "tenants/team-b/x",
    "clusters/a/x",
    "clusters/b",
    "images/x",
    "nowhere",
];

/// A commit, on the mainline or on a branch.
#[derive(Debug, Clone)]
pub(super) struct Act {
    on_mainline: bool,
    /// What it merges; on a branch, the first of them is what it stands on.
    others: Vec<Index>,
    /// Whether it has the files of what it merges, or leaves them out in silence.
    takes: bool,
    by: usize,
    /// Paths, and what each holds then: nothing if it is 0.
    changes: Vec<(usize, u8)>,
    approvers: Vec<usize>,
    /// A change of the policy: the threshold of the rule for clusters.
    threshold: Option<u32>,
}

pub(super) fn act(with_policies: bool) -> impl Strategy<Value = Act> {
    let threshold = if with_policies {
        prop_oneof![9 => Just(None), 1 => (1..3_u32).prop_map(Some)].boxed()
    } else {
        Just(None).boxed()
    };
    let others = prop_oneof![2 => Just(0..=0), 2 => Just(1..=1), 2 => Just(2..=4)];
    let others = others.prop_flat_map(|count| vec(any::<Index>(), count));
    let path = prop_oneof![20 => 0..PATHS.len() - 1, 1 => Just(PATHS.len() - 1)];
    let changes = vec((path, 0..3_u8), 0..3);
    let approvers = prop_oneof![3 => Just(Vec::new()), 1 => vec(0..APPROVERS.len(), 1..4)];
    let of_all = (
        prop::bool::weighted(0.5),
        others,
        prop::bool::weighted(0.75),
        0..SIGNERS.len(),
        changes,
        approvers,
        threshold,
    );
    of_all.prop_map(
        |(on_mainline, others, takes, by, changes, approvers, threshold)| Act {
            on_mainline,
            others,
            takes,
            by,
            changes,
            approvers,
            threshold,
        },
    )
}

/// A commit that an act made.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) id: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    pub(super) files: BTreeMap<String, String>,
    pub(super) signer: Option<&'static str>,
    /// When it was made.
    pub(super) second: i64,
}

/// A change that somebody approved: each path, with what it held and holds.
pub(super) type Agreed = (
    &'static str,
    BTreeMap<String, (Option<String>, Option<String>)>,
);

/// A history that acts made.
pub(super) struct Grown {
    pub(super) history: History,
    pub(super) nodes: BTreeMap<ObjectId, Node>,
    /// In the order in which they were made.
    pub(super) order: Vec<ObjectId>,
    /// The mainline behind the introduction.
    pub(super) mainline: Vec<ObjectId>,
    pub(super) agreed: Vec<Agreed>,
}

impl Grown {
    pub(super) fn new(rules: &[Rule], acts: &[Act]) -> Self {
        let history = History::with_policy(policy(rules));
        let mut grown = Self {
            nodes: BTreeMap::new(),
            order: Vec::new(),
            mainline: Vec::new(),
            agreed: Vec::new(),
            history,
        };
        let (id, files) = (grown.history.introduction, grown.history.files.clone());
        grown.add(Node {
            id,
            parents: Vec::new(),
            files,
            signer: Some("alice"),
            second: grown.history.clock,
        });
        for act in acts {
            grown.play(act);
        }
        grown
    }

    fn add(&mut self, node: Node) {
        self.order.push(node.id);
        self.nodes.insert(node.id, node);
    }

    pub(super) fn introduction(&self) -> ObjectId {
        self.history.introduction
    }

    fn play(&mut self, act: &Act) {
        let mut parents: Vec<ObjectId> = act
            .others
            .iter()
            .map(|index| *index.get(&self.order))
            .collect();
        if act.on_mainline {
            parents.insert(0, self.history.tip);
        }
        let mut seen = BTreeSet::new();
        parents.retain(|parent| seen.insert(*parent));
        if parents.is_empty() {
            parents.push(self.introduction());
        }
        let first = self.nodes[&parents[0]].files.clone();
        self.history.files = first.clone();
        if act.takes {
            for other in &parents[1..] {
                let others = self.nodes[other].files.clone();
                let others = others
                    .into_iter()
                    .filter(|(path, _)| !path.starts_with("signet/"));
                self.history.files.extend(others);
            }
        }
        self.write(act);
        let tip = std::mem::replace(&mut self.history.tip, parents[0]);
        let agreed = self.approve(act, &first);
        self.agreed.extend(agreed);
        self.history.tip = tip;
        let (tree, signer) = (self.history.tree(), SIGNERS[act.by]);
        let id = self.history.commit_of(tree, &parents, signer);
        let files = self.history.files.clone();
        self.add(Node {
            id,
            parents,
            files,
            signer,
            second: self.history.clock,
        });
        if act.on_mainline {
            self.mainline.push(id);
            self.history.tip = id;
        }
    }

    fn write(&mut self, act: &Act) {
        for (path, content) in &act.changes {
            match content {
                0 => drop(self.history.files.remove(PATHS[*path])),
                content => drop(self.history.write(PATHS[*path], &content.to_string())),
            }
        }
        if let (Some(threshold), true) = (act.threshold, act.on_mainline) {
            let mut next = self.history.policy.next();
            next.rules.retain(|rule| !rule.contains("clusters/a/**"));
            next.rule(&format!(
                "{{paths: [\"clusters/a/**\"], signers: platform, threshold: {threshold}}}"
            ));
            self.history.write_policy(next);
        }
    }

    /// The approvals of what the work tree changes on the commit's first parent.
    fn approve(&mut self, act: &Act, before: &BTreeMap<String, String>) -> Vec<Agreed> {
        let changes = differences(before, &self.history.files);
        if changes.is_empty() {
            return Vec::new();
        }
        let approvers = act.approvers.iter().map(|approver| APPROVERS[*approver]);
        let approvers: Vec<&str> = approvers.collect();
        for approver in &approvers {
            self.history.approve(approver);
        }
        approvers
            .into_iter()
            .map(|approver| (approver, changes.clone()))
            .collect()
    }
}

/// The paths at which two folders differ, with what stands there in either.
pub(super) fn differences(
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
) -> BTreeMap<String, (Option<String>, Option<String>)> {
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let pairs = paths.into_iter().map(|path| {
        (
            path.clone(),
            (old.get(path).cloned(), new.get(path).cloned()),
        )
    });
    pairs.filter(|(_, (old, new))| old != new).collect()
}
