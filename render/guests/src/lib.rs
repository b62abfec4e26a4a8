//! Runs the real Kustomize and Helm as guests that have no files, network, environment or clock.
//!
//! A guest is the Go library itself, compiled to WebAssembly, started, kept as it was then and compiled to machine code,
//! all when this crate is built: the program carries the code and no compiler. A render takes a fresh copy of that state,
//! which shares what it does not write to, and drops it afterwards: nothing of one render is there in the next.
//!
//! What goes in and comes out is [`Request`] and [`Answer`], in the bytes that `WIRE.md` describes. Whatever a tenant
//! wrote, a render ends within its [`Limits`], with an answer or a [`GuestError`].

mod answer;
pub use answer::{Answer, Complaint, Document, Hook, Role};

mod error;
pub use error::GuestError;

#[cfg(feature = "guests")]
mod guest;

mod guests;
pub use guests::{digest, render};

mod limits;
pub use limits::Limits;

#[cfg(feature = "guests")]
mod machine_code;

mod request;
pub use request::{File, Helm, Kustomize, Renderer, Request};

#[cfg(feature = "guests")]
mod room;

#[cfg(feature = "guests")]
mod settings;

#[cfg(feature = "guests")]
mod wasi;
