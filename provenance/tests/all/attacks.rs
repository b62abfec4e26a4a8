//! Attacks, each named after what it tries.

use std::sync::Arc;

use signet_provenance::{
    IntroductionError, Kind, MemoryObjects, ObjectId, Objects, Reason, State, VerifyError,
    introduction_of, verify,
};

use crate::support::{History, PolicyText, at, key, payload, public, sign, with_signature};

#[test]
fn rewriting_the_history_is_an_error() {
    let mut history = History::new();
    let mut rewritten = history.clone();
    history.change("dave", "tenants/team-a/x", "1");
    let state = history.good().state;
    rewritten.change("dave", "tenants/team-a/x", "other");
    let error = rewritten.verify_from(&state).unwrap_err();
    assert!(
        matches!(error, VerifyError::Rewritten { last, .. } if last == history.tip),
        "{error}"
    );
    assert_eq!(error.reason(), "Rewritten");
}

#[test]
fn rolling_back_to_an_older_tip_is_an_error() {
    let mut history = History::new();
    let older = history.change("dave", "tenants/team-a/x", "1");
    history.change("dave", "tenants/team-a/x", "2");
    let state = history.good().state;
    history.tip = older;
    let error = history.verify_from(&state).unwrap_err();
    assert!(matches!(error, VerifyError::Rewritten { .. }), "{error}");
}

#[test]
fn a_history_without_the_introduction_is_an_error() {
    let history = History::new();
    let mut unrelated = history.clone();
    unrelated.clock += 1000;
    unrelated.tip = unrelated.commit_of(unrelated.tree(), &[], Some("alice"));
    let error = unrelated.verify_from(&State::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Rewritten { .. }), "{error}");
}

#[test]
fn a_foxtrot_merge_that_makes_the_mainline_a_side_branch_is_an_error() {
    let mut history = History::new();
    let mut side = history.clone();
    history.change("dave", "tenants/team-a/x", "1");
    let state = history.good().state;
    side.clock = history.clock;
    side.change("dave", "tenants/team-a/y", "1");
    side.write("tenants/team-a/x", "1");
    side.merge("dave", &[history.tip]);
    let error = side.verify_from(&state).unwrap_err();
    assert!(matches!(error, VerifyError::Rewritten { .. }), "{error}");
}

#[test]
fn an_ours_merge_that_silently_reverts_anothers_files_is_refused() {
    let mut history = History::new();
    let mut side = history.clone();
    side.change("dave", "tenants/team-a/x", "1");
    history.clock = side.clock;
    let good = history.change("erin", "tenants/team-b/x", "1");
    // The merge's tree is the side branch's: team-b's file is gone.
    history.files.clone_from(&side.files);
    history.merge("dave", &[side.tip]);
    let refusal = history.refused(good, Reason::NotAllowed);
    assert!(
        refusal.message.starts_with("tenants/team-b/x needs"),
        "{refusal}"
    );
}

#[test]
fn an_evil_merge_that_slips_content_in_is_refused() {
    let mut history = History::new();
    let mut side = history.clone();
    side.change("dave", "tenants/team-a/x", "1");
    history.clock = side.clock;
    history
        .write("tenants/team-a/x", "1")
        .write("tenants/team-b/slipped-in", "1");
    history.merge("dave", &[side.tip]);
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .starts_with("tenants/team-b/slipped-in needs"),
        "{refusal}"
    );
}

#[test]
fn stripping_the_signature_is_refused_as_unsigned() {
    let mut history = History::new();
    let tree = history.write("tenants/team-a/x", "1").tree();
    let text = payload(tree, &[history.tip], history.clock);
    history.tip = history.objects.write(Kind::Commit, text);
    history.refused(history.introduction, Reason::Unsigned);
}

#[test]
fn moving_a_signature_to_another_commit_is_refused() {
    let mut history = History::new();
    let signed = payload(history.tree(), &[history.tip], history.clock);
    let tree = history.write("tenants/team-a/x", "1").tree();
    let forged = payload(tree, &[history.tip], history.clock);
    let bytes = with_signature(&forged, &sign(&key("dave"), &signed));
    history.tip = history.objects.write(Kind::Commit, bytes);
    history.refused(history.introduction, Reason::BadSignature);
}

