//! Builds the guests: Go makes WebAssembly of them, they are started and kept as they are then, and compiled to the
//! target's machine code. Each step is left out while what it makes is there from the same inputs.
#![expect(clippy::print_stdout, reason = "cargo reads it")]

#[cfg(feature = "guests")]
mod compile;
#[cfg(feature = "guests")]
mod go;
#[cfg(feature = "guests")]
mod guests;
#[cfg(feature = "guests")]
mod kept;
#[cfg(feature = "guests")]
#[path = "../src/settings.rs"]
mod settings;
#[cfg(feature = "guests")]
mod snapshot;
#[cfg(feature = "guests")]
mod strip;
#[cfg(feature = "guests")]
#[path = "../src/wasi.rs"]
mod wasi;

#[cfg(feature = "guests")]
fn main() -> wasmtime::Result<()> {
    guests::build()
}

#[cfg(not(feature = "guests"))]
fn main() {
    println!("cargo::rerun-if-changed=build/main.rs");
}
