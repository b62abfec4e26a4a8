//! From the documents of all files to the objects of one source.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use signet_api::RepoPath;
use signet_envelope::StandIn;
use signet_provenance::Tree;

use crate::file::{Document, ManifestFile};
use crate::manifest::{self, Context, Raw};
use crate::{
    Desired, DesiredObject, Duplicate, Kinds, ObjectRef, Options, Origin, Place, RenderError,
    SealedLeaf,
};

/// What the files describe.
///
/// # Errors
/// [`RenderError`] for the first mapping that is no acceptable object.
pub(super) fn desired<M>(
    tree: &Tree<M>,
    options: &Options,
    mut files: Vec<ManifestFile>,
) -> Result<Desired<M>, RenderError> {
    let paths = files.iter().map(|file| file.path.clone()).collect();
    let leaves = files
        .iter_mut()
        .flat_map(|file| mem::take(&mut file.leaves));
    let sealed: BTreeMap<StandIn, SealedLeaf> = leaves.collect();
    let raws: Vec<Raw<'_>> = files.iter_mut().flat_map(raws).collect();

    let defined = defined(&raws);
    let mut kinds = (*options.kinds).clone();
    kinds.0.extend(defined.0.clone());
    let context = Context {
        options,
        kinds: &kinds,
    };
    let mut rendering = Rendering::default();
    for raw in raws {
        rendering.add(raw, &context)?;
    }
    rendering.warn_of_lost(&sealed);
    let Rendering {
        objects,
        places: _,
        warnings,
    } = rendering;
    Ok(Desired {
        objects,
        sealed,
        files: paths,
        defined,
        warnings,
        origin: Origin::of(tree),
    })
}

fn raws(file: &mut ManifestFile) -> impl Iterator<Item = Raw<'_>> {
    let ManifestFile {
        path, documents, ..
    } = file;
    let path: &RepoPath = path;
    documents.iter_mut().flat_map(move |document| {
        let Document { json, root } = document;
        Raw::of(path, root, mem::take(json))
    })
}

/// The kinds that the source itself defines: an object may stand before its definition.
fn defined(raws: &[Raw<'_>]) -> Kinds {
    let mut defined = Kinds::default();
    for raw in raws {
        defined.define(&raw.json);
    }
    defined
}

/// What has been rendered so far.
#[derive(Default)]
struct Rendering {
    objects: Vec<DesiredObject>,
    places: BTreeMap<ObjectRef, Place>,
    warnings: Vec<String>,
}

impl Rendering {
    fn add(&mut self, raw: Raw<'_>, context: &Context<'_>) -> Result<(), RenderError> {
        let place = raw.place();
        let (object, warnings) = manifest::object(raw, context)?;
        let named = warnings
            .into_iter()
            .map(|warning| format!("{place}: {warning}"));
        self.warnings.extend(named);
        self.claim(&object.id, place)?;
        self.objects.push(object);
        Ok(())
    }

    /// # Errors
    /// [`RenderError::Duplicate`] if the object stands elsewhere already, in whichever version.
    fn claim(&mut self, id: &ObjectRef, second: Place) -> Result<(), RenderError> {
        let any_version = ObjectRef {
            version: String::new(),
            ..id.clone()
        };
        if let Some(first) = self.places.get(&any_version) {
            let (id, first) = (id.clone(), first.clone());
            let duplicate = Duplicate { id, first, second };
            return Err(RenderError::Duplicate(Box::new(duplicate)));
        }
        self.places.insert(any_version, second);
        Ok(())
    }

    fn warn_of_lost(&mut self, sealed: &BTreeMap<StandIn, SealedLeaf>) {
        let placed = self.objects.iter().flat_map(|object| &object.stand_ins);
        let placed: BTreeSet<&StandIn> = placed.map(|placement| &placement.stand_in).collect();
        let lost = sealed.iter().filter(|(name, _)| !placed.contains(name));
        let warnings = lost.map(|(_, SealedLeaf { path, pointer })| {
            format!("{path}: the sealed value {pointer} is in no object")
        });
        self.warnings.extend(warnings);
    }
}
