//! Whether versions of a file have the same data key, as far as that can be told without opening them.

use signet_envelope::Sealed;
use std::collections::BTreeSet;

/// Whether two versions of a file have a ciphertext in common, and so their data key.
pub(crate) fn have_one_key(one: &Sealed, other: &Sealed) -> bool {
    !ciphertexts(one).is_disjoint(&ciphertexts(other))
}

/// What no other key makes of a value: sops keeps the initialisation vector where it gives a file a new key.
fn ciphertexts(file: &Sealed) -> BTreeSet<([u8; 32], [u8; 16])> {
    let leaves = file.leaves();
    leaves.map(|leaf| (leaf.enc.iv, leaf.enc.tag)).collect()
}
