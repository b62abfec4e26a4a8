//! Where kinds are served.

use signet_render::{Kinds, ObjectRef, ResourceKind};

/// The kinds that the cluster serves, or will serve once the source's definitions are applied.
pub(crate) struct Resources<'a> {
    pub(crate) served: &'a Kinds,
    pub(crate) defined: &'a Kinds,
}

impl Resources<'_> {
    /// Where an object of this kind is read and written, if anywhere.
    pub(crate) fn get(&self, id: &ObjectRef) -> Option<&ResourceKind> {
        let gvk = id.gvk();
        self.served.get(&gvk).or_else(|| self.defined.get(&gvk))
    }
}
