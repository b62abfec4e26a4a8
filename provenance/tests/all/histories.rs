//! What holds of every history: with branches, merges of many and of each other, approvals, and bad commits in between.

mod model;
mod rules;
mod script;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use signet_provenance::{
    ObjectId, Presumed, Reason, State, Step, Verdict, VerifyError, presume, verify,
};

use crate::support::at;
use model::Model;
use rules::{Rule, Side, one_more, rules};
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

    fn first_parents(&self, tip: ObjectId) -> Vec<ObjectId> {
        std::iter::successors(Some(tip), |commit| {
            self.nodes[commit].parents.first().copied()
        })
        .collect()
    }
}

/// What a step comes to, but for what its own signature and date say.
fn judged(step: &Step) -> impl PartialEq + std::fmt::Debug {
    let step = step.clone();
    let signer = (step.against, step.policy_version, step.signer);
    (signer, step.paths, step.approvals, step.refused)
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
    fn what_would_become_of_a_commit_is_what_becomes_of_it(rules in rules(), acts in vec(act(true), 1..24)) {
        let grown = Grown::new(&rules, &acts);
        let history = &grown.history;
        for step in &grown.whole().steps {
            let node = &grown.nodes[&step.commit];
            let Some(signer) = node.signer.filter(|signer| *signer != "mallory") else { continue };
            let presumed = Presumed { like: node.id, onto: node.parents[0], signer: signer.to_owned() };
            let (objects, last) = (history.objects(), State::default());
            let found = presume(&objects, &presumed, &history.approvals, &history.root, &last, at(history.clock)).unwrap();
            prop_assert_eq!(judged(&found), judged(step));
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
