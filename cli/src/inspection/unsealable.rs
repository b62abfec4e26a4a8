//! What keeps this program from sealing a file as it stands: nobody is told to seal what is refused then.

use super::finding::Remedy;
use super::text::is_wide;
use crate::clock;
use crate::output::visible::one_remark;
use crate::random::from_system;
use signet_api::{Fleet, RepoPath, owner};
use signet_envelope::{Recipients, Rule, Store};
use signet_seal::{Identity, SealPlace, SealRequest, Voucher, seal_file};
use std::collections::BTreeSet;
use std::error::Error;

/// What to do first about a file of a fleet; nothing if it can be sealed as it stands.
pub(super) fn in_fleet(fleet: &Fleet, path: &RepoPath, bytes: &[u8]) -> Option<Remedy> {
    let Some(owner) = owner(fleet, path) else {
        return Some("move FILE to a folder of its tenant, and signet seal it there".into());
    };
    let place = SealPlace {
        repository: &fleet.policy.repository,
        tenant: &owner.tenant,
        clusters: &owner.clusters,
        takes_incoming: false,
    };
    reason(path, bytes, Some(place), None).map(|reason| first(&reason))
}

/// The same of a plain SOPS file, of which its creation rule selects this.
pub(super) fn outside(path: &RepoPath, bytes: &[u8], rule: Option<Rule>) -> Option<Remedy> {
    reason(path, bytes, None, rule).map(|reason| first(&reason))
}

fn first(reason: &str) -> Remedy {
    let reason = one_remark(reason);
    Remedy::around(
        format!("put this right first: {reason}; then signet seal "),
        "",
    )
}

/// Why the file would not be sealed, for whomever: the innermost cause, in which the place stands.
fn reason(
    path: &RepoPath,
    bytes: &[u8],
    place: Option<SealPlace>,
    rule: Option<Rule>,
) -> Option<String> {
    let store = Store::of(path);
    if store != Store::Binary && is_wide(bytes) {
        return Some("it is no UTF-8".to_owned());
    }
    let (somebody, _) = Identity::generate(&mut from_system);
    let recipients = Recipients::from(BTreeSet::from([somebody.recipient().to_owned()]));
    let request = SealRequest {
        path,
        store,
        place,
        in_fleet: true,
        recipients: &recipients,
        key_groups: None,
        rule,
        mac_only_encrypted: false,
        identities: &[],
        vouched_by: Voucher::Nobody,
        now: clock::now(),
    };
    let error = seal_file(bytes, &request, &mut from_system).err()?;
    let mut cause: &dyn Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let said = cause.to_string();
    let said = said.strip_prefix(path.as_str()).unwrap_or(&said);
    Some(said.trim_start_matches([':', ' ']).to_owned())
}
