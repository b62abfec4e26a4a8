//! What Signet writes to the objects that it applies, and nobody else may.

/// The label by which an object names the set of its source (KEP-3659).
pub const PART_OF: &str = "applyset.kubernetes.io/part-of";

/// The annotation that holds the digest of the rendering that was applied.
pub const RENDERED: &str = "signet.dev/rendered";

/// The annotation of a hook's object that says whether it was run before or after the rest, for which rendering of the
/// source, and since which commit.
pub const HOOK: &str = "signet.dev/hook";
