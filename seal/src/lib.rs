//! Does what only a key holder can: seals, opens, splices, rotates.
//!
//! [`seal_file`] takes a text that somebody wrote and a list of recipients and gives back the same text with its values
//! sealed in place, everything else byte for byte. Below is SOPS: one data key for each file, AES-256-GCM for each
//! value with the value's place as additional data, a MAC over all values, the data key wrapped by age for each
//! recipient. On top is the seal, a keyed hash over everything that SOPS leaves open: names, types, structure, recipients
//! and the file's own place. A file that is sealed already is sealed again only if its own seal holds or somebody answers
//! for it ([`Voucher`]): sealing must not bless what was moved about without the key.
//!
//! [`open`] is the way back in a cluster. It takes a verified tree and the leaves of a plan, and opens each file in one
//! order: limits and syntax, the place that the file claims, its recipients, the data key by *the* identity, the seal,
//! the values, the MAC. Only then does it hand out [`Opened`], which nothing but [`splice`] can read: that puts each value
//! where its stand-in stands in an object and gives the [`Body`] of the request.
//!
//! An [`Identity`] opens, a recipient is its public half. Nothing decrypted is printable, copyable or serialisable here,
//! and each door to a secret is opened by an `#[expect(clippy::disallowed_methods)]` with its reason.

mod random;
pub use random::Random;

mod identity;
pub use identity::{Identity, IdentityError, ProtectedSshKey, is_age_file};

mod recipient;
pub use recipient::{RecipientError, check_recipient, classical_beside_post_quantum};

mod file;
pub use file::{
    Altered, Incoming, Markers, MergeError, Merged, Origin, SECRET_RULE, SealError, SealPlace,
    SealRequest, Side, Sides, Unwritable, Voucher, edit_file, has_nothing_to_seal, merge_file,
    regroup, rotate_file, seal_file,
};

pub mod flat;

mod respelled;
pub use respelled::respelled;

mod open;
pub use open::{
    OpenScope, Opened, OpenedText, UnopenedComment, open, open_file, open_identities,
    open_identity, open_sealed,
};

mod clear_text;
pub use clear_text::ClearText;

mod mac;
pub use mac::check_last_modified;

mod spelled;
pub use spelled::{Spelled, Spelling};

mod error;
pub use error::{MissingGroup, OpenError};

mod version;
pub use version::Version;

mod splice;
pub use splice::{Body, SpliceError, splice};

mod hardening;
pub use hardening::{CoreLimit, harden, harden_for_now};

mod unlock;

mod key_groups;
pub use key_groups::{KeyGroups, KeyGroupsError};

mod key_text;

mod shamir;
pub use shamir::SharesError;

mod wrap;
pub use wrap::{UnwrapError, WrapError};

mod cipher;
mod curve25519;
mod data_key;
mod hybrid;
#[cfg(test)]
mod hygiene;
mod layout;
mod locked;
mod parallel;
mod ssh_ed25519;
mod stamp;
mod stanza;
#[cfg(test)]
mod testing;
mod value;
mod x25519;
