//! Reads what anyone can read on a sealed file: its stores, rules, recipients, leaves and stand-ins. No cipher, no key.
//!
//! A sealed file is a SOPS file with a seal in it. Its keys and structure are readable, so much can be said without
//! opening anything: which values are sealed and for whom ([`Metadata`]), what the file claims about its own place
//! ([`SealScope`]), whether that is the place it stands in ([`check_scope`]) and whether its recipients are those that
//! the path demands ([`recipients`]). [`parse`] refuses what SOPS leaves open to more than one reading.
//!
//! Rendering never sees a sealed value. [`Sealed::documents_with_stand_ins`] gives each sealed leaf a [`StandIn`], a
//! constant-length digest of the leaf's place and ciphertext, which travels through rendering, planning and diffing
//! and is exchanged for the value in the request that is sent.
//!
//! What a fresh file has to be outside a fleet is said by a `.sops.yaml`: [`CreationRules`].
//!
//! [`Sealed::canonical`] builds the bytes over which the seal is made. Making and checking it needs the data key and is
//! `signet-seal`'s work.

mod enc;
pub use enc::{Enc, EncError, LeafType};

mod pointer;
pub use pointer::Pointer;

mod rule;
pub use rule::{Pattern, PatternError, Rule};

mod store;
pub use store::{ReadError, Store, UnknownStore, ini, read};

mod plaintext;
pub use plaintext::plaintext;

mod walk;
pub use walk::{Content, Slot, WalkError, is_sealed_comment, walk};

mod object;
pub use object::{
    LAST_APPLIED, SECRET_FIELDS, are_other_objects, generated, head_field, is_for_secrets,
    is_of_another_group, last_applied, secret_values, secrets,
};

mod metadata;
pub use metadata::{Metadata, MetadataError, SealScope, WrappedKey, WrappingError};

mod sealed;
pub use sealed::{
    EnvelopeError, Leaf, Sealed, StrictError, is_clear, is_clear_comment, is_sealed,
    no_other_reading, parse, parse_as, parse_unfinished, parse_unfinished_as, passes_through,
};

mod canonical;

mod documents;

mod stand_in;
pub use stand_in::{STAND_IN_PREFIX, StandIn, StandInError};

mod occurrence;
pub use occurrence::{Occurrence, TooMuchWork, names_stand_in, occurrences};

mod recipients;
pub use recipients::{
    Recipients, RecipientsError, is_of_plugin, normal_recipient, recipients,
    recipients_in_transition,
};

mod scope;
pub use scope::{Scope, ScopeError, check_place, check_recipients, check_scope};

mod creation;
pub use creation::{
    CreationError, CreationRule, CreationRules, ForeignKeysError, Misspelling, Naming, normal_key,
};
