//! A history that was rewritten, and who may let it be gone on with.

use std::sync::Arc;

use signet_provenance::{
    Object, ObjectId, Objects, Outlook, ReadError, Reason, Record, Reset, State, TagRef, Verdict,
    VerifyError, rehearse_reset, verify,
};

use crate::support::{History, PolicyText, at, fingerprint, key, public, sign, tag_payload};

/// A history of which two of the root group's three persons are asked for the policy, that was verified and then rewritten.
struct Rewritten {
    /// With the new history checked out.
    history: History,
    /// What was verified last.
    from: ObjectId,
    state: State,
    /// The last commit that both histories have.
    parted: ObjectId,
    /// The tip of the new one.
    to: ObjectId,
}

fn two_of_root() -> PolicyText {
    let mut policy = PolicyText::new();
    policy.rules[0] = "{paths: [\"signet/**\"], signers: root, threshold: 2}".into();
    policy.group("root", "[alice, bob, carol, hub, bot]");
    policy
}

/// A history that alice introduces alone, with this policy from the first commit on.
fn begun(policy: PolicyText) -> History {
    let mut history = History::new();
    let next = PolicyText {
        version: 2,
        ..policy
    };
    history.write_policy(next);
    history.approve("bob");
    history.commit("alice");
    history
}

impl Rewritten {
    fn new() -> Self {
        Self::with_policy(two_of_root())
    }

    fn with_policy(policy: PolicyText) -> Self {
        let mut history = begun(policy);
        let parted = history.change("dave", "tenants/team-a/x", "1");
        let files = history.files.clone();
        let from = history.change("dave", "tenants/team-a/x", "2");
        let state = history.good().state;
        let clock = history.clock;
        let mut history = history.branch_at(parted, &files);
        history.clock = clock;
        let to = history.change("dave", "tenants/team-a/x", "3");
        Self {
            history,
            from,
            state,
            parted,
            to,
        }
    }

    /// Has the new history be one commit by erin, of what is hers.
    fn take_by_erin(&mut self) {
        self.history.tip = self.parted;
        self.history.write("tenants/team-a/x", "1");
        self.to = self.history.change("erin", "tenants/team-b/x", "1");
    }

    /// What somebody says who resets the one history to the other.
    fn reset(&self) -> Reset {
        Reset {
            repository: self.history.root.repository.clone(),
            reference: self.history.root.reference.clone(),
            from: self.from,
            to: self.to,
            expires: at(self.history.clock + 3600),
        }
    }

    fn sign(&mut self, signer: &str) -> TagRef {
        let reset = self.reset();
        self.sign_this(signer, &reset)
    }

    fn sign_this(&mut self, signer: &str, reset: &Reset) -> TagRef {
        self.sign_at(signer, reset, self.history.clock)
    }

    fn sign_at(&mut self, signer: &str, reset: &Reset, second: i64) -> TagRef {
        let name = format!("signet/approve/{}", self.history.approvals.len());
        let payload = tag_payload(reset.from, &name, second, &format!("meant\n\n{reset}"));
        let signature = sign(&key(signer), payload.as_bytes());
        self.history.tag(&name, &(payload + &signature))
    }

    /// What would come of the reset.
    fn outlook(&self) -> Outlook {
        rehearse_reset(
            &self.history.objects(),
            self.to,
            &self.history.approvals,
            None,
            &self.history.root,
            &self.state,
            at(self.history.clock),
        )
        .unwrap()
    }

    fn verify(&self) -> Result<Verdict, VerifyError> {
        self.history.verify_from(&self.state)
    }

    /// Asserts that the history is gone on with.
    #[track_caller]
    fn lifted(&self) -> Verdict {
        let verdict = self.verify().unwrap();
        assert_eq!(verdict.tree.commit(), self.history.tip);
        assert_eq!(verdict.refused, None);
        verdict
    }