#[test]
fn a_signature_made_for_another_purpose_is_refused() {
    let mut history = History::new();
    let tree = history.write("tenants/team-a/x", "1").tree();
    let text = payload(tree, &[history.tip], history.clock);
    let signature = key("dave")
        .sign("file", ssh_key::HashAlg::Sha512, &text)
        .unwrap();
    let armoured = signature.to_pem(ssh_key::LineEnding::LF).unwrap();
    history.tip = history
        .objects
        .write(Kind::Commit, with_signature(&text, &armoured));
    history.refused(history.introduction, Reason::BadSignature);
}

#[test]
fn naming_somebody_else_as_author_gives_no_rights() {
    let mut history = History::new();
    let tree = history.write("tenants/team-a/x", "1").tree();
    let text = String::from_utf8(payload(tree, &[history.tip], history.clock)).unwrap();
    let text = text.replace("C <c@example.org>", "dave <dave@example.org>");
    let bytes = with_signature(text.as_bytes(), &sign(&key("erin"), text.as_bytes()));
    history.tip = history.objects.write(Kind::Commit, bytes);
    history.refused(history.introduction, Reason::NotAllowed);
}

#[test]
fn a_second_tree_header_is_refused_though_it_is_signed() {
    let mut history = History::new();
    let shown = history.tree();
    let hidden = history.write("tenants/team-a/x", "1").tree();
    let text = String::from_utf8(payload(shown, &[history.tip], history.clock)).unwrap();
    let text = format!("tree {hidden}\n{text}");
    let bytes = with_signature(text.as_bytes(), &sign(&key("dave"), text.as_bytes()));
    history.tip = history.objects.write(Kind::Commit, bytes);
    // To git itself the second tree ends the links, so that the commit has no parent.
    let error = history.verify_from(&State::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Rewritten { .. }), "{error}");
}

#[test]
fn an_ambiguous_commit_does_not_hold_up_what_is_signed_on_top() {
    let mut history = History::new();
    let tree = history.write("tenants/team-a/x", "1").tree();
    let text = String::from_utf8(payload(tree, &[history.tip], history.clock)).unwrap();
    let text = text.replace("\n\nwork", "\ncommitter E <e@example.org> 1 +0000\n\nwork");
    let bytes = with_signature(text.as_bytes(), &sign(&key("dave"), text.as_bytes()));
    history.tip = history.objects.write(Kind::Commit, bytes);
    history.refused(history.introduction, Reason::Malformed);
    history.change("dave", "tenants/team-a/x", "2");
    history.good();
}

#[test]
fn a_cut_off_history_is_an_error_not_a_root() {
    struct Shallow(Arc<MemoryObjects>, ObjectId);
    impl Objects for Shallow {
        fn read(
            &self,
            id: &ObjectId,
        ) -> Result<Option<signet_provenance::Object>, signet_provenance::ReadError> {
            if *id == self.1 {
                Ok(None)
            } else {
                self.0.read(id)
            }
        }
    }
    let mut history = History::new();
    let missing = history.change("dave", "tenants/team-a/x", "1");
    history.change("dave", "tenants/team-a/x", "2");
    let shallow = Arc::new(Shallow(history.objects.clone(), missing));
    let error = verify(
        shallow,
        history.tip,
        &history.root,
        &State::default(),
        at(history.clock),
    )
    .unwrap_err();
    assert_eq!(error.reason(), "MissingObject");
}

