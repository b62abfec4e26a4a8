//! How much work a verification is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signet_provenance::{MemoryObjects, Object, ObjectId, Objects, ReadError, State, verify};

use crate::support::{History, at};

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