    /// Asserts that what was verified stays, and that the error says this.
    #[track_caller]
    fn stays(&self, words: &[&str]) {
        let error = self.verify().unwrap_err();
        assert_eq!(error.reason(), Reason::Rewritten, "{error}");
        let told = error.to_string();
        let from = self.state.verified.unwrap();
        let command = format!("`signet approve --reset={from} {}`", self.history.tip);
        for word in words.iter().chain(&[&*command]) {
            assert!(told.contains(word), "no {word:?} in {told}");
        }
    }
}

#[test]
fn two_of_the_root_group_let_a_rewritten_history_be_gone_on_with() {
    let mut rewritten = Rewritten::new();
    rewritten.stays(&[]);
    rewritten.sign("carol");
    rewritten.stays(&["by carol, needs 1 more of group root (2 by rule signet/**)"]);
    let tag = rewritten.sign("bob");
    let verdict = rewritten.lifted();
    let rewrite = verdict.rewrite.as_ref().unwrap();
    assert_eq!(
        [rewrite.from, rewrite.to, rewrite.parted],
        [rewritten.from, rewritten.to, rewritten.parted]
    );
    assert_eq!(rewrite.approvals[1].tag, tag);
    assert_eq!(rewrite.approvals[1].signer.fingerprint, fingerprint("bob"));
    // Whoever goes on from there needs no reset.
    rewritten.history.approvals.pop();
    rewritten.history.change("dave", "tenants/team-a/x", "4");
    let next = rewritten.history.verify_from(&verdict.state).unwrap();
    assert_eq!(next.tree.commit(), rewritten.history.tip);
    assert_eq!(next.rewrite, None);
}

#[test]
fn what_comes_on_top_of_what_a_reset_names_is_gone_on_with_too() {
    let mut rewritten = Rewritten::new();
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.history.change("dave", "tenants/team-a/x", "4");
    rewritten.lifted();
    let good = rewritten.history.tip;
    let bad = rewritten.history.change("dave", "tenants/team-b/x", "1");
    let verdict = rewritten.verify().unwrap();
    assert_eq!(verdict.tree.commit(), good);
    assert_eq!(verdict.refused.unwrap().commit, bad);
}

#[test]
fn a_person_resets_once_however_many_tags_and_keys_they_have() {
    let mut policy = two_of_root();
    policy.principal(
        "bob",
        &format!("{{keys: [{:?}, {:?}]}}", public("bob"), public("bob2")),
    );
    let mut rewritten = Rewritten::with_policy(policy);
    for signer in ["bob", "bob2", "bob"] {
        rewritten.sign(signer);
    }
    rewritten.stays(&["by bob, needs 1 more of group root"]);
    rewritten.sign("alice");
    rewritten.lifted();
}

#[test]
fn neither_a_forge_nor_automation_nor_others_than_the_root_group_reset_a_history() {
    let mut rewritten = Rewritten::new();
    rewritten.sign("alice");
    for (signer, why) in [
        (
            "hub",
            "reset by hub does not count: only persons reset a history",
        ),
        (
            "bot",
            "reset by bot does not count: only persons reset a history",
        ),
        (
            "dave",
            "reset by dave does not count: it is asked of the root group alone",
        ),
        ("mallory", "a key of no principal"),
    ] {
        let before = rewritten.history.approvals.clone();
        rewritten.sign(signer);
        rewritten.stays(&["by alice, needs 1 more of group root", why]);
        rewritten.history.approvals = before;
    }
}

#[test]
fn a_reset_counts_until_it_expires_and_is_not_made_ahead() {
    let mut rewritten = Rewritten::new();
    rewritten.sign("alice");
    let now = rewritten.history.clock;
    let reset = rewritten.reset();
    let until = |second| Reset {
        expires: at(second),
        ..reset.clone()
    };
    let (ended, lasting) = (until(now), until(now + 1));
    rewritten.sign_this("bob", &ended);
    rewritten.stays(&["reset by bob does not count: it expired"]);
    rewritten.sign_at("carol", &lasting, now + 601);
    rewritten.stays(&["reset by carol does not count: its tagger's date"]);
    let day = 24 * 3600;
    rewritten.sign_this("bob", &until(now + 90 * day + 1));
    rewritten.stays(&[
        "reset by bob does not count: it is to expire",
        "more than 90 days",
    ]);
    rewritten.sign_this("bob", &lasting);
    rewritten.lifted();
    rewritten.history.approvals.pop();
    rewritten.sign_this("bob", &until(now + 90 * day));
    rewritten.lifted();
}

