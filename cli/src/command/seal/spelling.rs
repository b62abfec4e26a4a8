//! What sealing keeps of a value, and what not.

use crate::output::{Output, some_of};
use signet_api::RepoPath;
use signet_envelope::{Pointer, Store};
use signet_seal::respelled;

/// Tells of values whose spelling is lost in the sealed file.
pub(super) fn tell(store: Store, path: &RepoPath, clear: &[u8], sealed: &str, out: &Output) {
    let clear = str::from_utf8(clear).unwrap_or_default();
    let lost: Vec<String> = respelled(store, path, clear, sealed)
        .iter()
        .map(Pointer::to_string)
        .collect();
    if !lost.is_empty() {
        out.note(format!(
            "{path}: {} will come back in another spelling: SOPS keeps what a number, a time or a text is, not how it was \
             written",
            some_of(&lost)
        ));
    }
}
