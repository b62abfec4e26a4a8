//! Changes a text by spans; what no edit names stays byte for byte.
//!
//! A node is changed by [`scalar_edit`] and its like; a place in the tree by [`set`], [`insert`] and [`remove`], which
//! take a [`Path`]. All of them give [`Edit`]s, and [`apply`] makes the new text, or [`Rewrite`] while they are being made.

mod apply;
mod brackets;
mod change;
mod layout;
mod lines;
mod path;
mod place;
mod remove;
mod scalar;
mod slot;

pub use apply::{Edit, EditError, Rewrite, apply};
pub use change::{insert, set};
pub use path::{Path, PathError, Step};
pub use remove::remove;
pub use scalar::{comment_edit, plain_edit, scalar_edit};

#[cfg(test)]
mod tests;