#[test]
fn opposite_resets_lead_nobody_back_and_forth() {
    let mut rewritten = Rewritten::new();
    let (to, begun) = (rewritten.to, rewritten.history.clock);
    rewritten.sign("alice");
    rewritten.sign_at("bob", &rewritten.reset(), begun + 1);
    // Who joins in later does not move when enough had agreed.
    rewritten.sign_at("carol", &rewritten.reset(), begun + 300);
    rewritten.history.clock += 300;
    let there = rewritten.lifted().state;
    assert_eq!(there.reset, Some(at(begun + 1)));
    let back = Reset {
        from: to,
        to: rewritten.from,
        ..rewritten.reset()
    };
    rewritten.history.tip = rewritten.from;
    rewritten.state = there;
    // As early as what was gone on with.
    rewritten.sign_at("alice", &back, begun + 2);
    rewritten.sign_at("bob", &back, begun + 1);
    rewritten.stays(&[
        "by alice, needs 1 more",
        "reset by bob does not count: it was made",
        "another one that was agreed to",
    ]);
    rewritten.sign_at("bob", &back, begun + 302);
    let back = rewritten.lifted().state;
    assert_eq!(back.verified, Some(rewritten.from));
    // The first ones are there still, and have not expired.
    rewritten.history.tip = to;
    rewritten.state = back;
    for person in ["alice", "bob", "carol"] {
        rewritten.stays(&[&format!("reset by {person} does not count: it was made")]);
    }
    // It is meant once more.
    rewritten.history.clock += 60;
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.lifted();
    // Whatever was verified on top in between is kept.
    let next = rewritten.history.change("dave", "tenants/team-a/x", "6");
    let kept = rewritten.lifted().state;
    let onward = rewritten.history.verify_from(&kept).unwrap();
    assert_eq!(onward.tree.commit(), next);
    assert_eq!(onward.state.reset, kept.reset);
}

#[test]
fn a_reset_for_another_repository_or_ref_does_not_count() {
    let mut rewritten = Rewritten::new();
    rewritten.sign("alice");
    let elsewhere = Reset {
        repository: "another".to_owned(),
        ..rewritten.reset()
    };
    rewritten.sign_this("bob", &elsewhere);
    rewritten.stays(&["the reset refs/tags/signet/approve/2 is for another repository"]);
    let elsewhere = Reset {
        reference: "refs/heads/dev".to_owned(),
        ..rewritten.reset()
    };
    rewritten.sign_this("carol", &elsewhere);
    rewritten.stays(&["the reset refs/tags/signet/approve/3 is for another ref"]);
}

#[test]
fn a_reset_from_or_to_another_commit_does_not_count() {
    let mut rewritten = Rewritten::new();
    rewritten.sign("alice");
    let from_another = Reset {
        from: rewritten.parted,
        ..rewritten.reset()
    };
    rewritten.sign_this("bob", &from_another);
    rewritten.stays(&["by alice, needs 1 more of group root"]);
    let next = rewritten.history.change("dave", "tenants/team-a/x", "4");
    let to_another = Reset {
        to: next,
        ..rewritten.reset()
    };
    rewritten.sign_this("bob", &to_another);
    rewritten.stays(&["by alice, needs 1 more", "by bob, needs 1 more"]);
    let to_the_old = Reset {
        to: rewritten.from,
        ..rewritten.reset()
    };
    rewritten.sign_this("bob", &to_the_old);
    rewritten.stays(&["which is not on that either"]);
}

