//! Histories signed with OpenPGP keys as gpg makes them.

mod certificates;
mod keyring;
mod signatures;

use std::collections::BTreeMap;

use signet_provenance::{Kind, ObjectId};

use crate::support::{History, PolicyText, payload, with_signature};
pub(crate) use keyring::{Keyring, fake};

/// A history in which dave has an OpenPGP key with this certificate.
fn history(fingerprint: &str, certificate: &str) -> History {
    History::with_files(
        policy(fingerprint),
        BTreeMap::from([(path(fingerprint), certificate.to_owned())]),
    )
}

/// A policy in which dave has an OpenPGP key.
fn policy(fingerprint: &str) -> PolicyText {
    let mut policy = PolicyText::new();
    policy.principal("dave", &format!("{{keys: [\"openpgp:{fingerprint}\"]}}"));
    policy
}

fn path(fingerprint: &str) -> String {
    format!("signet/keys/{fingerprint}.asc")
}

/// Commits a change of dave's with a signature that is made over the commit, and of its time.
fn commit(history: &mut History, sign: impl Fn(&[u8], i64) -> String) -> ObjectId {
    let content = history.clock.to_string();
    history.write("tenants/team-a/x", &content);
    history.clock += 60;
    let payload = payload(history.tree(), &[history.tip], history.clock);
    let bytes = with_signature(&payload, &sign(&payload, history.clock));
    history.tip = history.objects.write(Kind::Commit, bytes);
    history.tip
}
