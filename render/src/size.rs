//! What one source may cost.

use signet_api::RepoPath;

use crate::RenderError;

/// What one source may cost.
pub(crate) struct Size {
    pub(crate) manifests: usize,
    pub(crate) bytes: usize,
    /// Scalars and collections: one of two bytes takes hundreds in memory.
    pub(crate) values: usize,
    pub(crate) objects: usize,
}

/// A value takes about half a KiB while it is rendered, and the agent renders two sources at once: together they stay
/// well below the memory that `deploy/agent.yaml` grants.
pub(crate) const LARGEST: Size = Size {
    manifests: 10_000,
    bytes: 16 << 20,
    values: 250_000,
    objects: 10_000,
};

/// Ensures that there are no more than `limit` of something in the source at `path`.
///
/// # Errors
/// [`RenderError::TooLarge`]
pub(crate) fn within(
    path: &RepoPath,
    count: usize,
    limit: usize,
    what: &'static str,
) -> Result<(), RenderError> {
    let too_large = || RenderError::TooLarge {
        path: path.clone(),
        limit,
        what,
    };
    (count <= limit).then_some(()).ok_or_else(too_large)
}
