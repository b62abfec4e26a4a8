//! Compares desired with live and decides every action, in order.
//!
//! [`diff`] takes what a source wants ([`signet_render::Desired`]), what is there ([`Live`], metadata only), what
//! verified earlier revisions contained, and what the tenant may do ([`Limits`]). Its [`Plan`] leaves nothing to decide:
//! each [`Action`] carries the very bytes, resource and preconditions of a request, and their order is the order of the
//! requests.
//!
//! A plan is all or nothing where the tenant's rights end: if one object stands outside of its namespaces, or one
//! stand-in outside of a permitted field, [`Refused`] lists every such object and nothing of the source is written.
//! What only concerns one object (it belongs to another source, its kind is not served) is refused alone, as
//! [`Action::Refused`].
//!
//! No live value is ever read. The annotation `signet.dev/rendered` says which rendering was applied last, and the API
//! server's record of field owners says whether somebody has taken a field from us since: see [`Drift`].

use signet_api::{HOOK, PART_OF, RENDERED};

mod plan;
pub use plan::{Action, Apply, Delete, Drift, Plan, Refusal, Why};

mod diff;
pub use diff::diff;

mod hooks;
pub use hooks::{HookRecord, HookStep, Hooks, Next, Phase, Progress, SeenHook, State, hooks};

mod limits;
pub use limits::Limits;

mod live;
pub use live::{Live, LiveObject, ManagedFields, Operation};

mod apply_set;
pub use apply_set::{ApplySetId, apply_set_id};

mod scope;
pub use scope::{Bound, Offence, Refused, check};

mod prune;
pub use prune::{Guard, PRUNE};

mod stamp;

mod drift;
mod fields;
mod order;
mod resources;
