//! The recovery key: how a person gets it, and what the anchor says to whoever holds it.

use crate::failure::{Explain, Result, failed, refused};
use crate::files::private::PrivateFile;
use crate::new_identity::identity_file;
use crate::output::Output;
use data_encoding::HEXLOWER;
use secrecy::SecretString;
use signet_api::{Anchor, AnchorMac};
use signet_envelope::is_of_plugin;
use signet_provenance::anchor::{AnchorFacts, is_authentic, mac};
use signet_seal::Identity;
use std::io::{self, IsTerminal};
use std::path::Path;

/// Gives the recovery key to the person before anything depends on it: in a new file outside of the repository, which goes again
/// unless it is kept, or else once at the terminal.
pub(crate) fn hand_out(
    file: Option<&Path>,
    root: &Path,
    recovery: &Identity,
    secret: &SecretString,
    out: &Output,
) -> Result<Option<PrivateFile>> {
    let text = identity_file(recovery.recipient(), secret);
    if let Some(file) = file {
        return PrivateFile::create(file, root, &text).map(Some);
    }
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(refused("there is no terminal to show the recovery key on")
            .hint("name a file outside the repository with --recovery-out FILE"));
    }
    out.note("The recovery key opens everything. It is shown this once; store it offline:\n");
    out.bytes(text.as_bytes())?;
    Ok(None)
}

/// Whether a recovery key can have made a code of the anchor: those of SSH and of age's plugins make none.
pub(crate) fn makes_codes(recipient: &str) -> bool {
    recipient.starts_with("age1") && !is_of_plugin(recipient)
}

/// The anchor's code under a recovery key.
///
/// # Errors
/// When it is an SSH key.
pub(crate) fn code(recovery: &Identity, facts: &AnchorFacts) -> Result<AnchorMac> {
    let code = recovery.with_secret_bytes(|secret| mac(secret, facts));
    let code = code.ok_or_else(|| failed("the recovery key is no age identity"))?;
    Ok(AnchorMac {
        recipient: recovery.recipient().to_owned(),
        mac: HEXLOWER.encode(&code),
    })
}

/// Whether an anchor that says this was made under a recovery key.
///
/// # Errors
/// When its code for that key is none.
pub(crate) fn has_made(recovery: &Identity, anchor: &Anchor, facts: &AnchorFacts) -> Result<bool> {
    for mac in anchor
        .macs
        .iter()
        .filter(|mac| mac.recipient == recovery.recipient())
    {
        let code = HEXLOWER
            .decode(mac.mac.as_bytes())
            .context("read the anchor's code")?;
        if recovery.with_secret_bytes(|secret| is_authentic(secret, facts, &code)) == Some(true) {
            return Ok(true);
        }
    }
    Ok(false)
}
