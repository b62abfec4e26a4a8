//! Stores that withhold or exchange objects.

use std::sync::Arc;

use signet_provenance::{
    Kind, MemoryObjects, Object, ObjectError, ObjectId, Objects, ReadError, Reason, State, Verdict,
    VerifyError, verify,
};

use crate::support::{History, at};

/// A store that answers as it likes.
struct Hostile<F>(Arc<MemoryObjects>, F);

impl<F> Objects for Hostile<F>
where
    F: Fn(&MemoryObjects, ObjectId) -> Result<Option<Object>, ReadError> + Send + Sync,
{
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
        (self.1)(&self.0, *id)
    }
}

fn verify_in<F>(history: &History, answer: F) -> Result<Verdict, VerifyError>
where
    F: Fn(&MemoryObjects, ObjectId) -> Result<Option<Object>, ReadError> + Send + Sync + 'static,
{
    resume_in(history, &State::default(), answer)
}

fn resume_in<F>(history: &History, last: &State, answer: F) -> Result<Verdict, VerifyError>
where
    F: Fn(&MemoryObjects, ObjectId) -> Result<Option<Object>, ReadError> + Send + Sync + 'static,
{
    let store = Arc::new(Hostile(history.objects.clone(), answer));
    let now = at(history.clock);
    verify(store, history.tip, &[], &history.root, last, now)
}

/// What was known once this commit was verified.
fn verified(commit: ObjectId) -> State {
    State {
        verified: Some(commit),
        ..State::default()
    }
}

/// A store that has everything but this.
fn without(
    missing: ObjectId,
) -> impl Fn(&MemoryObjects, ObjectId) -> Result<Option<Object>, ReadError> {
    move |objects, id| {
        if id == missing {
            Ok(None)
        } else {
            objects.read(&id)
        }
    }
}

#[test]
fn a_cut_off_history_is_an_error_not_a_root() {
    let mut history = History::new();
    let missing = history.change("dave", "tenants/team-a/x", "1");
    history.change("dave", "tenants/team-a/x", "2");
    let error = verify_in(&history, without(missing)).unwrap_err();
    assert_eq!(error.reason(), Reason::MissingObject);
}

#[test]
fn a_history_is_rewritten_where_the_store_never_had_the_last_good_commit() {
    let mut history = History::new();
    let mut before = history.clone();
    let last = before.change("dave", "tenants/team-a/x", "1");
    history.change("dave", "tenants/team-a/x", "2");
    for tip in [history.tip, history.root.introduction.commit] {
        history.tip = tip;
        let outcome = resume_in(&history, &verified(last), without(last));
        assert!(
            matches!(outcome, Err(VerifyError::Rewritten { last: named, tip: to, .. }) if (named, to) == (last, tip)),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_last_good_commit_that_the_history_contains_and_the_store_lost_is_missing() {
    let mut history = History::new();
    let last = history.change("dave", "tenants/team-a/x", "1");
    history.change("dave", "tenants/team-a/x", "2");
    let error = resume_in(&history, &verified(last), without(last)).unwrap_err();
    assert_eq!(error.reason(), Reason::MissingObject);
}

#[test]
fn an_exchanged_object_is_an_error() {
    let mut history = History::new();
    let mut evil = history.clone();
    let evil = evil.change("mallory", "tenants/team-a/x", "evil");
    let tip = history.change("dave", "tenants/team-a/x", "1");
    let error = verify_in(&history, move |objects, id| {
        objects.read(if id == tip { &evil } else { &id })
    })
    .unwrap_err();
    assert_eq!(error.reason(), Reason::CorruptObject);
}

#[test]
fn a_store_that_says_another_kind_is_an_error_and_refuses_nobody() {
    let mut history = History::new();
    let tree = history.write("tenants/team-a/x", "1").tree();
    history.commit("dave");
    let error = verify_in(&history, move |objects, id| {
        let object = objects.read(&id)?;
        Ok(object.map(|object| Object {
            kind: if id == tree { Kind::Blob } else { object.kind },
            ..object
        }))
    })
    .unwrap_err();
    assert!(
        matches!(error, VerifyError::Object(ObjectError::Corrupt { id, .. }) if id == tree),
        "{error:?}"
    );
}

#[test]
fn a_folder_that_is_too_large_to_read_is_refused_and_a_revert_heals() {
    let mut history = History::new();
    let large = history.write("tenants/team-a/x", "1").tree();
    let answer = move |objects: &MemoryObjects, id| {
        if id == large {
            Err(ReadError::TooLarge { bytes: 1 << 30 })
        } else {
            objects.read(&id)
        }
    };
    history.commit("dave");
    let verdict = verify_in(&history, answer).unwrap();
    let refusal = verdict.refused.unwrap();
    assert_eq!(refusal.reason, Reason::Malformed);
    assert!(
        refusal
            .message
            .contains(&format!("reading tree {large}: it has 1073741824 bytes")),
        "{refusal}"
    );
    history.remove("tenants/team-a/x").commit("dave");
    let verdict = verify_in(&history, answer).unwrap();
    assert_eq!(verdict.tree.commit(), history.tip);
}