#[test]
fn a_reset_is_not_replayed_for_a_later_rewrite() {
    let mut rewritten = Rewritten::new();
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.state = rewritten.lifted().state;
    let files = rewritten.history.files.clone();
    rewritten.from = rewritten.to;
    let mut again = rewritten.history.branch_at(rewritten.parted, &files);
    again.clock = rewritten.history.clock;
    again.change("dave", "tenants/team-a/x", "5");
    rewritten.history = again;
    rewritten.stays(&[]);
    // Nor does it bring back what it left.
    rewritten.history.tip = rewritten.state.left[0];
    rewritten.stays(&[]);
    let error = rewritten.verify().unwrap_err().to_string();
    assert!(!error.contains("the reset to"), "{error}");
}

#[test]
fn a_reset_by_a_key_that_ended_or_was_revoked_does_not_count() {
    let mut policy = two_of_root();
    let until = at(crate::support::BEGIN + 3600);
    policy.principal(
        "bob",
        &format!(
            "{{keys: [{{key: {:?}, validBefore: {until}}}]}}",
            public("bob")
        ),
    );
    let mut rewritten = Rewritten::with_policy(policy);
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.lifted();
    let mut late = rewritten.history.clone();
    late.clock = until.as_second();
    let error = late.verify_from(&rewritten.state).unwrap_err().to_string();
    assert!(error.contains("was valid only until"), "{error}");
    let since = at(rewritten.history.clock);
    rewritten.history.root.revoked.push(signet_api::Revocation {
        key: fingerprint("bob"),
        mode: signet_api::RevocationMode::Soft,
        since,
    });
    rewritten.stays(&[
        "reset by bob does not count",
        "is revoked by the trust anchor",
    ]);
}

#[test]
fn what_the_policy_of_the_last_good_commit_revokes_resets_nothing() {
    let mut policy = two_of_root();
    policy.revoked = vec![format!(
        "{{key: {:?}, mode: soft, since: {}}}",
        fingerprint("bob"),
        at(crate::support::BEGIN)
    )];
    let mut history = begun(two_of_root());
    history.write_policy(PolicyText {
        version: 3,
        ..policy
    });
    history.approve("carol");
    history.commit("alice");
    let state = history.good().state;
    let (from, files) = (history.tip, history.files.clone());
    let parted = history.introduction;
    let mut history = history.branch_at(parted, &files);
    let mut rewritten = Rewritten {
        to: history.change("dave", "tenants/team-a/x", "1"),
        history,
        from,
        state,
        parted,
    };
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.stays(&["reset by bob does not count", "is revoked by the policy"]);
}

#[test]
fn a_reset_takes_no_policy_back() {
    let mut history = begun(two_of_root());
    let parted = history.tip;
    let files = history.files.clone();
    let mut next = history.policy.next();
    next.group("team-a", "[dave, erin]");
    history.write_policy(next);
    history.approve("bob");
    let from = history.commit("alice");
    let state = history.good().state;
    let clock = history.clock;
    let mut history = history.branch_at(parted, &files);
    history.clock = clock;
    let to = history.change("dave", "tenants/team-a/x", "1");
    let mut rewritten = Rewritten {
        history,
        from,
        state,
        parted,
        to,
    };
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.stays(&["does not help: its policy has version 2", "version 3"]);
    // Once it is as new as the other was.
    let next = rewritten.history.policy.clone();
    rewritten
        .history
        .write_policy(PolicyText { version: 3, ..next });
    rewritten.history.approve("bob");
    rewritten.to = rewritten.history.commit("alice");
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.lifted();
}

#[test]
fn a_reset_is_to_a_good_commit_that_goes_on_from_the_introduction() {
    let mut rewritten = Rewritten::new();
    rewritten.to = rewritten.history.change("dave", "tenants/team-b/x", "1");
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.stays(&[
        "by alice, bob, does not help: it is refused",
        "needs 1 of group team-b",
    ]);
    let tree = rewritten.history.tree();
    rewritten.to = rewritten.history.commit_of(tree, &[], Some("alice"));
    rewritten.history.tip = rewritten.to;
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.stays(&["where the introduction is on one of both alone"]);
}

