//! What a person does about a sealed file that does not open.

mod former;

use crate::failure::Failure;
use crate::foreign;
use crate::inspection::is_left_by_merge;
use crate::output::shell::word;
use former::{Former, called};
use signet_api::RepoPath;
use signet_envelope::{ReadError, ScopeError, Store, StrictError, WalkError};
use signet_seal::flat::FlatError;
use signet_seal::{IdentityError, OpenError, SealError};
use signet_yaml::{ParseError, TypeError};
use std::path::Path;

const ANCHORED: &str =
    "SOPS keeps no anchors: write out what each alias and each `<<` stands for, and seal that";

const UNCERTAIN: &str =
    "put it on a line of its own above the key or the element, outside of brackets";

const TOO_LARGE: &str =
    "sops would round it or fail: put it in quotes, as text, which keeps every digit";

const NOT_OCTAL: &str = "sops would drop the zero: put it in quotes, as text, which keeps it, or write the number without the zero";

const OLD_PEM: &str = "`ssh-keygen -p -f FILE` writes the key in OpenSSH's own form";

const OTHER_CIPHER: &str =
    "`ssh-keygen -p -Z aes256-ctr -f FILE` encrypts the key with a cipher that opens here";

const IN_BLOCKS: &str = "in YAML, each key at the top of the file needs a line of its own";

const EXPORTED_TOO: &str =
    "take out one of them first: `signet unset FILE '/export NAME'`, or `signet edit FILE`";

/// Why a text holds no identity, with what to do about it.
pub(crate) fn of_identity(error: IdentityError) -> Failure {
    let remedy = match &error {
        IdentityError::EncryptedPem => Some(OLD_PEM),
        IdentityError::SshCipher => Some(OTHER_CIPHER),
        _ => None,
    };
    Failure::from(error).hint_if(remedy)
}

/// Why a dotenv or INI text is not changed, with what to do about it.
pub(crate) fn of_flat(error: FlatError) -> Failure {
    let remedy = matches!(error, FlatError::Twice).then_some(EXPORTED_TOO);
    Failure::from(error).hint_if(remedy)
}

/// The failure with what to do about the file that it is about, if paths begin in this folder.
pub(crate) fn of_file(failure: Failure, root: &Path) -> Failure {
    let of_sealing = failure.cause::<SealError>();
    let opening = match of_sealing {
        Some(SealError::Open(error)) => Some(error),
        _ => failure.cause::<OpenError>(),
    };
    let hints = match (opening.and_then(damaged), of_sealing) {
        (Some(path), None) => {
            let merged = is_left_by_merge(path, root).then(|| {
                let file = word(&called(path, root));
                format!("where lines of a merge were left, `signet seal {file}` makes it whole")
            });
            merged.map_or_else(|| vec![restored(path, root)], |merged| vec![merged])
        }
        (Some(path), Some(_)) => vec![restored(path, root)],
        (None, Some(SealError::Foreign { path, .. })) => {
            let file = word(&called(path, root));
            vec![format!("`sops rotate -i {file}` gives it a new data key")]
        }
        (None, Some(SealError::Layout { path, .. })) if Store::of(path) == Store::Yaml => {
            vec![IN_BLOCKS.to_owned()]
        }
        (None, Some(SealError::Scope(error))) => placed(error, root).into_iter().collect(),
        _ => Vec::new(),
    };
    hints.into_iter().fold(failure, Failure::hint)
}

/// How a person gets back what the file was before somebody changed it without its key.
fn restored(path: &RepoPath, root: &Path) -> String {
    match former::of(path, root) {
        Some(Former { commit, file }) => format!(
            "`git checkout {commit} -- {file}` takes back the version before, in a fleet of a commit that verifies; then \
             `signet set` again what it lacks"
        ),
        None => "take back a copy of it that was not changed, or take out of it what was added; `signet set` adds a value"
            .to_owned(),
    }
}

/// What to do about a file that is not where it belongs, or not for those it should be for.
fn placed(error: &ScopeError, root: &Path) -> Option<String> {
    match error {
        ScopeError::Recipients { path, extra, .. } if !extra.is_empty() => {
            let file = word(&called(path, root));
            Some(format!(
                "who is to lose a file loses it with a new data key: `signet rotate {file}` also lists what they could read"
            ))
        }
        ScopeError::Strict {
            path,
            source: StrictError::ForeignKey { kind, recipient },
        } => {
            let file = word(&called(path, root));
            Some(format!(
                "`sops rotate -i{} {file}` takes that key out, and then `signet seal --take-in {file}`",
                foreign::removal(kind, recipient)
            ))
        }
        ScopeError::Tenant { .. } | ScopeError::Repository { .. } => Some(
            "take it back to where it was, or have it written anew by somebody who may give away what it holds"
                .to_owned(),
        ),
        _ => None,
    }
}

/// The error of sealing a file, with what to do about it.
pub(crate) fn of_sealing(error: SealError) -> Failure {
    let remedy = match &error {
        error if error.wants_identity() => Some(
            "name an identity that opens it with --identity; without one, write the whole file anew in clear text and seal that",
        ),
        SealError::Uncovered { .. } => {
            Some("`signet edit` takes out both, or moves the comment beside what stays sealed")
        }
        SealError::Incoming(_) => Some("`signet seal FILE` asks whether it belongs there"),
        SealError::Identity { .. } => {
            Some("where it is to stand there all the same, open it and seal its text anew")
        }
        SealError::MixedKinds { .. } => Some("keep the other object in a file of its own"),
        SealError::CiphertextDecides { .. } => {
            Some("anchor the regular expression (^) or choose a longer word")
        }
        SealError::Head { .. } => Some(
            "put what is secret into a Secret of its own; where the platform lets opened values into other fields, seal those alone with --only",
        ),
        _ => None,
    };
    let failure = Failure::from(error).hint_if(remedy);
    let has_anchor = matches!(
        failure.cause(),
        Some(WalkError::Anchor { .. } | WalkError::MergeKey { .. })
    ) || matches!(
        failure.cause(),
        Some(ReadError::Parse(ParseError::Alias { .. }))
    );
    let is_uncertain = matches!(failure.cause(), Some(WalkError::Comment { .. }));
    let is_too_large = matches!(failure.cause(), Some(TypeError::TooBig { .. }));
    let is_not_octal = matches!(failure.cause(), Some(TypeError::NotOctal { .. }));
    failure
        .hint_if(has_anchor.then_some(ANCHORED))
        .hint_if(is_uncertain.then_some(UNCERTAIN))
        .hint_if(is_too_large.then_some(TOO_LARGE))
        .hint_if(is_not_octal.then_some(NOT_OCTAL))
}

/// The file, if it is not as somebody with its key left it.
fn damaged(error: &OpenError) -> Option<&RepoPath> {
    match error {
        OpenError::Seal { path }
        | OpenError::Mac { path }
        | OpenError::Leaf { path, .. }
        | OpenError::Comment { path, .. } => Some(path),
        _ => None,
    }
}
