//! What a person is asked before files are rotated.

use super::strangers::Strangers;
use crate::output::visible::name;
use signet_api::RepoPath;

/// Whether so many files of a fleet are changed in a cluster too.
pub(super) fn of_rolling(files: usize) -> String {
    format!(
        "New data keys give new ciphertext to {} of the fleet, and new ciphertext new stand-ins: \
         workloads that carry a checksum of a secret will roll. Rotate?",
        counted(files, "file")
    )
}

/// Whether somebody takes files away from himself.
pub(super) fn of_loss(files: &[&RepoPath]) -> String {
    format!(
        "No identity here will open {} any more. Take it away from your own?",
        listed(files)
    )
}

/// Whether files are rotated that nobody answers for.
pub(super) fn of_unknown(files: &[&RepoPath]) -> String {
    format!(
        "No version of these is known to be right, so whoever cannot open them could have put them there: {}. Rotate them too?",
        listed(files)
    )
}

/// Whether those get a new key whom nothing but the files names.
pub(super) fn of_strangers(strangers: &Strangers) -> String {
    let lines = strangers
        .iter()
        .map(|(recipient, files)| format!("\n  {} in {}", name(recipient), listed(files)));
    format!(
        "These stand so in the files, but not in the creation rule for them, or in no version that is known to be right, or nobody in \
         the fleet owns the file:{}\n\
         Whoever cannot open a file could have written a name into it, and opens all of it under a new key. Seal for them too?",
        lines.collect::<String>()
    )
}

/// The paths in a row.
pub(super) fn listed(files: &[&RepoPath]) -> String {
    let named: Vec<&str> = files.iter().map(|path| path.as_str()).collect();
    named.join(", ")
}

/// So many of something.
pub(super) fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
