//! Somebody who was taken out of a sealed file, and knows the data key that it has.

use super::versions::Versions;
use super::{Finding, Kind, sealed};
use crate::data_keys::have_one_key;
use crate::output::visible::name;
use crate::sealing::existing::groups_of;
use signet_api::RepoPath;
use signet_envelope::Sealed;

/// The finding about a file that Git has for more people under the same key, as `sops updatekeys` leaves it. Where a value has
/// the ciphertext that it had, the key is the same.
pub(super) fn found(versions: &Versions, path: &RepoPath, file: &Sealed) -> Option<Finding> {
    let before = versions.before(path, file.text().as_bytes());
    let version = before.changed()?;
    let bytes = versions.read(version)?;
    let earlier = sealed::read(file.store(), path, &bytes).ok()??;
    let gone = &groups_of(&earlier).recipients() - &groups_of(file).recipients();
    if gone.is_empty() || !have_one_key(&earlier, file) {
        return None;
    }
    let gone: Vec<String> = gone.iter().map(|one| name(one)).collect();
    let problem = format!(
        "{} was taken out since {}, and knows the data key that it still has",
        gone.join(", "),
        version.name
    );
    let at = sealed::place_in_block(file, &["age"]);
    let found = Finding::new(Kind::KeptKey, path, at, problem);
    let is_left_to_sops = file.metadata().keys().any(|key| !key.is_age());
    Some(if is_left_to_sops {
        found.with_remedy("sops rotate -i FILE")
    } else {
        found
    })
}
