//! Why a file was not sealed.

use std::collections::BTreeSet;
use std::fmt;

use signet_api::{ClusterName, RepoPath, TenantName};
use signet_envelope::{EnvelopeError, ReadError, ScopeError, StrictError, WalkError};
use signet_yaml::{Position, TypeError};

use super::Altered;
use crate::{OpenError, WrapError};

/// A file that no seal shows to be of the place where it stands.
#[derive(Debug)]
pub struct Incoming {
    /// The file.
    pub path: RepoPath,
    /// The place of its tenant that it was sealed for; nothing where it has no seal.
    pub from: Option<Origin>,
    /// Whose file it would be.
    pub tenant: TenantName,
    /// The clusters of its new place.
    pub is_for: Vec<ClusterName>,
    /// Who is to open it there and cannot now; of a file without a seal, whose list of recipients anybody may have written, all
    /// who are to open it.
    pub joins: Vec<String>,
    /// Who opens it now and is not to open it there; of a file without a seal nobody can say.
    pub leaves: Vec<String>,
}

/// The place that a file was sealed for.
#[derive(Debug)]
pub struct Origin {
    /// The path.
    pub path: RepoPath,
    /// The clusters.
    pub clusters: Vec<String>,
}

impl fmt::Display for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        let is_for = in_order(self.is_for.iter().map(ClusterName::as_str));
        let Some(Origin {
            path: from,
            clusters,
        }) = &self.from
        else {
            let tenant = &self.tenant;
            return write!(
                f,
                "{path} has no seal: nothing says that it belongs to tenant {tenant} on the clusters {is_for}"
            );
        };
        let was_for = in_order(clusters.iter().map(String::as_str));
        write!(
            f,
            "{path} was sealed for the path {from} and the clusters {was_for}"
        )?;
        if is_for == was_for {
            return Ok(());
        }
        write!(f, ", not {is_for}")
    }
}

fn in_order<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: BTreeSet<&str> = names.collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// Why a file was not sealed. Nothing here quotes a value.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It is no text.
    #[error("{path} is not UTF-8 text; only files of the binary store may be anything else")]
    NotText {
        /// The file.
        path: RepoPath,
    },
    /// It is not of its store, exceeds a limit, repeats a key or has an anchor.
    #[error("reading {path}")]
    Parse {
        /// The file.
        path: RepoPath,
        /// Where and why.
        #[source]
        source: ReadError,
    },
    /// It has a structure that SOPS cannot seal, or not with one meaning.
    #[error("reading {path}")]
    Tree {
        /// The file.
        path: RepoPath,
        /// Where and why.
        #[source]
        source: WalkError,
    },
    /// A value has no type that SOPS knows.
    #[error("reading {path}")]
    Type {
        /// The file.
        path: RepoPath,
        /// Where and why.
        #[source]
        source: TypeError,
    },
    /// It is sealed already and cannot be read as such.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It is sealed already, for another place or for other people.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// It is sealed already, for another path of the same tenant, or for no place.
    #[error("{0}")]
    Incoming(Box<Incoming>),
    /// It holds an age identity, and nothing says that it was sealed for its path.
    #[error(
        "{path} holds an age identity, and nothing says that it was sealed for this path: identities stay where they are"
    )]
    Identity {
        /// The file.
        path: RepoPath,
    },
    /// A comment would show in the clear what was sealed.
    #[error(
        "{path}: {at}: the comment holds what was sealed, and would stand in the clear where nothing is sealed around it"
    )]
    Uncovered {
        /// The file.
        path: RepoPath,
        /// Where, in the new plaintext.
        at: Position,
    },
    /// It is sealed already, and what is sealed does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its seal does not hold, or there is something to add to it, and parts that are sealed are not those of a version
    /// that is known to be right.
    #[error("{path} is sealed already, and nothing vouches for: {}", listed(parts))]
    Altered {
        /// The file.
        path: RepoPath,
        /// The parts.
        parts: Vec<Altered>,
    },
    /// It is sealed already, there is something to change, and nobody's identity was given.
    #[error("{path} is sealed already; changing it needs an identity that opens it")]
    NeedsIdentity {
        /// The file.
        path: RepoPath,
    },
    /// Nobody could open it.
    #[error("there is nobody to seal {path} for")]
    NoRecipients {
        /// The file.
        path: RepoPath,
    },
    /// A recipient cannot be used, or the key cannot be split among the key groups.
    #[error("sealing {path}")]
    Wrap {
        /// The file.
        path: RepoPath,
        /// Which, and why.
        #[source]
        source: WrapError,
    },
    /// The rule selects nothing.
    #[error("{path} has no value to seal under the rule {rule}: {value}")]
    NothingSelected {
        /// The file.
        path: RepoPath,
        /// The rule's name.
        rule: &'static str,
        /// What it says.
        value: String,
    },
    /// The file is empty.
    #[error("{path} is empty: there is nothing to seal")]
    NoContent {
        /// The file.
        path: RepoPath,
    },
    /// A new plaintext brings metadata of its own.
    #[error("{path}: {at}: the new text holds a sops block, which is not for people to write")]
    HasBlock {
        /// The file.
        path: RepoPath,
        /// Where.
        at: Position,
    },
    /// A new plaintext holds nothing.
    #[error("{path}: nothing would be left in it; remove the file instead")]
    Empty {
        /// The file.
        path: RepoPath,
    },
    /// A new data key cannot be wrapped for everybody that the file is sealed for.
    #[error(
        "{path} is also sealed for {}, for whom Signet wraps no key; a new data key would lock them out",
        foreign.join(", ")
    )]
    Foreign {
        /// The file.
        path: RepoPath,
        /// For whom, with SOPS' name of the list.
        foreign: Vec<String>,
    },
    /// The file needs several recipients together, and would open for any one of them afterwards.
    #[error(
        "the data key of {path} is split among key groups: name the groups that it is to be split among (key_groups in .sops.yaml)"
    )]
    Ungrouped {
        /// The file.
        path: RepoPath,
    },
    /// Somebody cannot be taken away, because nobody would be left.
    #[error(
        "{path}: without {} nobody would be left {}",
        removed.join(", "), whose(*number, *groups)
    )]
    Abandoned {
        /// The file.
        path: RepoPath,
        /// Which of its key groups would have nobody, from 1.
        number: usize,
        /// How many groups it has.
        groups: usize,
        /// Who was to be taken away.
        removed: Vec<String>,
    },
    /// A clear value looks sealed.
    #[error("{path}: {at}: the value begins like a sealed one, but nothing there was sealed")]
    LooksSealed {
        /// The file.
        path: RepoPath,
        /// Where.
        at: Position,
    },
    /// A value carries a tag, which the sealed text would contradict; or is a text without quotes that begins with `!`, which
    /// is why the tag is not quoted.
    #[error(
        "{path}: {at}: a value with a tag cannot be sealed in place{}",
        instead_of(*is_binary)
    )]
    Tagged {
        /// The file.
        path: RepoPath,
        /// Where.
        at: Position,
        /// Whether the tag is `!!binary`.
        is_binary: bool,
    },
    /// A file of Secrets holds another kind of which something would be sealed.
    #[error(
        "{path}: {at}: this stands in no Secret, but the rule for the Secrets of the file would seal it"
    )]
    MixedKinds {
        /// The file.
        path: RepoPath,
        /// Where the value stands.
        at: Position,
    },
    /// In a fleet, a field would be sealed that has to be read before anything is opened.
    #[error(
        "{path}: {at}: this is a Kubernetes object, and its {field} cannot be sealed: it says what the object is"
    )]
    Head {
        /// The file.
        path: RepoPath,
        /// Where the value stands.
        at: Position,
        /// The field of the object.
        field: &'static str,
    },
    /// Sealed, it would have more than one reading.
    #[error("{path} cannot be sealed with one meaning")]
    Strict {
        /// The file.
        path: RepoPath,
        /// Where and why.
        #[source]
        source: StrictError,
    },
    /// The sealed comment would leave clear what follows it.
    #[error(
        "{path}: {at}: unencrypted_comment_regex matches this comment once it is sealed, and nobody would open the file: {pattern:?} must not match text like ENC[AES256_GCM,data:…,iv:…,tag:…,type:comment]"
    )]
    CiphertextDecides {
        /// The file.
        path: RepoPath,
        /// Where the comment stands.
        at: Position,
        /// The regular expression.
        pattern: String,
    },
    /// SOPS seals the comment, and in front of the `sops` block it would belong to something that stays clear.
    #[error(
        "{path}: {at}: in front of the sops block this comment would stay in the clear, and sops seals it: put it in front of what it is about, in the same column"
    )]
    CommentAtEnd {
        /// The file.
        path: RepoPath,
        /// Where the comment stands.
        at: Position,
    },
    /// The layout leaves no place for an edit.
    #[error("{path}: {at}: this layout cannot be sealed in place")]
    Layout {
        /// The file.
        path: RepoPath,
        /// Where.
        at: Position,
    },
}

