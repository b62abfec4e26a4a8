//! From Go to WebAssembly.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use wasmtime::error::Context;
use wasmtime::{Result, bail, ensure};

use crate::kept::Key;

/// What `kustomize version` would say, which goes into labels when asked for: the release that has this library.
const LINKED: &str = "-s -w -X sigs.k8s.io/kustomize/api/provenance.version=kustomize/v5.8.2";
const OLDEST: (u32, u32) = (1, 26);
const REMEDY: &str = "install Go 1.26 or newer (https://go.dev/dl), or build with --no-default-features, without Kustomize and Helm";

/// The Go toolchain on the `PATH`.
pub(crate) struct Go {
    version: String,
}

impl Go {
    pub(crate) fn find() -> Result<Self> {
        println!("cargo::rerun-if-env-changed=PATH");
        let output = go(&["env", "GOVERSION", "GOROOT"]).output();
        let output = output.with_context(|| format!("running `go`: {REMEDY}"))?;
        let facts = text(output, "`go env`")?;
        let (version, root) = facts
            .trim()
            .split_once('\n')
            .context("`go env` says no version")?;
        let root = PathBuf::from(root);
        println!("cargo::rerun-if-changed={}", root.join("VERSION").display());
        ensure!(recent(version), "`go` is {version}: {REMEDY}");
        Ok(Self {
            version: version.to_owned(),
        })
    }

    /// The digest of all that Go makes the guests from.
    pub(crate) fn sources(&self, module: &Path) -> Result<Key> {
        let mut files = Vec::new();
        for place in [
            "go.mod",
            "go.sum",
            "guest",
            "helm",
            "kustomize",
            "stubs",
            "wire",
        ] {
            println!("cargo::rerun-if-changed={place}");
            collect(&module.join(place), &mut files)?;
        }
        files.sort();
        let mut key = Key::new()
            .with(self.version.as_bytes())
            .with(include_bytes!("go.rs"));
        for file in files {
            let content = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
            key = key
                .with(file.strip_prefix(module)?.to_string_lossy().as_bytes())
                .with(&content);
        }
        Ok(key)
    }
}

/// Makes a library of the guest's main package, the same bytes wherever it is made.
pub(crate) fn build(module: &Path, guest: &str, file: &Path) -> Result<()> {
    let package = format!("./{guest}");
    let output = go(&[
        "build",
        "-trimpath",
        "-buildvcs=false",
        "-buildmode=c-shared",
    ])
    .arg(format!("-ldflags={LINKED}"))
    .arg("-o")
    .arg(file)
    .arg(&package)
    .current_dir(module)
    .env("GOOS", "wasip1")
    .env("GOARCH", "wasm")
    .output()
    .context("running `go build`")?;
    text(output, "`go build`")?;
    Ok(())
}

/// Go with nothing that a person may have set for other builds.
fn go(arguments: &[&str]) -> Command {
    let mut command = Command::new("go");
    command
        .args(arguments)
        .env("CGO_ENABLED", "0")
        .env("GOENV", "off")
        .env("GOFLAGS", "-mod=readonly")
        .env("GOTOOLCHAIN", "local")
        .env("GOWORK", "off");
    for name in ["GODEBUG", "GOEXPERIMENT", "GOFIPS140", "GOWASM"] {
        command.env_remove(name);
    }
    command
}

fn text(output: Output, what: &str) -> Result<String> {
    if !output.status.success() {
        bail!(
            "{what} failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn recent(version: &str) -> bool {
    let mut numbers = version.trim_start_matches("go").split(['.', 'r', 'b', ' ']);
    let mut number = || numbers.next().and_then(|number| number.parse::<u32>().ok());
    matches!((number(), number()), (Some(major), Some(minor)) if (major, minor) >= OLDEST)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(|| format!("reading {}", path.display()))? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}
