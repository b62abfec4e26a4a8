//! What a person does about a sealed file that does not open.

mod former;

use crate::failure::Failure;
use crate::output::shell::word;
use former::Former;
use signet_api::RepoPath;
use signet_envelope::{ReadError, ScopeError, WalkError};
use signet_seal::flat::FlatError;
use signet_seal::{IdentityError, OpenError, SealError};
use signet_yaml::{ParseError, TypeError};

const ANCHORED: &str =
    "SOPS keeps no anchors: write out what each alias and each `<<` stands for, and seal that";

const UNCERTAIN: &str =
    "put it on a line of its own above the key or the element, outside of brackets";

const TOO_LARGE: &str =
    "sops would round it or fail: put it in quotes, as text, which keeps every digit";

const OLD_PEM: &str = "`ssh-keygen -p -f FILE` writes the key in OpenSSH's own form";

const OTHER_CIPHER: &str =
    "`ssh-keygen -p -Z aes256-ctr -f FILE` encrypts the key with a cipher that opens here";

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

/// The error of opening a file, with what to do about it.
pub(crate) fn of_opening(error: OpenError) -> Failure {
    let remedy = restored(&error).map(|path| {
        let file = word(&former::called(path));
        let merged =
            format!("where lines of a merge were left, `signet seal {file}` makes it whole");
        (restore(path), merged)
    });
    let failure = Failure::from(error);
    match remedy {
        Some((restore, merged)) => failure.hint(restore).hint(merged),
        None => failure,
    }
}

/// How a person gets back what the file was before somebody changed it without its key.
fn restore(path: &RepoPath) -> String {
    match former::of(path) {
        Some(Former { commit, file }) => format!(
            "`git checkout {commit} -- {file}` takes back the version before, in a fleet of a commit that verifies; then \
             `signet set` again what it lacks"
        ),
        None => "take back a copy of it that was not changed".to_owned(),
    }
}

/// The error of sealing a file, with what to do about it.
pub(crate) fn of_sealing(error: SealError) -> Failure {
    let about_file = match &error {
        SealError::Open(error) => restored(error).map(restore),
        SealError::Scope(ScopeError::Recipients { path, extra, .. }) if !extra.is_empty() => {
            let file = word(&former::called(path));
            Some(format!(
                "who is to lose a file loses it with a new data key: `signet rotate {file}` also lists what they could read"
            ))
        }
        SealError::Scope(ScopeError::Path { path, .. } | ScopeError::Tenant { path, .. }) => {
            let file = word(&former::called(path));
            Some(format!(
                "what is sealed stays for its place: `signet open {file} | signet seal - --filename {file} > {file}.new && \
                 mv {file}.new {file}` seals anew what you can open"
            ))
        }
        _ => None,
    };
    let remedy = match &error {
        error if error.wants_identity() => Some(
            "name an identity that opens it with --identity; without one, write the whole file anew in clear text and seal that",
        ),
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
    let failure = failure.hint_if(about_file.as_deref());
    let has_anchor = matches!(
        failure.cause(),
        Some(WalkError::Anchor { .. } | WalkError::MergeKey { .. })
    ) || matches!(
        failure.cause(),
        Some(ReadError::Parse(ParseError::Alias { .. }))
    );
    let is_uncertain = matches!(failure.cause(), Some(WalkError::Comment { .. }));
    let is_too_large = matches!(failure.cause(), Some(TypeError::TooBig { .. }));
    failure
        .hint_if(has_anchor.then_some(ANCHORED))
        .hint_if(is_uncertain.then_some(UNCERTAIN))
        .hint_if(is_too_large.then_some(TOO_LARGE))
}

/// The file, if it is not as somebody with its key left it.
fn restored(error: &OpenError) -> Option<&RepoPath> {
    match error {
        OpenError::Seal { path }
        | OpenError::Mac { path }
        | OpenError::Leaf { path, .. }
        | OpenError::Comment { path, .. } => Some(path),
        _ => None,
    }
}
