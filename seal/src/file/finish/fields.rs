//! The fields of the `sops` block that are made last: the MAC with its time, and the seal.

use data_encoding::BASE64;
use signet_envelope::Sealed;
use signet_yaml::{Edit, Node};

use super::{blocks, strict};
use crate::data_key::DataKey;
use crate::file::{SealError, SealRequest, block};
use crate::layout::Layout;
use crate::mac::{Mac, mac_aad};
use crate::{Random, stamp};

/// The edits that write the MAC, and the time that it is made with.
pub(super) fn put_mac(
    mac: Mac,
    sealed: &Sealed,
    key: &DataKey,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Vec<Edit> {
    let mut edits = put_field(sealed, &["lastmodified"], &block::time(request.now));
    let mac = sealed_mac(mac, key, request, rng);
    edits.extend(put_field(sealed, &["mac"], &mac));
    edits
}

/// The MAC as it stands in a block with this time.
pub(super) fn sealed_mac(
    mac: Mac,
    key: &DataKey,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> String {
    let aad = mac_aad(&block::time(request.now)).expect("the time was just written");
    mac.seal(key, &aad, rng).to_string()
}

/// The edits that write the seal of a file with one meaning; nothing for a plain SOPS file.
pub(super) fn put_seal(
    sealed: &Sealed,
    key: &DataKey,
    request: &SealRequest<'_>,
) -> Result<Option<Vec<Edit>>, SealError> {
    let Some(seal) = stamp::seal(key, sealed) else {
        return Ok(None);
    };
    strict(sealed.strict(), request)?;
    let seal = BASE64.encode(&seal);
    Ok(Some(put_field(sealed, &["signet", "seal"], &seal)))
}

/// The edits that write a field of each `sops` block.
fn put_field(sealed: &Sealed, path: &[&str], text: &str) -> Vec<Edit> {
    let layout = Layout::of_sealed(sealed);
    let field = |block| {
        path.iter()
            .try_fold(block, |node: &Node, key| node.get(key))
    };
    let fields = blocks(sealed.stream()).filter_map(field);
    fields
        .flat_map(|field| layout.put_field(field, text))
        .collect()
}
