//! A source that is in the cluster as a revision says: a commit that leaves it alone costs it nothing.

use std::{collections::BTreeSet, sync::Arc};

use signet_api::RepoPath;
use signet_provenance::Tree;
use signet_render::Kinds;
use tokio::time::Instant;

use crate::source::{definition::Definition, job::Job, pass::Pass};

/// What was carried out as a whole, and all that it followed from.
///
/// Keys and the policy are not among that: what stands as it did is opened only to put something back, which a whole
/// attempt does, by the keys and the policy of its revision.
pub(crate) struct Settled {
    job: Job,
    kinds: Arc<Kinds>,
    pass: Pass,
    /// When everything is to be looked at again, whatever Git says.
    until: Instant,
}

impl Settled {
    /// What an attempt at a job has settled, unless there may be more to do or to tell.
    pub(crate) fn after(job: &Job, kinds: Arc<Kinds>, pass: &Pass, until: Instant) -> Option<Self> {
        let pass = pass.at_rest()?;
        let job = job.clone();
        Some(Self {
            job,
            kinds,
            pass,
            until,
        })
    }

    /// The same at a newer revision, where that leaves the source alone, and an operator says nothing else.
    pub(crate) fn carried_over(self, job: &Job, kinds: &Kinds) -> Option<Self> {
        let then = &self.job;
        let is_untouched = !job.orders.say_otherwise(&then.orders)
            && *self.kinds == *kinds
            && is_same(
                (&then.definition, &then.tree),
                (&job.definition, &job.tree),
                &self.pass.read_from,
            );
        let job = job.clone();
        is_untouched.then_some(Self { job, ..self })
    }

    /// The revision that it is known at.
    pub(crate) fn job(&self) -> &Job {
        &self.job
    }

    /// What another attempt would come to.
    pub(crate) fn pass(&self) -> &Pass {
        &self.pass
    }

    /// When everything is to be looked at again.
    pub(crate) fn until(&self) -> Instant {
        self.until
    }

    /// Has everything be looked at then, if not before.
    pub(crate) fn end_at(&mut self, at: Instant) {
        self.until = self.until.min(at);
    }
}

/// Whether a source has the same rights and renders the same at two revisions. What cannot be compared is not the same:
/// the attempt that follows says what is wrong with it.
///
/// Beside its own folder those count that its files were read from: bases, components and shared folders.
fn is_same<M>(
    then: (&Definition, &Tree<M>),
    now: (&Definition, &Tree<M>),
    read_from: &BTreeSet<RepoPath>,
) -> bool {
    let (definition, tree) = now;
    let is_unchanged = |folder| {
        let changed = tree.changed(then.1, folder);
        changed.is_ok_and(|changed| changed.is_empty())
    };
    let mut folders = read_from.iter().chain([&definition.source.path]);
    definition == then.0 && folders.all(is_unchanged)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use signet_api::Fleet;
    use signet_provenance::{MemoryObjects, Object, ObjectId, Objects, ReadError, Unverified};

    use super::*;
    use crate::testing::{cluster, fleet};

    const APPS: &str = "
      sources:
        - {name: apps, path: tenants/team-a/prod}";

    /// Counts what is read.
    #[derive(Default)]
    struct Counting(MemoryObjects, AtomicUsize);

    impl Objects for Counting {
        fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.read(id)
        }
    }

    fn tree(store: &Arc<Counting>, files: &[(&str, &str)]) -> Tree<Unverified> {
        let id = store.0.write_files(files.iter().copied());
        Tree::of_tree(store.clone(), id)
    }

    fn apps(fleet: &Fleet) -> Definition {
        Definition::find(fleet, &cluster(), &"team-a/apps".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_commit_elsewhere_leaves_a_source_alone_and_reads_the_trees_on_its_path_at_most() {
        let store = Arc::new(Counting::default());
        let ours = ("tenants/team-a/prod/a.yaml", "1");
        let then = tree(&store, &[ours, ("tenants/team-b/prod/b.yaml", "1")]);
        let now = tree(&store, &[ours, ("tenants/team-b/prod/b.yaml", "2")]);
        let definition = apps(&fleet(APPS));
        assert!(is_same(
            (&definition, &then),
            (&definition, &now),
            &BTreeSet::new()
        ));
        // The root, `tenants` and `tenants/team-a` of both, of which the last is the same.
        assert_eq!(store.1.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn a_change_of_its_folder_or_of_its_document_touches_a_source() {
        let store = Arc::new(Counting::default());
        let then = tree(&store, &[("tenants/team-a/prod/a.yaml", "1")]);
        let now = tree(&store, &[("tenants/team-a/prod/a.yaml", "2")]);
        let definition = apps(&fleet(APPS));
        assert!(!is_same(
            (&definition, &then),
            (&definition, &now),
            &BTreeSet::new()
        ));
        let other = apps(&fleet(&APPS.replace("prod}", "prod, prune: false}")));
        assert!(!is_same(
            (&definition, &then),
            (&other, &then),
            &BTreeSet::new()
        ));
    }

    #[test]
    fn a_change_of_a_folder_that_it_was_rendered_from_touches_a_source() {
        let store = Arc::new(Counting::default());
        let ours = (
            "tenants/team-a/prod/kustomization.yaml",
            "resources: [../base]",
        );
        let base = "tenants/team-a/base/a.yaml";
        let then = tree(&store, &[ours, (base, "1"), ("common.yaml", "1")]);
        let now = tree(&store, &[ours, (base, "2"), ("common.yaml", "2")]);
        let definition = apps(&fleet(APPS));
        let is_same = |folders: &[&str]| {
            let folders = folders
                .iter()
                .map(|folder| folder.parse().unwrap())
                .collect();
            is_same((&definition, &then), (&definition, &now), &folders)
        };
        assert!(is_same(&[]));
        assert!(!is_same(&["common.yaml"]));
        assert!(!is_same(&["tenants/team-a/base"]));
    }

    #[test]
    fn a_tree_that_cannot_be_read_is_not_the_same() {
        let store = Arc::new(Counting::default());
        let then = tree(&store, &[("tenants/team-a/prod/a.yaml", "1")]);
        let lost = Tree::of_tree(store, ObjectId::new([7; 20]));
        let definition = apps(&fleet(APPS));
        assert!(!is_same(
            (&definition, &then),
            (&definition, &lost),
            &BTreeSet::new()
        ));
    }
}
