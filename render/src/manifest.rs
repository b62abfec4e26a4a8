//! From a document's mapping to an object that may be applied.

mod identity;
mod metadata;
mod raw;

use serde_json::{Map, Value};
use signet_api::RepoPath;
use signet_envelope::TooMuchWork;
use signet_yaml::Node;

use crate::{
    DesiredObject, Escape, Kinds, ObjectRef, Options, Place, RenderError, digest, own, secret,
    stand_ins,
};

pub(crate) use raw::Raw;

/// What an object is judged by beside itself.
pub(crate) struct Context<'a> {
    pub(crate) options: &'a Options,
    pub(crate) kinds: &'a Kinds,
    pub(crate) escape: Escape,
}

/// Why a mapping is not an object that may be applied. Fields are named as people write them: `metadata.name`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The document is a text or a list.
    #[error("a document must be a mapping with apiVersion, kind and metadata")]
    Shape,
    /// A field is missing.
    #[error("{field} is missing")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field is no text.
    #[error("{field} must be text")]
    NotText {
        /// The field.
        field: String,
    },
    /// A field is no mapping.
    #[error("{field} must be a mapping")]
    NotMapping {
        /// The field.
        field: String,
    },
    /// A value of a Secret's `data` is not base64.
    #[error("{field} must be base64")]
    NotBase64 {
        /// The field.
        field: String,
    },
    /// A field that says which object this is has been sealed.
    #[error("{field} is sealed: it must be readable to know which object this is")]
    Sealed {
        /// The field.
        field: &'static str,
    },
    /// `apiVersion` is neither a version nor a group and a version.
    #[error("apiVersion must be a version or group/version")]
    ApiVersion,
    /// `kind` is no name of a kind.
    #[error("kind must consist of letters and digits")]
    Kind,
    /// A name that Kubernetes does not take.
    #[error("{field} {problem}")]
    Name {
        /// The field.
        field: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// The API server would choose the name, so each apply would make another object.
    #[error(
        "metadata.generateName is not possible here: an object that is applied again needs its own name"
    )]
    GenerateName,
    /// The kind stands in namespaces, and neither the object nor the source names one.
    #[error("metadata.namespace is missing: the kind {kind} stands in namespaces")]
    NoNamespace {
        /// The kind.
        kind: String,
    },
    /// A label or annotation that Signet sets itself.
    #[error("{field} is set by Signet and must not be written by hand")]
    Reserved {
        /// The field.
        field: String,
    },
    /// A text made to be searched for stand-ins for ever.
    #[error(transparent)]
    TooMuchWork(TooMuchWork),
    /// An object of Signet's own group.
    #[error("objects of signet.dev are Signet's own: no source may contain them")]
    OwnGroup,
    /// An object in, or the object of, one of Signet's own namespaces.
    #[error("the namespace {namespace} is Signet's own: no source may contain objects of it")]
    OwnNamespace {
        /// The namespace.
        namespace: String,
    },
}

/// What is wrong with an object, and with which field of it.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) error: ManifestError,
    field: Vec<String>,
}

impl ManifestError {
    pub(crate) fn at<T: Into<String>>(self, field: impl IntoIterator<Item = T>) -> Fault {
        Fault {
            error: self,
            field: field.into_iter().map(Into::into).collect(),
        }
    }
}

/// The object that a mapping describes, complete and normalised, and what its author should know.
///
/// # Errors
/// [`RenderError::Manifest`] with the place of the field that is wrong.
pub(crate) fn object(
    raw: Raw<'_>,
    context: &Context<'_>,
) -> Result<(DesiredObject, Vec<String>), RenderError> {
    let Raw {
        file,
        node,
        json,
        hook,
    } = raw;
    let mut warnings = Vec::new();
    let (id, json) =
        normalised(json, file, context, &mut warnings).map_err(|fault| fault.placed(file, node))?;
    let stand_ins = stand_ins::placements(&json, context.escape).map_err(|source| {
        let error = ManifestError::TooMuchWork(source);
        error.at::<String>([]).placed(file, node)
    })?;
    let object = DesiredObject {
        digest: digest::digest(&json, stand_ins.first().map(|place| place.escape)),
        stand_ins,
        file: file.clone(),
        id,
        json,
        hook,
    };
    Ok((object, warnings))
}

fn normalised(
    json: Value,
    file: &RepoPath,
    context: &Context<'_>,
    warnings: &mut Vec<String>,
) -> Result<(ObjectRef, Value), Fault> {
    let Value::Object(mut object) = json else {
        return Err(ManifestError::Shape.at::<String>([]));
    };
    let id = identity::settle(&mut object, context, warnings)?;
    own::check(&id, file, &context.options.tenant)?;
    metadata::check(&object)?;
    metadata::drop_what_the_server_sets(&mut object, warnings);
    if id.is("", "Secret") {
        secret::fold(&mut object)?;
    }
    Ok((id, Value::Object(object)))
}

impl Fault {
    fn placed(self, file: &RepoPath, node: Option<&Node>) -> RenderError {
        let place = Place {
            file: file.clone(),
            at: node.map(|node| innermost(node, &self.field).at),
        };
        RenderError::Manifest {
            place,
            source: self.error,
        }
    }
}

/// The field's node, or the last one on the way to it that exists.
fn innermost<'a>(node: &'a Node, field: &[String]) -> &'a Node {
    match field.split_first() {
        Some((key, rest)) => node.get(key).map_or(node, |child| innermost(child, rest)),
        None => node,
    }
}

/// A mapping below an object, empty if it is not there.
///
/// # Errors
/// [`ManifestError::NotMapping`]
fn mapping<'a>(
    object: &'a Map<String, Value>,
    field: &'static str,
) -> Result<Option<&'a Map<String, Value>>, Fault> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(_) => {
            let name = field.to_owned();
            Err(ManifestError::NotMapping { field: name }.at([field]))
        }
    }
}
