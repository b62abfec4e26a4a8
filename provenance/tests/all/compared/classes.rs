//! Why something does not count here that git accepts.
//!
//! Each error that git may answer with a yes has its reason in this list. For all the others git has to say no as well.

use signet_provenance::{CommitError, KeyError, Reason, SignatureError, TagError};

use super::ours::Refused;

/// The reasons that twenty thousand cases come upon: a reason that none does is none.
pub(super) const OF_COMMITS: &[&str] = &[
    NUL,
    NO_BODY,
    HEADERS,
    FOREIGN,
    DATE,
    MANY,
    ARMOUR,
    OLD_VERSION,
    RESERVED,
    KEY_STRENGTH,
    APPLICATION,
    UNTOUCHED,
    SPELLING,
    NAMES,
    ELSEWHERE,
    CLOCK,
];
/// As [`OF_COMMITS`].
pub(super) const OF_TAGS: &[&str] = &[
    NUL,
    NO_BODY,
    HEADERS,
    FOREIGN,
    DATE,
    ARMOUR,
    OLD_VERSION,
    RESERVED,
    KEY_STRENGTH,
    APPLICATION,
    UNTOUCHED,
    SPELLING,
    NAMES,
    TAG_NAME,
    TAG_OF,
    TAG_FOLLOWED,
    APPROVAL,
];

const LARGE: &str = "the size of what is read is bounded: git reads any";
const NUL: &str = "no NUL: git verifies what stands behind it and shows what stands before it";
const NO_BODY: &str = "an empty line ends the header: to git its end does as well";
const HEADERS: &str =
    "each header once and in its place: git takes the first of several, other readers the last";
const FOREIGN: &str =
    "no header that no signature covers: git leaves out whatever begins with gpgsig";
const DATE: &str = "a date has one spelling: git guesses, or takes it for 1970";
const MANY: &str = "at most sixteen parents: git walks any number";
const ARMOUR: &str = "an armour has one spelling but for its line width and white space behind it: git skips white space and whatever follows the end";
const OLD_VERSION: &str =
    "version 1 of the format: ssh-keygen takes every older one, of which there is none";
const RESERVED: &str =
    "nothing in the reserved field, which no signature covers: ssh-keygen skips it";
const KEY_SPELLING: &str = "a key has one spelling, hence one fingerprint";
const KEY_STRENGTH: &str = "RSA keys have 2048 bits at least: ssh-keygen takes 1024";
const APPLICATION: &str =
    "a security key signs here for SSH alone: ssh-keygen takes any application";
const UNTOUCHED: &str =
    "a security key is touched unless the policy says otherwise: ssh-keygen does not look";
const SPELLING: &str = "a signature has one spelling: ssh-keygen reduces the number of an ed25519 one and skips zeros before those of an ecdsa one";
const NAMES: &str = "a name ends where it ends: ssh-keygen skips a NUL behind it";
const ELSEWHERE: &str =
    "a commit stands on the last good one and has its tree: git looks at the one object alone";
const CLOCK: &str = "a commit is not made after it was seen: git believes the committer";
const TAG_NAME: &str =
    "a tag stands under the name that it was signed with: git verifies it under any";
const TAG_OF: &str = "a tag is of a commit: git verifies it whatever it is of";
const TAG_FOLLOWED: &str = "nothing follows a tag's signature: git does not look at it";
const APPROVAL: &str =
    "an approval says what is approved, by whom and until when: git knows of none";

/// The reason for which git may accept what is refused like this; `None` where it must not.
pub(super) fn reason(refused: &Refused, made: &[&str]) -> Option<&'static str> {
    match refused {
        Refused::Commit(error) => Some(of_commit(error)),
        Refused::Tag(error) => Some(of_tag(error)),
        Refused::Signature(error) => of_signature(error, made),
        Refused::Elsewhere => Some(ELSEWHERE),
        Refused::Time(Reason::FutureDated) => Some(CLOCK),
        Refused::Unsigned | Refused::UnknownKey | Refused::Time(_) => None,
        Refused::NoApproval => Some(APPROVAL),
        Refused::Idle(why) => of_approval(why, made),
    }
}

