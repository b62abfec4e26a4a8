//! Renderings that are returned again while nothing changes of what they follow from.

use std::collections::hash_map::RandomState;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clru::{CLruCache, CLruCacheConfig, WeightScale};
use signet_api::{Glob, Namespace, RepoPath, SourceName, TenantName};
use signet_provenance::{Entry, Tree, TreeError, Unverified};

use crate::{Desired, Kinds, Options, Origin, RenderError, renderer, rendering};

/// How many scalars and collections are kept in all: about 64 MiB. The sources that were not asked for for longest make room.
const VALUES: NonZeroUsize = NonZeroUsize::new(300_000).expect("it is not zero");

/// The renderings of late, one of each source.
///
/// A rendering follows from its options, from the renderers, which are part of this very program, and from the files that
/// it read. As long as what stands in their folders is what stood there, it is the same, whatever the commit.
pub struct Cache {
    kept: Mutex<CLruCache<Key, Arc<Kept>, RandomState, Weight>>,
}

/// Everything in [`Options`] but for the kinds, which are kept beside.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantName,
    source: SourceName,
    path: RepoPath,
    namespace: Option<Namespace>,
    shared: Vec<Glob>,
}

struct Kept {
    kinds: Arc<Kinds>,
    /// What stood where the source is, and where its files were read.
    places: Vec<(RepoPath, Option<Entry>)>,
    desired: Desired<Unverified>,
}

struct Weight;

impl WeightScale<Key, Arc<Kept>> for Weight {
    fn weight(&self, _: &Key, kept: &Arc<Kept>) -> usize {
        let objects = kept.desired.objects.iter();
        objects.map(|object| rendering::count(&object.json)).sum()
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self::of(VALUES)
    }
}

impl Cache {
    fn of(values: NonZeroUsize) -> Self {
        let config = CLruCacheConfig::new(values).with_scale(Weight);
        Self {
            kept: Mutex::new(CLruCache::with_config(config)),
        }
    }

    /// What [`render`](crate::render()) returns for this tree and these options. Where nothing changed of what the last
    /// rendering of the source follows from, only the trees on the way to its folders are read.
    ///
    /// # Errors
    /// Those of [`render`](crate::render()), which are not kept.
    pub fn render<M>(&self, tree: &Tree<M>, options: &Options) -> Result<Desired<M>, RenderError> {
        let key = Key::of(options);
        let kept = self.lock().get(&key).cloned();
        if let Some(kept) = kept.filter(|kept| kept.is_of(tree, options)) {
            return Ok(kept.desired.with_origin(Origin::of(tree)));
        }
        let desired = renderer::render(tree, options)?;
        if let Ok(places) = places(tree, options, &desired) {
            let kept = Kept {
                kinds: Arc::clone(&options.kinds),
                places,
                desired: desired.with_origin(desired.origin.unverified()),
            };
            // One that is larger than the cache is not kept.
            let _ = self.lock().put_with_weight(key, Arc::new(kept));
        }
        Ok(desired)
    }

    fn lock(&self) -> MutexGuard<'_, CLruCache<Key, Arc<Kept>, RandomState, Weight>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    fn of(options: &Options) -> Self {
        let Options {
            tenant,
            source,
            path,
            namespace,
            kinds: _,
            shared,
        } = options;
        Self {
            tenant: tenant.clone(),
            source: source.clone(),
            path: path.clone(),
            namespace: namespace.clone(),
            shared: shared.clone(),
        }
    }
}

impl Kept {
    /// Whether rendering the tree would come to the same. A tree that cannot be read is rendered, which says so.
    fn is_of<M>(&self, tree: &Tree<M>, options: &Options) -> bool {
        let stands = |(path, then): &(RepoPath, Option<Entry>)| {
            tree.entry(path).is_ok_and(|now| now == *then)
        };
        (Arc::ptr_eq(&self.kinds, &options.kinds) || self.kinds == options.kinds)
            && self.places.iter().all(stands)
    }
}

fn places<M>(
    tree: &Tree<M>,
    options: &Options,
    desired: &Desired<M>,
) -> Result<Vec<(RepoPath, Option<Entry>)>, TreeError> {
    let read = desired.read_from().into_iter();
    let places = read.chain([options.path.clone()]);
    places
        .map(|path| Ok((path.clone(), tree.entry(&path)?)))
        .collect()
}

#[cfg(test)]
mod tests;