#[test]
fn the_root_group_of_the_new_history_is_asked_too() {
    let mut rewritten = Rewritten::new();
    let mut next = rewritten.history.policy.next();
    next.group("root", "[alice, erin, hub, bot]");
    rewritten.history.write_policy(next);
    rewritten.history.approve("carol");
    rewritten.history.approve("erin");
    rewritten.to = rewritten.history.commit("alice");
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.stays(&["does not help: by its own policy it needs 1 more of group root"]);
    let before = rewritten.outlook();
    assert_eq!(
        (before.left, before.taken, before.parted),
        (1, 2, rewritten.parted)
    );
    let lacking = format!("by the policy of {} it needs 1 more", rewritten.to.short());
    assert!(before.lacking.unwrap().starts_with(&lacking));
    rewritten.sign("erin");
    let after = rewritten.outlook();
    assert_eq!(
        (after.lacking.as_deref(), after.approvers()),
        (None, vec!["alice", "bob", "erin"])
    );
    assert_eq!(
        rewritten.lifted().rewrite.unwrap().approvals,
        after.approvals
    );
}

#[test]
fn a_replay_from_the_introduction_comes_to_what_a_reset_came_to_and_needs_none() {
    let mut rewritten = Rewritten::new();
    let bad = rewritten.history.change("dave", "tenants/team-b/x", "1");
    rewritten.history.remove("tenants/team-b/x");
    rewritten.to = rewritten.history.change("dave", "tenants/team-a/x", "6");
    rewritten.sign("alice");
    rewritten.sign("bob");
    let reset = rewritten.lifted();
    rewritten.history.approvals.truncate(1);
    let anew = rewritten.history.good();
    assert_eq!(anew.tree.commit(), reset.tree.commit());
    assert_eq!(anew.steps, reset.steps);
    assert!(reset.steps.iter().any(|step| step.commit == bad));
    assert_eq!(anew.state.reached, reset.state.reached);
}

#[test]
fn what_lies_behind_where_histories_part_counts_as_seen_now() {
    let mut policy = two_of_root();
    let until = at(crate::support::BEGIN + 3600);
    policy.principal(
        "dave",
        &format!(
            "{{keys: [{{key: {:?}, validBefore: {until}}}]}}",
            public("dave")
        ),
    );
    let mut rewritten = Rewritten::with_policy(policy);
    rewritten.history.clock = until.as_second() + 60;
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.stays(&["does not help: it is refused", "was valid only until"]);
    // What both have was accepted, though the same key signed it.
    rewritten.take_by_erin();
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.lifted();
    let bad = rewritten.history.change("dave", "tenants/team-a/x", "4");
    let verdict = rewritten.verify().unwrap();
    assert_eq!(verdict.tree.commit(), rewritten.to);
    let refused = verdict.refused.unwrap();
    assert_eq!((refused.commit, refused.reason), (bad, Reason::Expired));
}

