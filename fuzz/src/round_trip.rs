//! Sealing and opening.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use secrecy::ExposeSecret;
use signet_api::{ClusterName, RepoPath, TenantName};
use signet_envelope::{Recipients, Store};
use signet_seal::{Identity, SealPlace, SealRequest, Voucher, open_file, seal_file};

use crate::store::file_name;

static IDENTITY: LazyLock<Identity> = LazyLock::new(identity);

/// What can be sealed opens to a text that seals and opens to itself.
pub fn what_is_sealed_opens_unchanged(data: &[u8]) {
    let Some((&first, text)) = data.split_first() else {
        return;
    };
    let store = STORES[usize::from(first) % STORES.len()];
    let Some(opened) = sealed_and_opened(store, text) else {
        return;
    };
    let again = sealed_and_opened(store, &opened).expect("what was opened can be sealed");
    assert_eq!(
        String::from_utf8_lossy(&again),
        String::from_utf8_lossy(&opened)
    );
}

const STORES: [Store; 3] = [Store::Yaml, Store::Json, Store::Binary];

fn sealed_and_opened(store: Store, text: &[u8]) -> Option<Vec<u8>> {
    let path: RepoPath = file_name(store).parse().expect("the names are constant");
    let tenant: TenantName = "team-a".parse().expect("the name is constant");
    let clusters: [ClusterName; 1] = ["prod".parse().expect("the name is constant")];
    let recipients = Recipients {
        required: [IDENTITY.recipient().to_owned()].into(),
        transitional: BTreeSet::new(),
    };
    let identities = [identity()];
    let request = SealRequest {
        path: &path,
        store,
        place: Some(SealPlace {
            repository: "6f1c0d",
            tenant: &tenant,
            clusters: &clusters,
            takes_incoming: false,
        }),
        in_fleet: true,
        recipients: &recipients,
        key_groups: None,
        rule: None,
        mac_only_encrypted: false,
        identities: &identities,
        vouched_by: Voucher::Nobody,
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    let sealed = seal_file(text, &request, &mut |bytes: &mut [u8]| bytes.fill(7)).ok()?;
    let opened =
        open_file(&sealed, store, &path, &identities, None).expect("what was sealed opens");
    Some(opened.expose_secret().to_vec())
}

fn identity() -> Identity {
    Identity::generate(&mut |bytes: &mut [u8]| bytes.fill(1)).0
}
