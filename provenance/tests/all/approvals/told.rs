//! What a step says about those who agreed to it, and what would come of one who does.

use signet_provenance::{
    Approval, Changed, Denial, Proposed, State, Statement, Step, Tree, rehearse,
};

use super::{pending, two_of_platform};
use crate::support::{History, at, fingerprint};

/// The approval of a history's last step by a person, before it is signed.
fn proposed(history: &History, approver: &str) -> Proposed {
    let tree = |commit| Tree::unverified(history.objects(), commit).unwrap().id();
    let (old, new) = (tree(history.introduction), tree(history.tip));
    let changed = Changed::between(&*history.objects, old, new, None);
    Proposed {
        reference: "refs/tags/signet/approve/proposed".to_owned(),
        statement: Statement::Approval(Approval {
            repository: history.root.repository.clone(),
            reference: history.root.reference.clone(),
            delta: changed.unwrap().unwrap().delta,
            expires: at(history.clock + 3600),
        }),
        fingerprint: fingerprint(approver),
    }
}

fn rehearsed(history: &History, approver: &str) -> Step {
    let step = rehearse(
        &history.objects(),
        history.tip,
        &history.approvals,
        &proposed(history, approver),
        &history.root,
        &State::default(),
        at(history.clock),
    );
    step.unwrap().expect("there is a step")
}

#[test]
fn a_good_step_names_the_approvers_of_each_path() {
    let mut history = pending();
    history.write("tenants/team-a/x", "1");
    history.approve("bob");
    history.commit("alice");
    let step = history.good().steps.remove(0);
    let [clusters, tenants] = &step.paths[..] else {
        panic!("{:?}", step.paths)
    };
    assert_eq!(clusters.approvers, ["bob"]);
    assert_eq!(tenants.approvers, [""; 0]);
    assert_eq!((step.denied, step.discounted), (vec![], vec![]));
}

#[test]
fn a_refused_step_says_what_each_path_lacks_and_whose_approvals_helped() {
    let mut policy = two_of_platform();
    policy.rules[1] = policy.rules[1].replace("threshold: 2", "threshold: 3");
    let mut history = History::with_policy(policy);
    history
        .write("clusters/prod/x", "1")
        .write("README.md", "1");
    history.approve("bob");
    history.approve("erin");
    history.commit("alice");
    let step = history.verify().steps.remove(0);
    let [readme, cluster] = &step.denied[..] else {
        panic!("{:?}", step.denied)
    };
    assert_eq!(
        (&*readme.path, &readme.denial),
        ("README.md", &Denial::NoRule)
    );
    let Denial::NotMet(need) = &cluster.denial else {
        panic!("{cluster:?}")
    };
    assert_eq!((need.threshold, need.have), (3, 2));
    assert_eq!(step.approvals.len(), 1);
    assert_eq!(step.approvals[0].signer.principal, "bob");
    assert_eq!(step.discounted[0].tag, history.approvals[1]);
    let message = step.refused.unwrap().message;
    assert!(message.contains("needs 1 more of group platform (3 by rule clusters/**)"));
    assert!(!message.contains("signet approve"), "{message}");
}

#[test]
fn approvals_of_what_is_good_already_are_not_told_of() {
    let mut history = pending();
    history.approve("bob");
    history.commit("alice");
    history.change("dave", "tenants/team-a/x", "1");
    history.change("alice", "clusters/prod/x", "2");
    let steps = history.verify().steps;
    assert_eq!(steps[2].discounted, []);
}

#[test]
fn an_approval_is_judged_before_it_is_signed_as_it_will_be() {
    let mut history = pending();
    history.commit("alice");
    assert_eq!(rehearsed(&history, "bob").refused, None);
    for (approver, why) in [
        ("alice", "who signs a commit does not approve it too"),
        ("bot", "only persons approve"),
        ("erin", "it is asked of none of their groups"),
        ("zoe", "a key of no principal"),
    ] {
        let step = rehearsed(&history, approver);
        assert!(step.refused.is_some(), "{approver}");
        let why_not = &step.discounted[0].why;
        assert!(why_not.contains(why), "{approver}: {why_not}");
    }
}
