//! How much work a verification is.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use signet_api::{Revocation, RevocationMode};
use signet_provenance::{
    Commit, Kind, MemoryObjects, Object, ObjectId, Objects, ReadError, State, Task, Verdict, verify,
};

use crate::support::{BEGIN, History, at, fingerprint};

struct Counting(Arc<MemoryObjects>, AtomicUsize);

impl Objects for Counting {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.read(id)
    }
}

#[test]
fn a_thousand_commits_read_a_few_objects_each() {
    let mut history = History::new();
    for number in 0..100 {
        history.write(
            &format!("tenants/team-a/{}/{}", number / 10, number % 10),
            "0",
        );
    }
    history.commit("dave");
    let start = history.good().state;
    for number in 0..1000 {
        let path = format!("tenants/team-a/{}/{}", number / 10 % 10, number % 10);
        history.change("dave", &path, &format!("{number}"));
    }
    let counting = Arc::new(Counting(history.objects.clone(), AtomicUsize::new(0)));
    for state in [State::default(), start] {
        counting.1.store(0, Ordering::Relaxed);
        let verdict = verify(
            counting.clone(),
            history.tip,
            &[],
            &history.root,
            &state,
            at(history.clock),
        )
        .unwrap();
        assert_eq!(verdict.tree.commit(), history.tip);
        let reads = counting.1.load(Ordering::Relaxed);
        assert!(
            reads < 15 * verdict.steps.len() + 1200,
            "{reads} objects read"
        );
    }
}

/// A store that keeps in mind what was read, and has two threads do what is for two.
#[derive(Default)]
struct Beside {
    objects: Arc<MemoryObjects>,
    read: Mutex<BTreeSet<ObjectId>>,
    divided: AtomicUsize,
}

impl Objects for Beside {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
        self.read.lock().unwrap().insert(*id);
        self.objects.read(id)
    }

    fn both(&self, one: Task<'_>, other: Task<'_>) {
        self.divided.fetch_add(1, Ordering::Relaxed);
        thread::scope(|scope| {
            scope.spawn(other);
            one();
        });
    }
}

impl Beside {
    fn of(history: &History) -> Arc<Self> {
        let objects = history.objects.clone();
        Arc::new(Self {
            objects,
            ..Self::default()
        })
    }

    fn has_read_tree_of(&self, commit: ObjectId) -> bool {
        let object = self.objects.read(&commit).unwrap().unwrap();
        assert_eq!(object.kind, Kind::Commit);
        let tree = Commit::parse(&object.bytes).unwrap().tree;
        self.read.lock().unwrap().contains(&tree)
    }
}

fn judged(objects: Arc<dyn Objects>, history: &History) -> Verdict {
    let (start, now) = (State::default(), at(history.clock));
    verify(objects, history.tip, &[], &history.root, &start, now).unwrap()
}

#[test]
fn a_tree_is_read_only_where_a_key_that_counts_signed_its_commit() {
    let mut history = History::new();
    let good = history.change("dave", "tenants/team-a/x", "1");
    let strays = ["mallory", "erin"].map(|signer| {
        let path = format!("tenants/team-b/{signer}");
        let stray = history.change(signer, &path, "2");
        history.remove(&path);
        stray
    });
    let later = history.change("dave", "tenants/team-a/x", "3");
    history.root.revoked.push(Revocation {
        key: fingerprint("erin"),
        mode: RevocationMode::Soft,
        since: at(BEGIN),
    });
    let objects = Beside::of(&history);
    let verdict = judged(objects.clone(), &history);
    assert_eq!(verdict.tree.commit(), later);
    assert!(objects.has_read_tree_of(good) && objects.has_read_tree_of(later));
    assert!(
        !strays
            .into_iter()
            .any(|stray| objects.has_read_tree_of(stray))
    );
}

#[test]
fn two_threads_come_to_the_same_verdict() {
    let mut history = History::new();
    for number in 0..40 {
        let signer = ["dave", "erin", "mallory", "alice"][number % 4];
        let tenant = ["a", "b"][number % 2];
        let path = format!("tenants/team-{tenant}/{number}");
        history.change(signer, &path, "");
        if matches!(signer, "mallory" | "alice") {
            history.remove(&path);
        }
    }
    let beside = Beside::of(&history);
    let alone = judged(history.objects(), &history);
    assert_eq!(judged(beside.clone(), &history).steps, alone.steps);
    assert_eq!(beside.divided.load(Ordering::Relaxed), 1);
    let refused = alone.steps.iter().filter(|step| step.refused.is_some());
    assert_eq!(refused.count(), 20);
}
