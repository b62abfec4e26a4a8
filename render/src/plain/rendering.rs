//! From the documents of all files to the objects of one source.

use std::collections::{BTreeMap, BTreeSet};

use signet_envelope::StandIn;
use signet_provenance::Tree;

use super::within;
use crate::file::ManifestFile;
use crate::manifest::{self, Context, Raw};
use crate::{
    Desired, DesiredObject, Kinds, ObjectRef, Options, Origin, Place, RenderError, SealedLeaf,
};

/// One source has at most this many objects.
const MAX_OBJECTS: usize = 10_000;

/// What has been rendered so far.
pub(super) struct Rendering<'a> {
    options: &'a Options,
    /// What the cluster serves and what the source defines.
    kinds: Kinds,
    defined: Kinds,
    objects: Vec<DesiredObject>,
    places: BTreeMap<ObjectRef, Place>,
    sealed: BTreeMap<StandIn, SealedLeaf>,
    warnings: Vec<String>,
}

impl<'a> Rendering<'a> {
    /// Looks through all files for the kinds that they define: an object may stand before its definition.
    pub(super) fn new(options: &'a Options, files: &[ManifestFile]) -> Self {
        let mut defined = Kinds::default();
        let documents = files.iter().flat_map(|file| &file.documents);
        documents.for_each(|document| defined.define(&document.json));
        let mut kinds = (*options.kinds).clone();
        kinds.0.extend(defined.0.clone());
        Self {
            options,
            kinds,
            defined,
            objects: Vec::new(),
            places: BTreeMap::new(),
            sealed: BTreeMap::new(),
            warnings: Vec::new(),
        }
    }

    /// # Errors
    /// [`RenderError`] for the first document that is no acceptable object.
    pub(super) fn finish<M>(
        mut self,
        tree: &Tree<M>,
        files: Vec<ManifestFile>,
    ) -> Result<Desired<M>, RenderError> {
        let mut paths = Vec::with_capacity(files.len());
        for file in files {
            self.file(&file)?;
            self.sealed.extend(file.leaves);
            paths.push(file.path);
        }
        self.warn_of_lost_leaves();
        Ok(Desired {
            objects: self.objects,
            sealed: self.sealed,
            files: paths,
            defined: self.defined,
            warnings: self.warnings,
            origin: Origin::of(tree),
        })
    }

    fn file(&mut self, file: &ManifestFile) -> Result<(), RenderError> {
        for document in &file.documents {
            for raw in Raw::of(&file.path, &document.root, document.json.clone()) {
                self.object(raw)?;
            }
        }
        Ok(())
    }

    fn object(&mut self, raw: Raw<'_>) -> Result<(), RenderError> {
        let place = raw.place();
        let context = Context {
            options: self.options,
            kinds: &self.kinds,
        };
        let (object, warnings) = manifest::object(raw, &context)?;
        let named = warnings
            .into_iter()
            .map(|warning| format!("{place}: {warning}"));
        self.warnings.extend(named);
        self.claim(&object.id, place)?;
        self.objects.push(object);
        within(
            self.objects.len(),
            MAX_OBJECTS,
            "objects",
            &self.options.path,
        )
    }

    /// # Errors
    /// [`RenderError::Duplicate`] if the object stands elsewhere already, in whichever version.
    fn claim(&mut self, id: &ObjectRef, second: Place) -> Result<(), RenderError> {
        let any_version = ObjectRef {
            version: String::new(),
            ..id.clone()
        };
        match self.places.get(&any_version) {
            Some(first) => Err(RenderError::Duplicate {
                id: id.clone(),
                first: first.clone(),
                second,
            }),
            None => {
                self.places.insert(any_version, second);
                Ok(())
            }
        }
    }

    fn warn_of_lost_leaves(&mut self) {
        let placed = self.objects.iter().flat_map(|object| &object.stand_ins);
        let placed: BTreeSet<&StandIn> = placed.map(|placement| &placement.stand_in).collect();
        let lost = self
            .sealed
            .iter()
            .filter(|(name, _)| !placed.contains(name));
        let warnings = lost.map(|(_, SealedLeaf { path, pointer })| {
            format!("{path}: the sealed value {pointer} is in no object")
        });
        self.warnings.extend(warnings);
    }
}
