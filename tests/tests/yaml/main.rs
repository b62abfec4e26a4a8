//! Our reading of YAML against the real kubectl and the real sops.
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

mod collections;
mod held;
mod kubectl;
mod layouts;
mod scalars;
mod sops;
mod theirs;
