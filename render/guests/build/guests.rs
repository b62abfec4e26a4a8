//! The steps from Go to machine code.

use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use wasmtime::Result;
use wasmtime::error::Context;

use crate::go::{self, Go};
use crate::kept::{self, Key};
use crate::{compile, snapshot};

/// The folders of the guests' main packages.
const GUESTS: [&str; 2] = ["kustomize", "helm"];

pub(crate) fn build() -> Result<()> {
    for place in ["build", "src/settings.rs", "src/wasi.rs"] {
        println!("cargo::rerun-if-changed={place}");
    }
    let place = Place {
        module: variable("CARGO_MANIFEST_DIR")?.into(),
        out: variable("OUT_DIR")?.into(),
        target: variable("TARGET")?,
    };
    let go = Go::find()?;
    let sources = go.sources(&place.module)?;
    for guest in GUESTS {
        build_guest(&place, &sources, guest)
            .with_context(|| format!("building the guest {guest}"))?;
    }
    Ok(())
}

struct Place {
    module: PathBuf,
    out: PathBuf,
    target: String,
}

fn build_guest(place: &Place, sources: &Key, guest: &str) -> Result<()> {
    let wasm = kept::made(&place.out, guest, "wasm", sources, |file| {
        go::build(&place.module, guest, file)
    })?;
    let key = Key::new()
        .with(&fs::read(&wasm)?)
        .with(include_bytes!("snapshot.rs"))
        .with(include_bytes!("strip.rs"))
        .with(include_bytes!("../src/wasi.rs"));
    let prepared = kept::made(&place.out, guest, "prepared.wasm", &key, |file| {
        write(file, &snapshot::prepare(&fs::read(&wasm)?)?)
    })?;
    let bytes = fs::read(&prepared)?;
    let key = Key::new()
        .with(&bytes)
        .with(place.target.as_bytes())
        .with(include_bytes!("compile.rs"))
        .with(include_bytes!("../src/settings.rs"))
        .with(env!("CARGO_PKG_VERSION").as_bytes());
    let native = kept::made(&place.out, guest, "native", &key, |file| {
        write(file, &compile::compile(&bytes, &place.target)?)
    })?;
    let name = guest.to_uppercase();
    println!("cargo::rustc-env=SIGNET_GUEST_{name}={}", native.display());
    // The same on each architecture, so it can name what rendered a revision.
    println!(
        "cargo::rustc-env=SIGNET_GUEST_{name}_SHA256={}",
        HEXLOWER.encode(&Sha256::digest(&bytes))
    );
    Ok(())
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(file, bytes).with_context(|| format!("writing {}", file.display()))
}

fn variable(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| format!("reading {name}"))
}
