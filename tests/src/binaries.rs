//! The programs under test, built by cargo.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};

/// Paths of the two programs.
#[derive(Clone, Debug)]
pub struct Binaries {
    /// The person's tool.
    pub signet: PathBuf,
    /// The agent.
    pub agent: PathBuf,
}

/// How the programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// As `cargo test` builds everything else.
    Dev,
    /// Optimised, in a minute.
    Release,
    /// As they are shipped.
    Dist,
}

/// Builds both programs in the profile of the tests, once per process.
///
/// # Panics
/// If the build fails; the message holds the compiler's.
pub fn binaries() -> Binaries {
    static BUILT: OnceLock<Binaries> = OnceLock::new();
    BUILT
        .get_or_init(|| build(Profile::Dev).unwrap_or_else(|error| panic!("{error:#}")))
        .clone()
}

/// Builds both programs.
///
/// # Errors
/// If cargo can't be started or does not succeed; the message holds its output.
pub fn build(profile: Profile) -> Result<Binaries> {
    // The whole workspace resolves features as `cargo test --workspace` did, so nothing is compiled twice.
    let folder = match profile {
        Profile::Dev => compile(profile, &["--workspace", "--bins"]),
        Profile::Release | Profile::Dist => compile(
            profile,
            &["--package", "signet", "--package", "signet-agent"],
        ),
    }?;
    Ok(Binaries {
        signet: folder.join("signet"),
        agent: folder.join("signet-agent"),
    })
}

/// Builds the person's tool alone, as it is shipped.
///
/// # Errors
/// As [`build`].
pub fn build_signet() -> Result<PathBuf> {
    let folder = compile(Profile::Dist, &["--package", "signet"])?;
    Ok(folder.join("signet"))
}

/// Returns the folder in which cargo put what it was asked for.
fn compile(profile: Profile, what: &[&str]) -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("the harness lies in the workspace")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(["build", "--quiet"]);
    // What cargo tells a test about its package: build scripts that look at it, as ring's does, would run again, and be followed
    // by all that depends on them, each time that a test and a person build in turn.
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let of_package = |name: &String| {
        ["CARGO_MANIFEST_", "CARGO_PKG_"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    for name in names.filter(of_package) {
        command.env_remove(name);
    }
    command.args(match profile {
        Profile::Dev => &[][..],
        Profile::Release => &["--release"],
        Profile::Dist => &["--profile", "dist"],
    });
    let output = command.args(what).output().context("starting cargo")?;
    ensure!(
        output.status.success(),
        "building the binaries failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), |dir| root.join(dir));
    Ok(target.join(match profile {
        Profile::Release => "release",
        Profile::Dist => "dist",
        Profile::Dev => "debug",
    }))
}