#[test]
fn a_reset_to_what_was_verified_before_does_not_count_since_a_push_of_the_rest_would_undo_it() {
    let mut history = begun(two_of_root());
    let to = history.change("dave", "tenants/team-a/x", "1");
    let files = history.files.clone();
    let from = history.change("dave", "tenants/team-a/x", "2");
    let state = history.good().state;
    let introduction = history.introduction;
    let mut rewritten = Rewritten {
        history,
        from,
        state,
        parted: to,
        to,
    };
    let why = |to: ObjectId| {
        format!(
            "what {} has was verified already, and a push of {} would undo the reset: revert the commits instead (git revert)",
            to.short(),
            from.short()
        )
    };
    let refused = |rewritten: &Rewritten, tip, words: &[String]| {
        let history = rewritten.history.branch_at(tip, &files);
        let error = history.verify_from(&rewritten.state).unwrap_err();
        assert_eq!(error.reason(), Reason::Rewritten);
        let told = error.to_string();
        for word in words {
            assert!(told.contains(word), "no {word:?} in {told}");
        }
        told
    };
    for to in [to, introduction] {
        rewritten.to = to;
        let told = refused(&rewritten, to, &[why(to)]);
        assert!(!told.contains("approve --reset"), "{told}");
        rewritten.sign("alice");
        rewritten.sign("bob");
        refused(&rewritten, to, &[why(to)]);
        assert_eq!(rewritten.outlook().objection, Some(why(to)));
    }
    // Nor with something on top.
    let mut history = rewritten.history.branch_at(to, &files);
    rewritten.to = history.change("dave", "tenants/team-a/x", "3");
    let does_not_help =
        |to: ObjectId| format!("the reset to {} does not help: {}", to.short(), why(to));
    rewritten.history = history;
    rewritten.stays(&[&does_not_help(to), &does_not_help(introduction)]);
    // A reset to that holds: what was left comes back by no push.
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.state = rewritten.lifted().state;
    rewritten.history.tip = from;
    rewritten.stays(&[]);
}

#[test]
fn a_key_that_is_revoked_for_good_stays_felt_by_what_it_reset_and_what_was_left() {
    let mut rewritten = Rewritten::new();
    rewritten.take_by_erin();
    rewritten.sign("alice");
    rewritten.sign("bob");
    let state = rewritten.lifted().state;
    // What dave signed since then is on the history that was left alone.
    for (name, before) in [("bob", 0), ("dave", 150)] {
        let mut doubted = rewritten.history.clone();
        doubted.root.revoked.push(signet_api::Revocation {
            key: fingerprint(name),
            mode: signet_api::RevocationMode::Hard,
            since: at(doubted.clock - before),
        });
        let error = doubted.verify_from(&state).unwrap_err();
        assert!(
            matches!(error, VerifyError::Suspended { .. }),
            "{name}: {error}"
        );
    }
}

#[test]
fn what_was_good_on_a_history_that_was_left_stays_known() {
    let mut rewritten = Rewritten::new();
    rewritten.sign("alice");
    rewritten.sign("bob");
    let verdict = rewritten.lifted();
    assert_eq!(verdict.state.left, [rewritten.from]);
    assert_eq!(
        verdict.past(rewritten.from).unwrap().commit(),
        rewritten.from
    );
    rewritten.history.change("dave", "tenants/team-a/x", "4");
    let next = rewritten.history.verify_from(&verdict.state).unwrap();
    assert_eq!(next.past(rewritten.from).unwrap().commit(), rewritten.from);
    let anew = rewritten.history.verify();
    anew.past(rewritten.from).unwrap_err();
}

#[test]
fn a_reset_that_has_lost_what_it_is_from_says_so() {
    let mut rewritten = Rewritten::new();
    let nowhere = ObjectId::new([7; 20]);
    rewritten.state.verified = Some(nowhere);
    rewritten.from = nowhere;
    rewritten.sign("alice");
    rewritten.sign("bob");
    rewritten.stays(&[&format!("since commit {nowhere} is not here")]);
}

/// A store that cannot read one of its objects, or has something else in its place.
struct Damaged {
    objects: Arc<dyn Objects>,
    id: ObjectId,
    instead: Option<Object>,
}

impl Objects for Damaged {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
        match &self.instead {
            _ if *id != self.id => self.objects.read(id),
            Some(instead) => Ok(Some(instead.clone())),
            None => Err(ReadError::new("the disk is busy")),
        }
    }
}

