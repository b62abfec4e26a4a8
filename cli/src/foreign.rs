//! Keys of sealed files that only sops wraps for: those of PGP, of clouds and of age's plugins.

use crate::output::shell::word;
use signet_envelope::{Sealed, is_of_plugin};

/// Whether a file is sealed for such a key.
pub(crate) fn has_any(file: &Sealed) -> bool {
    file.metadata().foreign_keys().next().is_some()
}

/// Whether one of its keys opens here.
pub(crate) fn has_own(file: &Sealed) -> bool {
    let mut age = file.metadata().age_keys();
    age.any(|key| !is_of_plugin(&key.recipient))
}

/// The flags by which `sops rotate` takes all of them out of a file.
pub(crate) fn removals(file: &Sealed) -> String {
    let keys = file.metadata().foreign_keys();
    keys.map(|key| removal(key.kind, &key.recipient)).collect()
}

/// How sops is told to take a key out. Those of some kinds have another form on its command line than in a file.
pub(crate) fn removal(kind: &str, recipient: &str) -> String {
    match kind {
        "age" | "pgp" | "kms" | "hckms" => format!(" --rm-{kind} {}", word(recipient)),
        "gcp_kms" => format!(" --rm-gcp-kms {}", word(recipient)),
        "azure_kv" => " --rm-azure-kv KEY".to_owned(),
        "hc_vault" => " --rm-hc-vault-transit KEY".to_owned(),
        kind => format!(" --rm-{kind} KEY"),
    }
}
