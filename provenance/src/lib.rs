//! Decides whether a history may be believed, and hands out the tree it covers.
#![forbid(unsafe_code)]

mod id;
mod mode;
mod object;

pub use id::{ObjectId, ObjectIdError};
pub use mode::Mode;
pub use object::{Kind, MemoryObjects, Object, ObjectError, Objects, ReadError};
