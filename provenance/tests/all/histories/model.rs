//! The rule by which histories are judged, said a second time, without objects and signatures.

use std::collections::{BTreeMap, BTreeSet};

use signet_provenance::ObjectId;

use super::rules::{AUTOMATED, Rule, Side};
use super::script::{Grown, Node, differences};

const PERSONS: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];

pub(super) struct Model<'a> {
    pub(super) grown: &'a Grown,
    pub(super) rules: &'a [Rule],
}

impl Model<'_> {
    /// Whether each commit of the mainline is good.
    pub(super) fn verdicts(&self) -> Vec<bool> {
        let mut good = self.grown.introduction();
        let mut behind = BTreeSet::new();
        let mut verdicts = Vec::new();
        for commit in &self.grown.mainline {
            behind.insert(*commit);
            let is_good = self.is_good(self.node(good), self.node(*commit), &behind);
            if is_good {
                good = *commit;
                behind.clear();
            }
            verdicts.push(is_good);
        }
        verdicts
    }

    fn node(&self, id: ObjectId) -> &Node {
        &self.grown.nodes[&id]
    }

    /// `behind` is the mainline behind the last good commit, up to and with this one.
    fn is_good(&self, good: &Node, commit: &Node, behind: &BTreeSet<ObjectId>) -> bool {
        let Some(signer) = commit.signer.filter(|signer| *signer != "mallory") else {
            return false;
        };
        let changes = differences(&good.files, &commit.files);
        let may = |path: &String| {
            let agreeing = self.agreeing(path, signer, &changes);
            let mut matching = self.matching(path).peekable();
            matching.peek().is_some() && matching.all(|rule| is_met(rule, signer, &agreeing))
        };
        changes.keys().all(may) && self.branches_are_good(good, behind, changes.keys())
    }

    fn matching(&self, path: &str) -> impl Iterator<Item = &Rule> {
        self.rules
            .iter()
            .filter(move |rule| path.starts_with(rule.prefix))
    }

    /// Who approved exactly what changes in all, at this path, or in a folder that it lies in.
    fn agreeing(
        &self,
        path: &str,
        signer: &str,
        changes: &BTreeMap<String, (Option<String>, Option<String>)>,
    ) -> BTreeSet<&str> {
        let folders = path.match_indices('/').map(|(at, _)| &path[..=at]);
        let places: Vec<&str> = folders.chain(["", path]).collect();
        let approved = self.grown.agreed.iter().filter(|(approver, agreed)| {
            let is_all = |place: &&str| {
                changes
                    .iter()
                    .filter(|(path, _)| path.starts_with(*place))
                    .eq(agreed)
            };
            PERSONS.contains(approver) && *approver != signer && places.iter().any(is_all)
        });
        approved.map(|(approver, _)| *approver).collect()
    }

    fn branches_are_good<'p>(
        &self,
        good: &Node,
        behind: &BTreeSet<ObjectId>,
        paths: impl Iterator<Item = &'p String>,
    ) -> bool {
        let strict: Vec<&str> = paths
            .flat_map(|path| self.matching(path))
            .filter(|rule| rule.side != Side::Net)
            .map(|rule| rule.prefix)
            .collect();
        let strict: Vec<&Rule> = self
            .rules
            .iter()
            .filter(|rule| rule.side != Side::Net && strict.contains(&rule.prefix))
            .collect();
        let mut known = BTreeSet::new();
        self.reach(good.id, &mut known);
        known.extend(behind);
        let merged: Vec<ObjectId> = behind
            .iter()
            .flat_map(|commit| self.node(*commit).parents[1..].to_vec())
            .collect();
        let mut reached = known.clone();
        for commit in merged {
            self.reach(commit, &mut reached);
        }
        let mut branches = reached.difference(&known).map(|commit| self.node(*commit));
        branches.all(|commit| {
            self.own(commit).iter().all(|path| {
                strict
                    .iter()
                    .filter(|rule| path.starts_with(rule.prefix))
                    .all(|rule| self.on_side(rule, commit, path))
            })
        })
    }

    /// Whether a commit of a branch has what a rule asks, with those who approved what it changes of its first parent.
    fn on_side(&self, rule: &Rule, commit: &Node, path: &str) -> bool {
        let Some(signer) = commit.signer.filter(|signer| *signer != "mallory") else {
            return false;
        };
        let changes = differences(&self.node(commit.parents[0]).files, &commit.files);
        rule.side == Side::Signed || is_met(rule, signer, &self.agreeing(path, signer, &changes))
    }

    fn reach(&self, from: ObjectId, known: &mut BTreeSet<ObjectId>) {
        if known.insert(from) {
            for parent in &self.node(from).parents {
                self.reach(*parent, known);
            }
        }
    }

    /// The paths that a commit has like none of its parents.
    fn own(&self, commit: &Node) -> BTreeSet<String> {
        let of = |parent: &ObjectId| -> BTreeSet<String> {
            differences(&self.node(*parent).files, &commit.files)
                .into_keys()
                .collect()
        };
        let sets = commit.parents.iter().map(of);
        sets.reduce(|one, other| &one & &other).unwrap_or_default()
    }
}

fn is_met(rule: &Rule, signer: &str, agreeing: &BTreeSet<&str>) -> bool {
    if signer == "bot" {
        return rule.prefix == AUTOMATED;
    }
    let mut persons = agreeing.clone();
    persons.extend(PERSONS.contains(&signer).then_some(signer));
    persons
        .iter()
        .filter(|person| rule.members().contains(person))
        .count()
        >= rule.threshold
}
