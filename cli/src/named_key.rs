//! A public key of a signer, as a person names it.

use crate::failure::{Result, usage};
use crate::reading;
use signet_provenance::fingerprint_of;
use std::path::Path;

/// The fingerprint of the key that is meant by itself, by its fingerprint or by a file that holds it.
///
/// # Errors
/// When that is none, or several keys; `neither` says what else it could have been.
pub(crate) fn fingerprint(named: &str, neither: &str) -> Result<String> {
    // OpenPGP's fingerprints are printed without a name in front.
    let openpgp = || fingerprint_of(&format!("openpgp:{named}"));
    if let Some(fingerprint) = fingerprint_of(named).or_else(openpgp) {
        return Ok(fingerprint);
    }
    let held = reading::file(Path::new(named)).ok().and_then(reading::text);
    let held = held.unwrap_or_default();
    let lines = held.lines().map(str::trim);
    let keys: Vec<String> = lines.filter_map(fingerprint_of).collect();
    match &keys[..] {
        [key] => Ok(key.clone()),
        [] => Err(usage(format!(
            "{named} is {neither}, no fingerprint (SHA256:…) and no public key or file with one"
        ))),
        _ => {
            let several = usage(format!("{named} holds {} keys; name the one", keys.len()));
            Err(several.hint(keys.join(", ")))
        }
    }
}
