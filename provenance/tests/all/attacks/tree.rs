//! Trees that say something else than they seem to, or too much.

use signet_provenance::{Kind, Mode, ObjectId, Reason};

use crate::support::History;

/// A tree of the policy and this folder of team-b.
fn with_team_b(history: &History, team: ObjectId) -> ObjectId {
    let objects = &history.objects;
    let tenants = objects.write_tree([(Mode::Folder, "team-b", team)]);
    let policy = objects.write(Kind::Blob, history.files["signet/policy.yaml"].as_str());
    let signet = objects.write_tree([(Mode::File, "policy.yaml", policy)]);
    objects.write_tree([
        (Mode::Folder, "signet", signet),
        (Mode::Folder, "tenants", tenants),
    ])
}

#[test]
fn a_submodule_or_symbolic_link_is_a_change_like_any_other() {
    for mode in [Mode::Submodule, Mode::Symlink] {
        let mut history = History::new();
        let link = history.objects.write(Kind::Blob, "../team-a/secret");
        let team = history.objects.write_tree([(mode, "link", link)]);
        let tree = with_team_b(&history, team);
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
fn a_folder_that_is_none_is_refused_and_a_revert_heals() {
    let mut history = History::new();
    let blob = history.objects.write(Kind::Blob, "x");
    let policy = history
        .objects
        .write(Kind::Blob, history.files["signet/policy.yaml"].as_str());
    let signet = history
        .objects
        .write_tree([(Mode::File, "policy.yaml", policy)]);
    let team = history.objects.write_tree([(Mode::Folder, "team-a", blob)]);
    let tree = history.objects.write_tree([
        (Mode::Folder, "signet", signet),
        (Mode::Folder, "tenants", team),
    ]);
    history.tip = history.commit_of(tree, &[history.tip], Some("dave"));
    let refusal = history.refused(history.introduction, Reason::Malformed);
    assert!(
        refusal
            .message
            .contains(&format!("object {blob} is a blob, not a tree")),
        "{refusal}"
    );
    history.change("dave", "tenants/team-a/x", "1");
    history.good();
}

#[test]
fn a_path_of_any_bytes_is_matched_as_bytes() {
    let mut history = History::new();
    let blob = history.objects.write(Kind::Blob, "x");
    let team = history
        .objects
        .write_tree([(Mode::File, &b"\xff\n\"x"[..], blob)]);
    let tree = with_team_b(&history, team);
    history.tip = history.commit_of(tree, &[history.tip], Some("dave"));
    let refusal = history.refused(history.introduction, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .starts_with("tenants/team-b/\\xff\\n\\\"x needs 1 of group team-b"),
        "{refusal}"
    );
}

#[test]
fn a_commit_that_unfolds_without_end_is_refused_and_a_revert_heals() {
    let mut history = History::new();
    let before = history.tree();
    let blob = history.objects.write(Kind::Blob, "x");
    let mut folder = history.objects.write_tree([(Mode::File, "x", blob)]);
    for _ in 0..40 {
        let twice = [(Mode::Folder, "a", folder), (Mode::Folder, "b", folder)];
        folder = history.objects.write_tree(twice);
    }
    history.tip = history.commit_of(folder, &[history.tip], Some("alice"));
    let refusal = history.refused(history.introduction, Reason::Malformed);
    assert!(refusal.message.contains("more than 100000"), "{refusal}");
    history.tip = history.commit_of(before, &[history.tip], Some("alice"));
    history.good();
}

#[test]
fn a_commit_whose_folders_go_too_deep_is_refused() {
    let mut history = History::new();
    let blob = history.objects.write(Kind::Blob, "x");
    let mut folder = history.objects.write_tree([(Mode::File, "x", blob)]);
    for _ in 0..1000 {
        folder = history.objects.write_tree([(Mode::Folder, "a", folder)]);
    }
    history.tip = history.commit_of(folder, &[history.tip], Some("alice"));
    let refusal = history.refused(history.introduction, Reason::Malformed);
    assert!(refusal.message.contains("deeper than 64"), "{refusal}");
}
