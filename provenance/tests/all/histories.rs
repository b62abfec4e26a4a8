//! What holds of every history: with branches, merges of many and of each other, approvals, and bad commits in between.

mod model;
mod rules;
mod script;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use signet_provenance::{
    ObjectId, Presumed, Reason, State, Step, Verdict, VerifyError, presume, review, verify,
};

use crate::support::{BEGIN, at, fingerprint};
use model::Model;
use rules::{GROUPS, Rule, Side, one_more, rules};
use script::{Grown, act};

impl Grown {
    fn verify(&self, tip: ObjectId, last: &State, second: i64) -> Result<Verdict, VerifyError> {
        let history = &self.history;
        verify(
            history.objects(),
            tip,
            &history.approvals,
            &history.root,
            last,
            at(second),
        )
    }

    /// Judged at the end, all of it at once.
    fn whole(&self) -> Verdict {
        self.verify(self.history.tip, &State::default(), self.history.clock)
            .unwrap()
    }

    /// Judged whenever these were the tip, or whenever anything was.
    fn in_parts(&self, cuts: &[Index], at_the_end: bool) -> Vec<Verdict> {
        let mut tips: Vec<ObjectId> = self.mainline.clone();
        if !cuts.is_empty() && !tips.is_empty() {
            let chosen: Vec<ObjectId> = cuts.iter().map(|cut| *cut.get(&tips)).collect();
            tips.retain(|tip| chosen.contains(tip) || *tip == self.history.tip);
        }
        let mut verdicts: Vec<Verdict> = Vec::new();
        for tip in tips {
            let last = verdicts
                .last()
                .map_or_else(State::default, |verdict| verdict.state.clone());
            let second = if at_the_end {
                self.history.clock
            } else {
                self.nodes[&tip].second
            };
            verdicts.push(self.verify(tip, &last, second).unwrap());
        }
        verdicts
    }

    /// What would become of a commit if somebody signed it, and what becomes of it once they have.
    fn foretold(&self, like: ObjectId, onto: ObjectId, signer: &str) -> [Told; 2] {
        let (history, last) = (&self.history, State::default());
        let (objects, now) = (history.objects(), at(history.clock));
        let presumed = Presumed {
            like,
            onto,
            signer: signer.to_owned(),
        };
        let (approvals, root) = (&history.approvals, &history.root);
        let (foretold, _) = presume(&objects, &presumed, approvals, root, &last, now).unwrap();
        let found = review(&objects, like, approvals, root, &last, now).unwrap();
        let step = found.steps.last().expect("it is behind the introduction");
        [
            Told::of(&foretold.step, foretold.doubt.as_ref()),
            Told::of(step, found.doubt.as_ref()),
        ]
    }

    /// A commit by carol that makes the policy revoke somebody's key for good or softly, on the tip and of nothing that is refused.
    fn revoke(&mut self, name: &str, mode: &str, since: i64) -> [ObjectId; 2] {
        let (last, history) = (State::default(), &self.history);
        let (objects, now) = (history.objects(), at(history.clock));
        let (approvals, root) = (&history.approvals, &history.root);
        let good = review(&objects, history.tip, approvals, root, &last, now).unwrap();
        let mut policy = history.policy.clone();
        policy.version = good.authority().policy().version + 1;
        let (key, since) = (fingerprint(name), at(since));
        policy.revoked = vec![format!("{{key: {key:?}, mode: {mode}, since: {since}}}")];
        let onto = history.tip;
        if let Some(node) = self.nodes.get(&good.commit) {
            self.history.files = node.files.clone();
        }
        self.history.write_policy(policy);
        [self.history.commit("carol"), onto]
    }

    fn first_parents(&self, tip: ObjectId) -> Vec<ObjectId> {
        std::iter::successors(Some(tip), |commit| {
            self.nodes[commit].parents.first().copied()
        })
        .collect()
    }
}

/// What a step comes to, but for what its own signature and date say, and why nobody goes on from it.
#[derive(Debug, PartialEq)]
struct Told {
    step: Step,
    doubt: Option<String>,
}

impl Told {
    fn of(step: &Step, doubt: Option<&VerifyError>) -> Self {
        let step = Step {
            committed: None,
            payload_sha256: None,
            algorithm: None,
            ..step.clone()
        };
        Self {
            step,
            doubt: doubt.map(ToString::to_string),
        }
    }
}

fn goods(verdict: &Verdict) -> Vec<bool> {
    verdict
        .steps
        .iter()
        .map(|step| step.refused.is_none())
        .collect()
}

/// Which key was used last for which commit.
fn uses(state: &State) -> Vec<(&String, ObjectId)> {
    state
        .used
        .iter()
        .map(|(key, used)| (key, used.commit))
        .collect()
}

