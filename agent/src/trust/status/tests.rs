use super::*;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn tip() -> Tip {
    Tip {
        revision: "main@sha1:1".into(),
        verified: VerifiedTip {
            commit: "1".into(),
            signer: "alice".into(),
            time: NOW,
            policy_version: 7,
        },
        fingerprint: "SHA256:x".into(),
        refused: None,
        problems: Vec::new(),
    }
}

fn trouble(reason: Reason, course: Course, about_history: bool) -> Trouble {
    Trouble {
        verdict: Verdict {
            reason,
            course,
            remedy: "",
        },
        told: format!("told: {reason}"),
        about_history,
    }
}

fn condition<'s>(status: &'s TrustAnchorStatus, kind: &str) -> Option<(&'s str, &'s str, &'s str)> {
    let found = status
        .conditions
        .iter()
        .find(|condition| condition.type_ == kind)?;
    Some((
        found.status.as_str(),
        found.reason.as_str(),
        found.message.as_str(),
    ))
}

fn status(facts: &Facts) -> TrustAnchorStatus {
    after(&TrustAnchorStatus::default(), facts, Some(1), NOW)
}

#[test]
fn a_good_tip_is_verified_and_followed() {
    let status = status(&Facts {
        tip: Some(tip()),
        ..Facts::default()
    });
    let message = "main@sha1:1 is signed by alice (SHA256:x), policy version 7";
    assert_eq!(
        condition(&status, "Verified"),
        Some(("True", "Verified", message))
    );
    assert_eq!(
        condition(&status, "Ready"),
        Some(("True", "Verified", "follows main@sha1:1"))
    );
    assert_eq!(condition(&status, "Stalled").unwrap().0, "False");
    assert_eq!(status.verified.unwrap().policy_version, 7);
}

#[test]
fn a_stale_tip_is_told_and_followed_and_the_condition_goes_with_the_wish() {
    let mut facts = Facts {
        tip: Some(tip()),
        age: Some(Age::Stale {
            told: "too old".into(),
            stops: false,
        }),
        ..Facts::default()
    };
    let before = status(&facts);
    assert_eq!(
        condition(&before, "Fresh"),
        Some(("False", "Stale", "too old"))
    );
    assert_eq!(condition(&before, "Ready").unwrap().0, "True");
    facts.age = Some(Age::Stale {
        told: "too old, and nothing is applied".into(),
        stops: true,
    });
    let stopped = after(&before, &facts, Some(1), NOW);
    let ready = condition(&stopped, "Ready");
    assert_eq!(
        ready,
        Some(("False", "Stale", "too old, and nothing is applied"))
    );
    facts.age = Some(Age::Fresh);
    let fresh = after(&before, &facts, Some(2), NOW);
    assert_eq!(condition(&fresh, "Fresh").unwrap().0, "True");
    facts.age = None;
    let without = after(&fresh, &facts, Some(3), NOW);
    assert_eq!(condition(&without, "Fresh"), None);
}

#[test]
fn urls_that_show_other_histories_are_told_and_the_condition_goes_with_the_mirrors() {
    let mut facts = Facts {
        tip: Some(tip()),
        mirrors: Some(Agreement::Broken {
            reason: Reason::MirrorDiverged,
            told: "two tips".into(),
        }),
        ..Facts::default()
    };
    let broken = status(&facts);
    assert_eq!(
        condition(&broken, "Mirrored"),
        Some(("False", "MirrorDiverged", "two tips"))
    );
    assert_eq!(condition(&broken, "Ready").unwrap().0, "True");
    // An agent that was started anew has asked nobody yet.
    facts.mirrors = Some(Agreement::Unknown);
    let unasked = after(&broken, &facts, Some(1), NOW);
    assert_eq!(unasked, broken);
    facts.mirrors = Some(Agreement::Agreed);
    let agreed = after(&unasked, &facts, Some(1), NOW);
    assert_eq!(condition(&agreed, "Mirrored").unwrap().0, "True");
    facts.mirrors = None;
    let without = after(&agreed, &facts, Some(2), NOW);
    assert_eq!(condition(&without, "Mirrored"), None);
}

