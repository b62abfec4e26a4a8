//! Our guests against the programs that they are: the real kustomize and the real helm.
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

mod compared;
mod folder;
mod helm;
mod interleaved;
mod kustomize;
mod stand_ins;
