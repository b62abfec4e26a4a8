//! Reads YAML exactly as Kubernetes and as SOPS do, and edits it without touching any other byte.
//!
//! Everything that Signet reads from Git passes through here first, as text that anybody may have written. So a
//! [`Stream`] is read within [`Limits`], duplicate keys are errors, and every [`Node`] and [`Comment`] knows the bytes
//! it came from.
//!
//! A scalar has no type of its own: `yes` is a boolean to Kubernetes and a string to SOPS. The tree keeps the text,
//! and the two readers type it on demand: [`kubernetes::to_json`] for what is applied, [`sops::scalar`] for what is
//! encrypted and hashed. [`from_node`] reads our own documents, strictly.
//!
//! Writing happens in two ways. A file that a person wrote is changed by [`Edit`]s on the spans of its nodes, so that
//! comments, quoting, layout and line endings elsewhere stay as they were; a new document is made by [`emit`]. Whether others
//! changed a file in that way is told by [`differing_scalars`].

mod tree;
pub use tree::{
    Comment, CommentPlace, Document, Entry, Item, Node, Position, Scalar, Span, Stream, Style,
    Value,
};

mod load;
#[cfg(fuzzing)]
pub use load::parse_by_parser;
pub use load::{Aliases, Limits, ParseError, parse};

mod excerpt;
pub use excerpt::excerpt;

pub mod kubernetes;
pub mod sops;

mod typing;
pub use typing::TypeError;

mod fields;
pub use fields::{FieldError, from_node};

pub mod edit;
pub use edit::{Edit, EditError, Rewrite, apply, comment_edit, plain_edit, scalar_edit};

mod compare;
pub use compare::{Unlike, differing_scalars};

mod emit;
pub use emit::{EmitError, emit, quote, to_yaml};

mod writing;
