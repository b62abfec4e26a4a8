//! From the documents of all files, or of a guest's answer, to the objects of one source.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::Arc;

use serde_json::Value;
use signet_api::RepoPath;
use signet_envelope::{Enc, StandIn};
use signet_yaml::{Aliases, Limits, kubernetes};

use crate::file::{Document, ManifestFile};
use crate::inputs::Inputs;
use crate::look::Look;
use crate::manifest::{self, Context, Raw};
use crate::size::{self, LARGEST};
use crate::source::Source;
use crate::{
    Desired, DesiredObject, Duplicate, Hook, Kinds, ObjectRef, Origin, Place, RenderError,
    SealedLeaf, texts,
};

/// What one document of a guest's answer says, and the file that it came from.
#[derive(Clone)]
pub(crate) struct Rendered {
    pub(crate) file: RepoPath,
    pub(crate) json: Value,
    pub(crate) hook: Option<Hook>,
}

impl Rendered {
    /// What the documents of a text say in Kubernetes' typing; those that are empty are left out.
    ///
    /// # Errors
    /// [`RenderError::Parse`] and [`RenderError::Type`] for what Kubernetes' tools would not take either.
    pub(crate) fn read(text: &str, file: &RepoPath) -> Result<Vec<Self>, RenderError> {
        let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Expand);
        let stream = stream.map_err(|source| RenderError::Parse {
            file: file.clone(),
            source,
        })?;
        let documents = stream.roots().map(|root| match kubernetes::to_json(root) {
            Ok(json) => Ok(Self {
                file: file.clone(),
                json,
                hook: None,
            }),
            Err(source) => Err(RenderError::Type {
                file: file.clone(),
                source,
            }),
        });
        let documents = documents.collect::<Result<Vec<_>, _>>()?.into_iter();
        Ok(documents
            .filter(|document| !document.json.is_null())
            .collect())
    }
}

/// What the files describe.
///
/// # Errors
/// [`RenderError`] for the first mapping that is no acceptable object.
pub(crate) fn of_files<M>(
    source: &Source<'_, M>,
    mut files: Vec<ManifestFile>,
) -> Result<Desired<M>, RenderError> {
    let paths = files.iter().map(|file| file.path.clone()).collect();
    let leaves = files
        .iter_mut()
        .flat_map(|file| mem::take(&mut file.leaves));
    let sealed: BTreeMap<StandIn, SealedLeaf> = leaves.collect();
    let raws: Vec<Raw<'_>> = files.iter_mut().flat_map(raws).collect();
    Ok(Desired {
        files: paths,
        ..desired(source, sealed, raws)?
    })
}

/// What a guest made of its inputs with the stand-ins of this look.
///
/// # Errors
/// [`RenderError`] for the first document that is no acceptable object.
pub(crate) fn of_guest<M>(
    source: &Source<'_, M>,
    inputs: &Inputs,
    look: Look,
    mut rendered: Vec<Rendered>,
) -> Result<Desired<M>, RenderError> {
    let values: usize = rendered.iter().map(|document| count(&document.json)).sum();
    size::within(&source.options.path, values, LARGEST.values, "values")?;
    let raws = rendered
        .iter_mut()
        .flat_map(|Rendered { file, json, hook }| {
            let raws = Raw::of(file, None, mem::take(json)).into_iter();
            raws.map(|raw| raw.with_hook(hook.clone()))
        });
    let mut desired = desired(source, inputs.leaves(look), raws.collect())?;
    size::within(
        &source.options.path,
        desired.objects.len(),
        LARGEST.objects,
        "objects",
    )?;
    for object in desired.objects.iter() {
        refuse_sealed(object)?;
    }
    if desired.objects.is_empty() {
        let path = &source.options.path;
        desired
            .warnings
            .push(format!("{path}: no object comes of it"));
    }
    Ok(Desired {
        files: inputs.paths().cloned().collect(),
        ..desired
    })
}

/// Refuses what a guest found sealed where no sealed file is looked for, as in an archive.
///
/// # Errors
/// [`RenderError::StillSealed`]
fn refuse_sealed(object: &DesiredObject) -> Result<(), RenderError> {
    match texts::find(&object.json, &Enc::looks_sealed) {
        None => Ok(()),
        Some(field) => Err(RenderError::StillSealed {
            file: object.file.clone(),
            id: Box::new(object.id.clone()),
            field: field.to_string(),
        }),
    }
}

/// Scalars and collections, the value itself among them.
pub(crate) fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(count).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}

fn desired<M>(
    source: &Source<'_, M>,
    sealed: BTreeMap<StandIn, SealedLeaf>,
    raws: Vec<Raw<'_>>,
) -> Result<Desired<M>, RenderError> {
    let defined = defined(&raws);
    let mut kinds = (*source.options.kinds).clone();
    kinds.0.extend(defined.0.clone());
    let context = Context {
        options: source.options,
        kinds: &kinds,
        escape: source.escape,
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
        objects: objects.into(),
        sealed: Arc::new(sealed),
        files: [].into(),
        defined: Arc::new(defined),
        warnings,
        origin: Origin::of(source.tree),
    })
}

fn raws(file: &mut ManifestFile) -> impl Iterator<Item = Raw<'_>> {
    let ManifestFile {
        path, documents, ..
    } = file;
    let path: &RepoPath = path;
    documents.iter_mut().flat_map(move |document| {
        let Document { json, root } = document;
        Raw::of(path, Some(root), mem::take(json))
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