impl SealError {
    /// Whether something is wrong with a sealed file itself, or nothing says that it belongs where it is: whoever can write to it
    /// can have it so.
    #[must_use]
    pub fn is_of_file(&self) -> bool {
        match self {
            Self::Scope(error) => !matches!(error, ScopeError::Recipients { .. }),
            Self::Open(error) => error.is_of_file(),
            Self::Incoming(_)
            | Self::Identity { .. }
            | Self::NotText { .. }
            | Self::Parse { .. }
            | Self::Tree { .. }
            | Self::Type { .. }
            | Self::Envelope(_)
            | Self::Foreign { .. }
            | Self::Ungrouped { .. }
            | Self::LooksSealed { .. }
            | Self::Tagged { .. }
            | Self::MixedKinds { .. }
            | Self::Head { .. }
            | Self::Strict { .. }
            | Self::CiphertextDecides { .. }
            | Self::CommentAtEnd { .. }
            | Self::Layout { .. }
            | Self::Uncovered { .. }
            | Self::NothingSelected { .. }
            | Self::NoContent { .. } => true,
            // What a person is asked about, or what is wrong with the request.
            Self::Altered { .. }
            | Self::NeedsIdentity { .. }
            | Self::NoRecipients { .. }
            | Self::Wrap { .. }
            | Self::HasBlock { .. }
            | Self::Empty { .. }
            | Self::Abandoned { .. } => false,
        }
    }

    /// Whether an identity is missing that opens what is sealed already.
    #[must_use]
    pub fn wants_identity(&self) -> bool {
        matches!(
            self,
            Self::NeedsIdentity { .. }
                | Self::Open(OpenError::NotForIdentity { .. } | OpenError::Groups { .. })
        )
    }
}

fn instead_of(is_binary: bool) -> &'static str {
    if is_binary {
        ": SOPS gives text back without the tag; write it so, and bytes that are no text in one line of base64"
    } else {
        "; a text that begins with `!` needs quotes"
    }
}

fn listed(parts: &[Altered]) -> String {
    let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    parts.join("; ")
}

fn whose(number: usize, groups: usize) -> String {
    match groups {
        1 => "to open it".to_owned(),
        _ => format!("in key group {number} of {groups}"),
    }
}
