use std::sync::atomic::{AtomicUsize, Ordering};

use signet_provenance::{MemoryObjects, Object, ObjectId, Objects, ReadError};

use super::*;

/// Counts what is read.
#[derive(Default)]
struct Counting(MemoryObjects, AtomicUsize);

impl Objects for Counting {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.read(id)
    }
}

#[derive(Default)]
struct World(Arc<Counting>);

impl World {
    fn tree(&self, files: &[(&str, &str)]) -> Tree<Unverified> {
        let id = self.0.0.write_files(files.iter().copied());
        Tree::of_tree(self.0.clone(), id)
    }

    fn reads(&self) -> usize {
        self.0.1.swap(0, Ordering::Relaxed)
    }
}

fn options() -> Options {
    Options {
        tenant: "team-a".parse().unwrap(),
        source: "apps".parse().unwrap(),
        path: "tenants/team-a/prod".parse().unwrap(),
        namespace: Some("team-a".parse().unwrap()),
        kinds: Arc::new(Kinds::builtin()),
        shared: Vec::new(),
    }
}

const MAP: (&str, &str) = (
    "tenants/team-a/prod/a/b/map.yaml",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
);

fn other(name: &'static str) -> (&'static str, &'static str) {
    (
        name,
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n",
    )
}

#[test]
fn a_commit_elsewhere_reads_the_trees_on_the_way_and_renders_nothing() {
    let (world, cache, options) = (World::default(), Cache::default(), options());
    let first = cache.render(&world.tree(&[MAP]), &options).unwrap();
    world.reads();
    let tree = world.tree(&[MAP, ("tenants/team-b/x.yaml", "?")]);
    let again = cache.render(&tree, &options).unwrap();
    // The root, `tenants` and `tenants/team-a`, and what leads on to the file's folder.
    assert_eq!(world.reads(), 5);
    assert!(Arc::ptr_eq(&first.objects, &again.objects));
    assert_eq!(again.commit(), tree.commit());
}

#[test]
fn a_change_of_its_folder_renders_it() {
    let (world, cache, options) = (World::default(), Cache::default(), options());
    let render = |files: &[(&str, &str)]| cache.render(&world.tree(files), &options).unwrap();
    let objects = |files: &[(&str, &str)]| render(files).objects.len();
    assert_eq!(objects(&[MAP]), 1);
    assert_eq!(objects(&[MAP, other("tenants/team-a/prod/c.yaml")]), 2);
    assert_eq!(objects(&[MAP]), 1);
    let warnings = ("tenants/team-a/prod/signet-source.yaml", "escape: json");
    assert_eq!(objects(&[MAP, warnings]), 1);
}

#[test]
fn other_options_render_it() {
    let (world, cache, options) = (World::default(), Cache::default(), options());
    let tree = world.tree(&[MAP]);
    let namespace = |options: &Options| {
        let desired = cache.render(&tree, options).unwrap();
        desired.objects[0].id.namespace.clone()
    };
    assert_eq!(namespace(&options).as_deref(), Some("team-a"));
    let elsewhere = Options {
        namespace: Some("team-b".parse().unwrap()),
        ..options.clone()
    };
    assert_eq!(namespace(&elsewhere).as_deref(), Some("team-b"));
    let mut kinds = Kinds::builtin();
    for (gvk, kind) in &mut kinds.0 {
        kind.namespaced &= gvk.kind != "ConfigMap";
    }
    let global = Options {
        kinds: Arc::new(kinds),
        ..options.clone()
    };
    assert_eq!(namespace(&global), None);
    let equal = Options {
        kinds: Arc::new(Kinds::builtin()),
        ..options.clone()
    };
    assert_eq!(namespace(&equal).as_deref(), Some("team-a"));
    let objects = |options: &Options| cache.render(&tree, options).unwrap().objects;
    let known = objects(&options);
    assert!(Arc::ptr_eq(&known, &objects(&options)));
    for other in [
        Options {
            tenant: "team-b".parse().unwrap(),
            ..options.clone()
        },
        Options {
            path: "tenants/team-a/prod/a".parse().unwrap(),
            ..options.clone()
        },
        Options {
            shared: vec!["base/**".parse().unwrap()],
            ..options.clone()
        },
    ] {
        assert!(!Arc::ptr_eq(&known, &objects(&other)));
    }
}

#[test]
fn what_was_not_asked_for_for_longest_makes_room() {
    let (world, options) = (World::default(), options());
    let cache = Cache::of(NonZeroUsize::new(14).unwrap());
    let tree = world.tree(&[MAP]);
    let of = |source: &str| {
        let options = Options {
            source: source.parse().unwrap(),
            ..options.clone()
        };
        cache.render(&tree, &options).unwrap().objects
    };
    let (a, b) = (of("a"), of("b"));
    assert!(Arc::ptr_eq(&a, &of("a")));
    of("c");
    assert!(Arc::ptr_eq(&a, &of("a")));
    assert!(!Arc::ptr_eq(&b, &of("b")));
}

#[test]
fn a_tree_that_cannot_be_read_is_an_error() {
    let (world, cache, options) = (World::default(), Cache::default(), options());
    cache.render(&world.tree(&[MAP]), &options).unwrap();
    let lost: Tree<Unverified> = Tree::of_tree(world.0, ObjectId::new([7; 20]));
    assert!(matches!(
        cache.render(&lost, &options),
        Err(RenderError::Tree { .. })
    ));
}