#[test]
fn an_exchanged_object_is_an_error() {
    struct Exchanged(Arc<MemoryObjects>, ObjectId, ObjectId);
    impl Objects for Exchanged {
        fn read(
            &self,
            id: &ObjectId,
        ) -> Result<Option<signet_provenance::Object>, signet_provenance::ReadError> {
            self.0.read(if *id == self.1 { &self.2 } else { id })
        }
    }
    let mut history = History::new();
    let mut evil = history.clone();
    let evil = evil.change("mallory", "tenants/team-a/x", "evil");
    history.change("dave", "tenants/team-a/x", "1");
    let exchanged = Arc::new(Exchanged(history.objects.clone(), history.tip, evil));
    let error = verify(
        exchanged,
        history.tip,
        &history.root,
        &State::default(),
        at(history.clock),
    )
    .unwrap_err();
    assert_eq!(error.reason(), "CorruptObject");
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
    let error = verify(
        history.objects(),
        history.tip,
        &root,
        &State::default(),
        at(history.clock),
    )
    .unwrap_err();
    assert!(
        matches!(
            error,
            VerifyError::IntroductionMismatch { what: "signer", .. }
        ),
        "{error}"
    );
    let mut root = history.root.clone();
    root.repository = "another".to_owned();
    let error = verify(
        history.objects(),
        history.tip,
        &root,
        &State::default(),
        at(history.clock),
    )
    .unwrap_err();
    assert_eq!(error.reason(), "IntroductionMismatch");
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
fn an_introduction_with_a_signature_of_another_commit_introduces_nothing() {
    let history = History::new();
    let text = payload(history.tree(), &[], history.clock);
    let other = payload(history.tree(), &[], history.clock + 1);
    let bytes = with_signature(&text, &sign(&key("alice"), &other));
    let commit = history.objects.write(Kind::Commit, bytes);
    let error = introduction_of(history.objects(), commit).unwrap_err();
    assert!(matches!(error, IntroductionError::Signature(_)), "{error}");
}

#[test]
fn an_old_branch_is_judged_by_the_policy_of_the_mainline() {
    let mut history = History::new();
    let mut old = history.clone();
    old.change("dave", "tenants/team-a/x", "1");
    history.clock = old.clock;
    let mut next = history.policy.next();
    next.group("team-a", "[erin]");
    let good = history.write_policy(next).commit("alice");
    history
        .write("tenants/team-a/x", "1")
        .merge("dave", &[old.tip]);
    history.refused(good, Reason::NotAllowed);
}

#[test]
fn a_submodule_or_symbolic_link_is_a_change_like_any_other() {
    use signet_provenance::Mode;
    for mode in [Mode::Submodule, Mode::Symlink] {
        let mut history = History::new();
        let link = history.objects.write(Kind::Blob, "../team-a/secret");
        let team = history.objects.write_tree([(mode, "link", link)]);
        let tenants = history.objects.write_tree([(Mode::Folder, "team-b", team)]);
        let policy = history
            .objects
            .write(Kind::Blob, history.files["signet/policy.yaml"].as_str());
        let signet = history
            .objects
            .write_tree([(Mode::File, "policy.yaml", policy)]);
        let tree = history.objects.write_tree([
            (Mode::Folder, "signet", signet),
            (Mode::Folder, "tenants", tenants),
        ]);
        let mut by_dave = history.clone();
        by_dave.tip = by_dave.commit_of(tree, &[history.tip], Some("dave"));
        by_dave.refused(history.introduction, Reason::NotAllowed);
        history.tip = history.commit_of(tree, &[history.tip], Some("erin"));
        let verdict = history.good();
        assert!(
            verdict
                .tree
                .files(&"tenants/team-b".parse().unwrap())
                .is_err()
        );
    }
}

#[test]
fn a_malformed_tree_is_refused() {
    let mut history = History::new();
    let blob = history.objects.write(Kind::Blob, "x");
    let mut bytes = b"100644 ..\0".to_vec();
    bytes.extend_from_slice(blob.as_bytes());
    let tree = history.objects.write(Kind::Tree, bytes);
    history.tip = history.commit_of(tree, &[history.tip], Some("alice"));
    let refusal = history.refused(history.introduction, Reason::Malformed);
    assert!(refusal.message.contains("\"..\""), "{refusal}");
}

#[test]
fn a_path_of_any_bytes_is_matched_as_bytes() {
    use signet_provenance::Mode;
    let mut history = History::new();
    let blob = history.objects.write(Kind::Blob, "x");
    let team = history
        .objects
        .write_tree([(Mode::File, &b"\xff\n\"x"[..], blob)]);
    let tenants = history.objects.write_tree([(Mode::Folder, "team-b", team)]);
    let policy = history
        .objects
        .write(Kind::Blob, history.files["signet/policy.yaml"].as_str());
    let signet = history
        .objects
        .write_tree([(Mode::File, "policy.yaml", policy)]);
    let tree = history.objects.write_tree([
        (Mode::Folder, "signet", signet),
        (Mode::Folder, "tenants", tenants),
    ]);
    history.tip = history.commit_of(tree, &[history.tip], Some("dave"));
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .starts_with("tenants/team-b/\\xff\\n\\\"x needs 1 of group team-b"),
        "{refusal}"
    );
}
