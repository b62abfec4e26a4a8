//! Decides whether a history may be believed, and hands out the tree it covers.
//!
//! A commit is not trusted because it is on the branch. [`verify`](verify()) starts at what is trusted (the
//! [`TrustRoot`]'s introduction, or the last good commit of a [`State`]), walks first parents to
//! the tip, and judges every commit on the way: who signed it, whether the key counted then,
//! and whether that principal, with those who approved it by a signed tag ([`Approval`]), may
//! change each path in which the commit's tree differs from the last good one. Good commits move the last good one on; a bad one does not, so that a revert
//! gets things moving again. A history that does not go on from the last good commit is gone on with where the root group
//! resets it by signed tags ([`Reset`]). The [`Verdict`] hands out a [`Tree<Verified>`](Tree), which cannot
//! be had in any other way, and a [`Refusal`] for what is not believed.
//!
//! Everything is read from raw bytes by strict parsers and hashed again. Where git would settle
//! an ambiguity, the commit is refused. There is no IO here and no clock: objects come from an
//! [`Objects`], the time is an argument.
#![forbid(unsafe_code)]

mod verify;
pub use verify::{
    Foretold, Outlook, Presumed, Relation, Rewrite, Signer, Standing, VerifyError, first_parent,
    newest_on_mainline, presume, rehearse, rehearse_reset, review, verify,
};

mod verdict;
pub use verdict::{HistoryError, Review, Verdict};

mod step;
pub use step::{Allowed, Approved, Denied, Discounted, Step, SuccessionError, check_succession};

mod refusal;
pub use refusal::{Reason, Refusal};

mod trust;
pub use trust::{Introduction, State, TrustRoot, Use};

mod audit;
pub use audit::Record;

mod sighting;
pub use sighting::Sighting;

mod introduction;
pub use introduction::{IntroductionError, introduction_of};

pub mod anchor;

mod authority;
pub use authority::{
    Answer, Authority, Breach, Certificates, Demand, Denial, FieldLimit, Need, PolicyError,
    PolicyKeyError, PolicyReadError, PolicyRemark, Share, Succession, check_policy, fingerprint_of,
    is_covered, tenants_without_rule, uncovered,
};

mod allowed_signers;
pub use allowed_signers::{AllowedSigners, LeftOut, Omission, allowed_signers};

mod tree;
pub use tree::{
    DiffError, Entry, File, FleetError, RawTreeError, Tree, TreeError, Unverified, Verified,
};

mod approval;
pub use approval::{APPROVALS, Approval, ApprovalError, Proposed, Reset, Statement, TagRef};

mod fields;
pub use fields::{Fieldless, check_fields};

mod hidden;
pub use hidden::is_hidden;

mod delta;
pub use delta::{Changed, Delta, DeltaError, Sort};

mod commit;
pub use commit::{Commit, CommitError};

mod tag;
pub use tag::{Tag, TagError};

mod header;

mod signature;
pub use signature::{CertificateError, KeyError, SignatureError, key_fingerprint};

mod object;
pub use object::{Kind, MemoryObjects, Object, ObjectError, Objects, ReadError, Task};

mod mode;
pub use mode::Mode;

mod id;
pub use id::{ObjectId, ObjectIdError};
