//! Which object a mapping describes.

use serde_json::{Map, Value};
use signet_api::Namespace;
use signet_envelope::STAND_IN_PREFIX;

use super::{Context, Fault, ManifestError, mapping};
use crate::{Gvk, ObjectRef, names};

const RBAC: &str = "rbac.authorization.k8s.io";

/// The object's reference. Its namespace is settled in the object as well: filled in from the source's default, or taken
/// away where the kind has none.
///
/// # Errors
/// [`Fault`] if a part of the reference is missing or malformed.
pub(super) fn settle(
    object: &mut Map<String, Value>,
    context: &Context<'_>,
    warnings: &mut Vec<String>,
) -> Result<ObjectRef, Fault> {
    let gvk = gvk(object)?;
    let metadata = mapping(object, "metadata")?;
    let metadata =
        metadata.ok_or_else(|| ManifestError::Missing { field: "metadata" }.at(["metadata"]))?;
    let name = name(metadata, &gvk)?;
    let given = namespace(metadata)?;
    let namespace = scoped(given, &gvk, context, warnings)?;
    settle_namespace(object, namespace.as_deref());
    let Gvk {
        group,
        version,
        kind,
    } = gvk;
    Ok(ObjectRef {
        group,
        version,
        kind,
        namespace,
        name,
    })
}

fn gvk(object: &Map<String, Value>) -> Result<Gvk, Fault> {
    let api_version = text(object, "apiVersion", "apiVersion")?;
    let kind = text(object, "kind", "kind")?;
    let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
    let group_is_valid = names::subdomain(group).is_ok() || !api_version.contains('/');
    if !group_is_valid || !names::is_label(version) {
        return Err(ManifestError::ApiVersion.at(["apiVersion"]));
    }
    if kind.is_empty() || !kind.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(ManifestError::Kind.at(["kind"]));
    }
    Ok(Gvk {
        group: group.to_owned(),
        version: version.to_owned(),
        kind,
    })
}

fn name(metadata: &Map<String, Value>, gvk: &Gvk) -> Result<String, Fault> {
    const FIELD: &str = "metadata.name";
    if metadata
        .get("generateName")
        .is_some_and(|name| !name.is_null())
    {
        return Err(ManifestError::GenerateName.at(["metadata", "generateName"]));
    }
    let name = text(metadata, "name", FIELD).map_err(below_metadata)?;
    let check = if gvk.group == RBAC {
        names::path_segment
    } else {
        names::subdomain
    };
    let wrong = |problem| {
        ManifestError::Name {
            field: FIELD,
            problem,
        }
        .at(["metadata", "name"])
    };
    check(&name).map_err(wrong)?;
    Ok(name)
}

fn namespace(metadata: &Map<String, Value>) -> Result<Option<String>, Fault> {
    const FIELD: &str = "metadata.namespace";
    if metadata
        .get("namespace")
        .is_none_or(|value| value.is_null() || value == "")
    {
        return Ok(None);
    }
    let namespace = text(metadata, "namespace", FIELD).map_err(below_metadata)?;
    if namespace.parse::<Namespace>().is_ok() {
        return Ok(Some(namespace));
    }
    let problem = "must be a DNS label: a-z, 0-9 and '-', at most 63 characters";
    Err(ManifestError::Name {
        field: FIELD,
        problem,
    }
    .at(["metadata", "namespace"]))
}

/// The namespace in which an object of this kind stands. A kind that nobody knows keeps what it says.
fn scoped(
    given: Option<String>,
    gvk: &Gvk,
    context: &Context<'_>,
    warnings: &mut Vec<String>,
) -> Result<Option<String>, Fault> {
    let Some(resource) = context.kinds.get(gvk) else {
        return Ok(given);
    };
    if !resource.namespaced {
        if given.is_some() {
            warnings.push(format!(
                "metadata.namespace is left out: the kind {} has none",
                gvk.kind
            ));
        }
        return Ok(None);
    }
    let default = || context.options.namespace.as_ref().map(ToString::to_string);
    let missing = || {
        ManifestError::NoNamespace {
            kind: gvk.kind.clone(),
        }
        .at(["metadata"])
    };
    given.or_else(default).map(Some).ok_or_else(missing)
}

fn settle_namespace(object: &mut Map<String, Value>, namespace: Option<&str>) {
    let Some(Value::Object(metadata)) = object.get_mut("metadata") else {
        return;
    };
    match namespace {
        Some(namespace) => metadata.insert("namespace".to_owned(), namespace.into()),
        None => metadata.remove("namespace"),
    };
}

/// A text that must be there, in the clear.
fn text(map: &Map<String, Value>, key: &'static str, field: &'static str) -> Result<String, Fault> {
    match map.get(key) {
        None | Some(Value::Null) => Err(ManifestError::Missing { field }.at([key])),
        Some(Value::String(text)) if text.contains(STAND_IN_PREFIX) => {
            Err(ManifestError::Sealed { field }.at([key]))
        }
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(ManifestError::NotText {
            field: field.to_owned(),
        }
        .at([key])),
    }
}

fn below_metadata(fault: Fault) -> Fault {
    let field = ["metadata".to_owned()]
        .into_iter()
        .chain(fault.field)
        .collect();
    Fault { field, ..fault }
}