#[test]
fn a_refused_commit_says_why_and_what_stays_applied() {
    let refused = Some((
        Reason::History(signet_provenance::Reason::UnknownKey),
        "commit 2: no principal has the key".to_owned(),
    ));
    let status = status(&Facts {
        tip: Some(Tip { refused, ..tip() }),
        ..Facts::default()
    });
    assert_eq!(condition(&status, "Verified").unwrap().1, "UnknownKey");
    let ready = condition(&status, "Ready").unwrap();
    assert_eq!(
        (ready.0, ready.2),
        (
            "False",
            "main@sha1:1 stays applied: commit 2: no principal has the key"
        )
    );
    assert_eq!(condition(&status, "Stalled").unwrap().0, "True");
}

#[test]
fn a_failed_fetch_says_nothing_about_the_history() {
    let good = status(&Facts {
        tip: Some(tip()),
        ..Facts::default()
    });
    let failed = Facts {
        tip: Some(tip()),
        error: Some(trouble(Reason::FetchFailed, Course::Retry, false)),
        ..Facts::default()
    };
    let status = after(&good, &failed, Some(1), NOW);
    assert_eq!(condition(&status, "Verified").unwrap().0, "True");
    assert_eq!(condition(&status, "Ready").unwrap().1, "FetchFailed");
    assert_eq!(condition(&status, "Reconciling").unwrap().0, "True");
}

#[test]
fn a_rewritten_history_is_not_verified() {
    let facts = Facts {
        tip: Some(tip()),
        error: Some(trouble(
            Reason::History(signet_provenance::Reason::Rewritten),
            Course::Wait,
            true,
        )),
        ..Facts::default()
    };
    let status = status(&facts);
    assert_eq!(
        condition(&status, "Verified"),
        Some(("False", "Rewritten", "told: Rewritten"))
    );
    assert_eq!(condition(&status, "Stalled").unwrap().0, "True");
}

#[test]
fn before_anything_is_known_nothing_is_said_to_be_verified() {
    let facts = Facts {
        error: Some(trouble(Reason::FetchFailed, Course::Retry, false)),
        ..Facts::default()
    };
    let status = status(&facts);
    assert_eq!(condition(&status, "Verified"), None);
    assert_eq!(status.verified, None);
}

#[test]
fn a_malformed_tenant_document_and_a_waiting_tenant_show() {
    let problems = vec!["signet/tenants/b.yaml:3:1: no field `nmae`".to_owned()];
    let broken = status(&Facts {
        tip: Some(Tip { problems, ..tip() }),
        ..Facts::default()
    });
    assert_eq!(condition(&broken, "Ready").unwrap().1, "DocumentInvalid");
    let waiting = BTreeMap::from([("team-a/apps".parse().unwrap(), "the namespace a".to_owned())]);
    let waits = status(&Facts {
        tip: Some(tip()),
        waiting,
        ..Facts::default()
    });
    assert_eq!(
        condition(&waits, "Ready"),
        Some((
            "False",
            "DependencyNotReady",
            "team-a/apps: the namespace a"
        ))
    );
    assert_eq!(condition(&waits, "Reconciling").unwrap().0, "True");
}

#[test]
fn the_brake_shows() {
    let good = status(&Facts {
        tip: Some(tip()),
        ..Facts::default()
    });
    let status = after(
        &good,
        &Facts {
            tip: Some(tip()),
            suspended: true,
            ..Facts::default()
        },
        Some(2),
        NOW,
    );
    assert_eq!(condition(&status, "Reconciling").unwrap().1, "Suspended");
    assert_eq!(condition(&status, "Ready").unwrap().0, "True");
}
