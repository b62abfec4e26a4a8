//! A chart, rendered here and by the real helm.

use std::fs;
use std::path::Path;

use signet_guests::{GuestError, Request};

use crate::compared::{Outcome, first_difference, patient};
use crate::folder::Folder;

use super::{helm, hooks, manifests, pieces, release};

/// What becomes of a chart with these values, hooks included.
///
/// # Errors
/// The function that a template calls, Helm answers, and a render refuses.
pub(super) fn compared(chart: &Path, values: &str) -> Result<Outcome, String> {
    let given = [values];
    let options = release(&given);
    let files = Folder::read(chart);
    let ours = signet_guests::render(&Request::Helm(&options, &files.files()), &patient());
    if let Err(GuestError::Complained { complaint, .. }) = &ours
        && let Some(function) = &complaint.refused
    {
        return Err(function.clone());
    }
    let written = tempfile::NamedTempFile::new().unwrap();
    fs::write(&written, values).unwrap();
    let asked = |arguments: &[&str]| {
        let mut command = helm(chart);
        command.arg("--values").arg(written.path()).args(arguments);
        command.output().unwrap()
    };
    let real = asked(&["--no-hooks"]);
    let complaint = String::from_utf8_lossy(&real.stderr);
    let differs = |how: String| Ok(Outcome::Differs(how));
    let answer = match ours {
        Ok(answer) if real.status.success() => answer,
        Err(GuestError::Complained { .. }) if !real.status.success() => {
            return Ok(Outcome::Refused);
        }
        Ok(_) => return differs(format!("helm alone refuses it: {complaint}")),
        Err(error) => return differs(format!("{error}; helm: {complaint}")),
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (ours, real) = (manifests(&answer), text(real.stdout));
    if ours.trim() != real.trim() {
        return differs(first_difference(ours.trim(), real.trim()));
    }
    let all = text(asked(&[]).stdout);
    if all.strip_prefix(&real).map(pieces) != Some(hooks(&answer)) {
        return differs("other hooks".to_owned());
    }
    Ok(Outcome::Same)
}
