//! Introductions that nobody pinned, or that introduce nothing.

use std::error::Error;

use signet_provenance::{
    IntroductionError, Kind, Reason, State, TrustRoot, Verdict, VerifyError, introduction_of,
    verify,
};

use crate::support::{History, PolicyText, at, key, payload, public, sign, with_signature};

fn judged_from(history: &History, root: &TrustRoot) -> Result<Verdict, VerifyError> {
    let (now, last) = (at(history.clock), State::default());
    verify(history.objects(), history.tip, &[], root, &last, now)
}

#[test]
fn another_introduction_with_the_pinned_signer_is_an_error() {
    let history = History::new();
    let mut forged = history.clone();
    let mut policy = PolicyText::new();
    policy.principal("mallory", &format!("{{keys: [{:?}]}}", public("mallory")));
    forged.write_policy(policy);
    forged.introduction = forged.commit_of(forged.tree(), &[], Some("alice"));
    forged.tip = forged.introduction;
    // The commit alone is exchanged.
    forged.root.introduction.commit = forged.introduction;
    let error = forged.verify_from(&State::default()).unwrap_err();
    assert!(
        matches!(
            error,
            VerifyError::IntroductionMismatch {
                what: "payload",
                ..
            }
        ),
        "{error}"
    );
    let mut root = history.root.clone();
    root.introduction.signer = crate::support::fingerprint("bob");
    let error = judged_from(&history, &root).unwrap_err();
    assert!(
        matches!(
            error,
            VerifyError::IntroductionMismatch { what: "signer", .. }
        ),
        "{error}"
    );
    let mut root = history.root.clone();
    root.repository = "another".to_owned();
    let error = judged_from(&history, &root).unwrap_err();
    assert_eq!(error.reason(), Reason::IntroductionMismatch);
}

#[test]
fn an_introduction_by_somebody_outside_the_root_group_introduces_nothing() {
    let mut history = History::new();
    for signer in [Some("dave"), Some("mallory"), Some("hub"), None] {
        let commit = history.commit_of(history.tree(), &[], signer);
        let introduced = introduction_of(history.objects(), commit);
        assert!(introduced.is_err(), "{signer:?}");
    }
}

#[test]
fn an_introduction_without_a_policy_or_with_one_that_may_not_govern_introduces_nothing() {
    let none = |history: &mut History| {
        history.remove("signet/policy.yaml");
    };
    let lax = |history: &mut History| {
        let mut policy = PolicyText::new();
        policy.rules[0] = "{paths: [\"signet/**\"], signers: team-a}".to_owned();
        history.write_policy(policy);
    };
    for (change, part) in [
        (&none as &dyn Fn(&mut History), "signet/policy.yaml"),
        (&lax, "no rule keeps all of signet/** to the group root"),
    ] {
        let mut history = History::new();
        change(history.write("README.md", "for everybody"));
        let commit = history.commit_of(history.tree(), &[], Some("alice"));
        let error = introduction_of(history.objects(), commit).unwrap_err();
        let IntroductionError::Policy(policy) = error else {
            panic!("{error}");
        };
        let why = policy.source().map(ToString::to_string);
        assert!(why.is_some_and(|why| why.contains(part)), "{policy}");

        // Pinned all the same, it introduces nothing: there are no others who may do anything by default.
        history.root.introduction.commit = commit;
        history.tip = commit;
        history.change("alice", "tenants/team-a/x", "1");
        let error = history.verify_from(&State::default()).unwrap_err();
        assert!(matches!(error, VerifyError::Introduction(_)), "{error}");
        assert_eq!(error.reason(), Reason::IntroductionMismatch);
    }
}

#[test]
fn an_introduction_with_a_signature_of_another_commit_introduces_nothing() {
    let history = History::new();
    let text = payload(history.tree(), &[], history.clock);
    let other = payload(history.tree(), &[], history.clock + 1);
    let bytes = with_signature(&text, &sign(&key("alice"), &other));
    let commit = history.objects.write(Kind::Commit, bytes);
    let error = introduction_of(history.objects(), commit).unwrap_err();
    assert!(matches!(error, IntroductionError::Signature(_)), "{error}");
}
