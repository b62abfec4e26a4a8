//! Where the tenant's rights end.

use std::fmt;

use signet_api::{Namespaces, RepoPath, Sink, TenantName};
use signet_render::{Desired, DesiredObject, Kinds, ObjectRef, Placement};

use crate::Limits;
use crate::resources::Resources;

/// A source that asks for what its tenant may not have. Nothing of it is written, nothing is pruned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// The tenant.
    pub tenant: TenantName,
    /// Every object that is out of bounds, in the order of the files.
    pub offences: Vec<Offence>,
}

/// An object that is out of bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offence {
    /// The object.
    pub id: ObjectRef,
    /// The file it stands in.
    pub file: RepoPath,
    /// The bound that it breaks.
    pub bound: Bound,
}

/// A bound that a tenant's objects have to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// The namespace is not the tenant's.
    Namespace {
        /// The namespaces that are.
        allowed: Vec<String>,
    },
    /// The object stands outside of namespaces.
    ClusterScoped {
        /// The namespaces that are the tenant's.
        allowed: Vec<String>,
    },
    /// A sealed value stands where no opened value may go.
    Sink {
        /// RFC 6901 pointer of the field within the object.
        field: String,
    },
}

/// So many offences are told in one message.
const NAMED: usize = 5;

/// Ensures that every object stands where the tenant's may, and every sealed value in a field for such.
///
/// [`diff`](crate::diff()) ensures it as well. Before the cluster is observed, it spares the tenant a look at what it may not
/// see, of which the API server would only say that it is forbidden.
///
/// # Errors
/// [`Refused`] lists all that do not.
pub fn check<M>(desired: &Desired<M>, served: &Kinds, limits: &Limits) -> Result<(), Refused> {
    let Desired {
        objects, defined, ..
    } = desired;
    check_objects(objects, &Resources { served, defined }, limits)
}

/// As [`check`].
pub(crate) fn check_objects(
    objects: &[DesiredObject],
    resources: &Resources<'_>,
    limits: &Limits,
) -> Result<(), Refused> {
    let offence = |object: &DesiredObject| {
        let bound = broken(object, resources, limits)?;
        let (id, file) = (object.id.clone(), object.file.clone());
        Some(Offence { id, file, bound })
    };
    let offences: Vec<Offence> = objects.iter().filter_map(offence).collect();
    if offences.is_empty() {
        return Ok(());
    }
    Err(Refused {
        tenant: limits.tenant.clone(),
        offences,
    })
}

fn broken(object: &DesiredObject, resources: &Resources<'_>, limits: &Limits) -> Option<Bound> {
    let place = match &limits.namespaces {
        Namespaces::All => None,
        Namespaces::List(allowed) => {
            let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
            misplaced(&object.id, resources, allowed)
        }
    };
    let sealed = || {
        let astray = object
            .stand_ins
            .iter()
            .find(|placed| !is_sink(&object.id, placed, limits));
        astray.map(|placed| Bound::Sink {
            field: placed.field.clone(),
        })
    };
    place.or_else(sealed)
}

/// The bound that the object's place breaks. A kind that is not served has no place, and is refused for that.
fn misplaced(id: &ObjectRef, resources: &Resources<'_>, allowed: Vec<String>) -> Option<Bound> {
    let outside = resources
        .get(id)
        .is_some_and(|resource| !resource.namespaced);
    match &id.namespace {
        _ if outside => Some(Bound::ClusterScoped { allowed }),
        Some(namespace) if !allowed.contains(namespace) => Some(Bound::Namespace { allowed }),
        Some(_) | None => None,
    }
}

/// Whether an opened value may go there: into a Secret's `data`, or into a field that the platform has named.
fn is_sink(id: &ObjectRef, placed: &Placement, limits: &Limits) -> bool {
    let secret = id.is("", "Secret") && id.version == "v1" && placed.field.starts_with("/data/");
    secret
        || limits
            .sinks
            .iter()
            .any(|sink| is_named(sink, id, &placed.field))
}

/// A sink's field is written with dots: `spec.auth.password`.
fn is_named(sink: &Sink, id: &ObjectRef, field: &str) -> bool {
    let dotted = field.trim_start_matches('/').replace('/', ".");
    let dotted = dotted.replace("~1", "/").replace("~0", "~");
    sink.kind == id.kind && sink.name == id.name && sink.field == dotted
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the tenant {} may not have ", self.tenant)?;
        for (index, offence) in self.offences.iter().take(NAMED).enumerate() {
            let separator = if index > 0 { "; " } else { "" };
            write!(f, "{separator}{offence}")?;
        }
        match self.offences.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, file, bound } = self;
        match bound {
            Bound::Namespace { allowed } => {
                write!(
                    f,
                    "{id} ({file}): its namespaces are {}",
                    allowed.join(", ")
                )
            }
            Bound::ClusterScoped { allowed } => {
                let allowed = allowed.join(", ");
                write!(
                    f,
                    "{id} ({file}): it stands outside of the tenant's namespaces {allowed}"
                )
            }
            Bound::Sink { field } => {
                write!(
                    f,
                    "a sealed value in {field} of {id} ({file}): opened values go into data of Secrets only"
                )
            }
        }
    }
}
