//! Turns a verified folder into desired objects, sealed values as stand-ins.
//!
//! [`render`] reads the files below a source's path from a `Tree`, as text that anybody may have written, and answers
//! with [`Desired`]: one [`DesiredObject`] for each Kubernetes object, where a sealed value is a stand-in. No key is
//! near and none is needed, so a pull request renders as well as a verified revision; [`Origin`] keeps them apart from
//! here to the API server.
//!
//! How a folder is rendered is up to its files, or to the tenant's `signet-source.yaml`: every manifest as it stands, or by
//! the real Kustomize or Helm in the sandbox of `signet-guests`. [`Cache`] returns what was rendered before from the same.
//!
//! What an object is and where it may stand is decided here as far as the text alone tells: [`RenderError`] names the
//! file, the line and the column. What the cluster must be asked for is decided by `signet-plan`.

mod desired;
pub use desired::{Desired, DesiredObject, Escape, Origin, Placement, SealedLeaf};

mod options;
pub use options::Options;

mod renderer;
pub use renderer::render;

mod cache;
pub use cache::Cache;

mod plain;

mod helm;

mod hook;
pub use hook::{Deletion, Event, Hook};

mod kustomize;
pub use kustomize::KustomizeError;

mod salted;
pub use salted::Computed;

mod object_ref;
pub use object_ref::{ObjectKey, ObjectRef};

mod kinds;
pub use kinds::{Gvk, Kinds, ResourceKind};

mod error;
pub use error::{Duplicate, Place, RenderError};

pub use manifest::ManifestError;

#[cfg(test)]
mod advisories;
mod digest;
mod file;
mod guest;
mod inputs;
mod look;
mod manifest;
mod names;
mod own;
mod rendering;
mod secret;
mod size;
mod source;
mod source_file;
mod stand_ins;
mod texts;
mod variables;
pub use variables::VariableError;