#[test]
fn a_store_that_fails_at_what_was_verified_last_says_so_and_not_that_people_are_waited_for() {
    let mut rewritten = Rewritten::new();
    rewritten.sign("alice");
    rewritten.sign("bob");
    let other = rewritten.history.objects().read(&rewritten.to).unwrap();
    for (instead, reason) in [(None, Reason::StoreFailed), (other, Reason::CorruptObject)] {
        let damaged = Damaged {
            objects: rewritten.history.objects(),
            id: rewritten.from,
            instead,
        };
        let error = verify(
            Arc::new(damaged),
            rewritten.history.tip,
            &rewritten.history.approvals,
            &rewritten.history.root,
            &rewritten.state,
            at(rewritten.history.clock),
        );
        assert_eq!(error.unwrap_err().reason(), reason);
    }
}

#[test]
fn a_reset_is_written_down_with_who_made_it_and_what_came_of_it_alone() {
    let mut rewritten = Rewritten::new();
    rewritten.sign("alice");
    rewritten.sign("bob");
    let verdict = rewritten.lifted();
    let mut record = Record::up_to(7, "ab".repeat(32));
    let now = at(rewritten.history.clock);
    let entries = record.write_down(&verdict, &rewritten.history.root, now);
    let [reset, step] = &entries[..] else {
        panic!("{entries:?}")
    };
    let reset: serde_json::Value = serde_json::from_str(reset).unwrap();
    assert_eq!(reset["entry"], 8);
    assert_eq!(reset["reset"]["from"], rewritten.from.to_string());
    assert_eq!(reset["reset"]["to"], rewritten.to.to_string());
    assert_eq!(reset["reset"]["approvals"][1]["signer"], "bob");
    let step: serde_json::Value = serde_json::from_str(step).unwrap();
    assert_eq!(step["step"]["commit"], rewritten.to.to_string());
}

#[test]
fn resets_approve_no_step() {
    let mut rewritten = Rewritten::new();
    rewritten.sign("bob");
    let mut next = rewritten.history.policy.next();
    next.group("team-a", "[dave, erin]");
    rewritten.history.write_policy(next);
    rewritten.history.commit("alice");
    let verdict = verify(
        rewritten.history.objects(),
        rewritten.history.tip,
        &rewritten.history.approvals,
        &rewritten.history.root,
        &State::default(),
        at(rewritten.history.clock),
    );
    let refused = verdict.unwrap().refused.unwrap();
    assert_eq!(refused.reason, Reason::NotAllowed);
    assert!(!refused.message.contains("bob"), "{refused}");
}

#[test]
fn of_histories_that_part_between_commits_that_are_not_told_what_is_new_is_written_down_alone() {
    let mut history = begun(two_of_root());
    let tree = history.write("tenants/team-b/x", "1").tree();
    for _ in 0..1_005 {
        history.tip = history.commit_of(tree, &[history.tip], Some("dave"));
    }
    let (parted, files) = (history.tip, history.files.clone());
    let from = history.commit("erin");
    let state = history.good().state;
    let clock = history.clock;
    let mut history = history.branch_at(parted, &files);
    history.clock = clock;
    let untold = history.commit_of(tree, &[parted], Some("dave"));
    let new = history.commit_of(tree, &[untold], Some("dave"));
    history.tip = new;
    let to = history.commit("erin");
    let mut rewritten = Rewritten {
        history,
        from,
        state,
        parted,
        to,
    };
    let reset = Reset {
        to: untold,
        ..rewritten.reset()
    };
    rewritten.sign_this("alice", &reset);
    rewritten.sign_this("bob", &reset);
    rewritten.stays(&["it is refused, as one of 7 commits that are not told one by one"]);
    rewritten.sign("alice");
    rewritten.sign("bob");
    let verdict = rewritten.lifted();
    let mut record = Record::up_to(7, "ab".repeat(32));
    let now = at(rewritten.history.clock);
    let entries = record.write_down(&verdict, &rewritten.history.root, now);
    let [_, steps @ ..] = &entries[..] else {
        panic!("{entries:?}")
    };
    let commits: Vec<serde_json::Value> = steps
        .iter()
        .map(|entry| {
            serde_json::from_str::<serde_json::Value>(entry).unwrap()["step"]["commit"].clone()
        })
        .collect();
    assert_eq!(commits, [new.to_string(), to.to_string()]);
}