/// The same rules and one more, or one of them stricter.
fn stricter(rules: &[Rule], more: &Rule, which: Index, how: u8) -> Vec<Rule> {
    let mut stricter = rules.to_vec();
    let rule = &mut stricter[which.index(rules.len())];
    match how {
        0 => stricter.push(more.clone()),
        1 => rule.threshold = 2,
        2 => rule.side = rule.side.max(Side::Signed),
        _ => rule.side = Side::Authorized,
    }
    stricter
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn each_step_is_judged_as_the_rule_says(rules in rules(), acts in vec(act(false), 1..24)) {
        let grown = Grown::new(&rules, &acts);
        let verdict = grown.whole();
        prop_assert_eq!(goods(&verdict), Model { grown: &grown, rules: &rules }.verdicts());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn wherever_a_history_is_cut_the_answer_is_the_same(rules in rules(), acts in vec(act(true), 1..24), cuts in vec(any::<Index>(), 0..4)) {
        let grown = Grown::new(&rules, &acts);
        let whole = grown.whole();
        for at_the_end in [false, true] {
            let parts = grown.in_parts(&cuts, at_the_end);
            let Some(last) = parts.last() else { continue };
            prop_assert_eq!(last.tree.commit(), whole.tree.commit());
            prop_assert_eq!(last.tree.id(), whole.tree.id());
            prop_assert_eq!(&last.policy, &whole.policy);
            prop_assert_eq!(&last.signer, &whole.signer);
            prop_assert_eq!(&last.payload_sha256, &whole.payload_sha256);
            prop_assert_eq!(&last.refused, &whole.refused);
            prop_assert_eq!(uses(&last.state), uses(&whole.state));
            if at_the_end {
                prop_assert_eq!(&last.state, &whole.state);
            }
            let good = |verdict: &Verdict| -> Vec<ObjectId> {
                verdict.steps.iter().filter(|step| step.refused.is_none()).map(|step| step.commit).collect()
            };
            prop_assert_eq!(parts.iter().flat_map(good).collect::<Vec<_>>(), good(&whole));
        }
    }

    #[test]
    fn a_replay_up_to_a_floor_gives_the_state_that_was_reached_step_by_step(rules in rules(), acts in vec(act(true), 1..24)) {
        let grown = Grown::new(&rules, &acts);
        let parts = grown.in_parts(&[], false);
        if let Some(reached) = parts.last() {
            let floor = State { floor: reached.state.verified, ..State::default() };
            let replayed = grown.verify(grown.history.tip, &floor, grown.history.clock).unwrap();
            prop_assert_eq!(&replayed.state.verified, &reached.state.verified);
            prop_assert_eq!(&replayed.state.used, &reached.state.used);
            prop_assert_eq!(&replayed.refused, &reached.refused);
        }
    }

    #[test]
    fn what_would_become_of_a_commit_is_what_becomes_of_it(
        rules in rules(),
        acts in vec(act(true), 1..24),
        revoked: Index,
        since: Index,
    ) {
        let mut grown = Grown::new(&rules, &acts);
        for step in &grown.whole().steps {
            let node = &grown.nodes[&step.commit];
            let Some(signer) = node.signer.filter(|signer| *signer != "mallory") else { continue };
            let [foretold, found] = grown.foretold(node.id, node.parents[0], signer);
            prop_assert_eq!(foretold, found);
        }
        let (_, everybody) = GROUPS[4];
        let minutes = (grown.history.clock - BEGIN) / 60;
        let since = BEGIN + 60 * i64::try_from(since.index(usize::try_from(minutes).unwrap() + 2)).unwrap();
        for mode in ["hard", "soft"] {
            let [commit, onto] = grown.revoke(everybody[revoked.index(everybody.len())], mode, since);
            let [foretold, found] = grown.foretold(commit, onto, "carol");
            prop_assert_eq!(foretold, found);
        }
    }

    #[test]
    fn a_history_goes_on_only_where_its_last_good_commit_is_on_the_first_parents(rules in rules(), acts in vec(act(true), 2..24)) {
        let grown = Grown::new(&rules, &acts);
        let state = grown.whole().state;
        let last = state.verified.unwrap();
        for tip in &grown.order {
            match grown.verify(*tip, &state, grown.history.clock) {
                Ok(_) => prop_assert!(grown.first_parents(*tip).contains(&last)),
                Err(error) => {
                    prop_assert_eq!(error.reason(), Reason::Rewritten);
                    prop_assert!(!grown.first_parents(*tip).contains(&last));
                }
            }
        }
    }

    #[test]
    fn a_foxtrot_merge_of_any_branch_stops(rules in rules(), acts in vec(act(true), 2..24), side: Index) {
        let mut grown = Grown::new(&rules, &acts);
        let state = grown.whole().state;
        let last = state.verified.unwrap();
        let side = *side.get(&grown.order);
        let tip = grown.history.tip;
        let foxtrot = grown.history.commit_of(grown.history.tree(), &[side, tip], Some("alice"));
        let judged = grown.verify(foxtrot, &state, grown.history.clock);
        prop_assert_eq!(judged.is_ok(), grown.first_parents(side).contains(&last));
    }

    #[test]
    fn approvals_in_any_order_judge_a_whole_history_the_same(rules in rules(), acts in vec(act(true), 1..24), turned: Index) {
        let mut grown = Grown::new(&rules, &acts);
        let before = grown.whole();
        let approvals = &mut grown.history.approvals;
        approvals.reverse();
        if !approvals.is_empty() {
            let by = turned.index(approvals.len());
            approvals.rotate_left(by);
            approvals.push(approvals[by].clone());
        }
        let after = grown.whole();
        prop_assert_eq!(before.steps, after.steps);
        prop_assert_eq!(before.state, after.state);
    }

    #[test]
    fn a_requirement_more_is_felt_first_by_a_refusal(rules in rules(), more in one_more(), which: Index, how in 0..4_u8, acts in vec(act(false), 1..24)) {
        let lax = goods(&Grown::new(&rules, &acts).whole());
        let strict = goods(&Grown::new(&stricter(&rules, &more, which, how), &acts).whole());
        // Behind the first difference the two judge on top of different commits.
        let first = lax.iter().zip(&strict).find(|(lax, strict)| lax != strict);
        prop_assert!(first.is_none_or(|(lax, _)| *lax));
    }
}
