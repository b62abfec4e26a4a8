//! The certificates of a policy's OpenPGP keys, which stand beside it.

use std::collections::BTreeMap;

use signet_api::{Policy, RepoPath, certificate_path};

use super::keys::openpgp_digits;

/// The certificates of a policy's OpenPGP keys, as whoever loads the policy finds them beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Certificates(BTreeMap<String, Vec<u8>>);

impl Certificates {
    /// Those that a policy names, as far as `read` finds a file at their path.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn of<E>(
        policy: &Policy,
        mut read: impl FnMut(&RepoPath) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Self, E> {
        let mut found = BTreeMap::new();
        let keys = policy.principals.values();
        let keys = keys.flat_map(|principal| &principal.keys);
        for fingerprint in keys.filter_map(|key| openpgp_digits(&key.key)) {
            if let Some(text) = read(&certificate_path(&fingerprint))? {
                found.insert(fingerprint, text);
            }
        }
        Ok(Self(found))
    }

    /// The certificate of the key of this fingerprint.
    pub(super) fn get(&self, fingerprint: &str) -> Option<&[u8]> {
        self.0.get(fingerprint).map(Vec::as_slice)
    }
}

#[cfg(test)]
impl Certificates {
    /// A certificate of the key of that seed, which a policy names by this.
    pub(crate) fn any(seed: u8) -> (String, Self) {
        let (fingerprint, text) = crate::signature::openpgp::crafted::any_certificate(seed);
        let named = format!("openpgp:{fingerprint}");
        (named, Self(BTreeMap::from([(fingerprint, text)])))
    }
}