fn of_commit(error: &CommitError) -> &'static str {
    match error {
        CommitError::TooLarge { .. } | CommitError::SignatureTooLarge { .. } => LARGE,
        CommitError::Nul => NUL,
        CommitError::NoBody => NO_BODY,
        CommitError::Header { .. }
        | CommitError::Repeated { .. }
        | CommitError::Name { .. }
        | CommitError::Continuation { .. } => HEADERS,
        CommitError::ForeignSignature { .. } => FOREIGN,
        CommitError::Date { .. } => DATE,
        CommitError::TooManyParents { .. } => MANY,
    }
}

fn of_tag(error: &TagError) -> &'static str {
    match error {
        TagError::TooLarge { .. } | TagError::SignatureTooLarge { .. } => LARGE,
        TagError::Nul => NUL,
        TagError::NoBody => NO_BODY,
        TagError::Header { .. } | TagError::Foreign { .. } => HEADERS,
        TagError::SignatureHeader { .. } => FOREIGN,
        TagError::Date { .. } => DATE,
        TagError::Nested | TagError::Type => TAG_OF,
        TagError::Name { .. } => TAG_NAME,
        TagError::Followed => TAG_FOLLOWED,
    }
}

fn of_signature(error: &SignatureError, made: &[&str]) -> Option<&'static str> {
    match error {
        SignatureError::Armor { .. } => Some(ARMOUR),
        SignatureError::Malformed { what } => match *what {
            "its version is not 1" => Some(OLD_VERSION),
            "its reserved field is not empty" => Some(RESERVED),
            "its inner signature has a wrong length" => Some(SPELLING),
            "its hash is neither sha256 nor sha512" => Some(NAMES),
            _ => None,
        },
        SignatureError::Key(error) => of_key(error),
        SignatureError::Untouched => Some(UNTOUCHED),
        SignatureError::Wrong => made.contains(&"the order added to it").then_some(SPELLING),
        SignatureError::Namespace { namespace: name }
        | SignatureError::Algorithm {
            algorithm: name, ..
        } => of_name(name),
        // Nobody has an OpenPGP key there, neither for git.
        SignatureError::Purpose { .. }
        | SignatureError::Digest { .. }
        | SignatureError::ShortDigest { .. }
        | SignatureError::Critical { .. }
        | SignatureError::Incapable { .. }
        | SignatureError::Predates { .. }
        | SignatureError::Unsupported { .. } => None,
    }
}

fn of_name(name: &str) -> Option<&'static str> {
    name.ends_with("\\0").then_some(NAMES)
}

fn of_key(error: &KeyError) -> Option<&'static str> {
    match error {
        KeyError::Malformed => Some(KEY_SPELLING),
        KeyError::RsaSize { .. } => Some(KEY_STRENGTH),
        KeyError::Application => Some(APPLICATION),
        KeyError::Algorithm { name } => of_name(name),
        KeyError::Certificate => None,
    }
}

/// What the refusal of a step says of the one approval, without its type.
fn of_approval(why: &str, made: &[&str]) -> Option<&'static str> {
    if why.contains("approval by ") {
        return Some(APPROVAL);
    }
    let malformed = |what| SignatureError::Malformed { what };
    let armour = "the signature's armour is malformed: ";
    let errors = [
        malformed("its version is not 1"),
        malformed("its reserved field is not empty"),
        malformed("its inner signature has a wrong length"),
        SignatureError::Untouched,
        SignatureError::Wrong,
    ];
    let errors = errors.iter().find(|error| why.contains(&error.to_string()));
    let keys = [
        KeyError::Malformed,
        KeyError::RsaSize { bits: 1024 },
        KeyError::Application,
    ];
    let keys = keys.iter().find(|error| why.contains(&error.to_string()));
    let names = [
        r#"\0" signature does not belong"#,
        r#"namespace "git\0""#,
        "its hash is neither",
        r#"\0" keys are not supported"#,
    ];
    if names.iter().any(|name| why.contains(name)) {
        return Some(NAMES);
    }
    match (errors, keys) {
        (Some(error), _) => of_signature(error, made),
        (None, Some(error)) => of_key(error),
        (None, None) => why.contains(armour).then_some(ARMOUR),
    }
}
