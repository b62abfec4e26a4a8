//! Opens a file for the person at the terminal.

use crate::failure::{Failure, Result, refused};
use crate::identities::Found;
use crate::remedy;
use signet_api::RepoPath;
use signet_envelope::{Store, parse};
use signet_seal::OpenError;
use zeroize::Zeroizing;

/// The text that was sealed.
///
/// # Errors
/// When no identity that was found opens the file, with where they were looked for and whose would.
pub(crate) fn open(text: &str, path: &RepoPath, found: &Found) -> Result<Zeroizing<Vec<u8>>> {
    if found.identities.is_empty() {
        return Err(found.explain(refused("no identity was found to open it with")));
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "a person opens a file with an identity of their own"
    )]
    let opened = signet_seal::open_file(text, Store::of(path), path, &found.identities, None);
    opened.map_err(|error| match error {
        OpenError::NotForIdentity { .. } => found
            .explain(Failure::from(error))
            .hint(sealed_for(text, path)),
        error => remedy::of_opening(error),
    })
}

/// Whose identity would help. The file itself says so, hence anybody who wrote it.
fn sealed_for(text: &str, path: &RepoPath) -> String {
    let sealed = parse(text, path);
    let keys = sealed.iter().flat_map(|sealed| sealed.metadata().keys());
    let recipients: Vec<&str> = keys.map(|key| key.recipient.as_str()).collect();
    format!("it says that it is sealed for {}", recipients.join(", "))
}
