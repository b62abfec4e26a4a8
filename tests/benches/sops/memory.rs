//! The most memory that each program has at one time.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use signet_tests::bench::Table;

use crate::material::{Material, any_bytes, json_of, small, yaml_of};

/// The flag that makes this program the parent of another one, whose peak it prints.
pub(crate) const PEAK_OF: &str = "--peak-of";

/// A file's name, and its content.
type File = (&'static str, fn() -> Vec<u8>);

const FILES: [(&str, File); 5] = [
    ("a small file", ("small.yaml", || small(0).into())),
    (
        "5,000 values of YAML",
        ("values.yaml", || yaml_of(5_000).into()),
    ),
    (
        "50,000 values of YAML",
        ("more.yaml", || yaml_of(50_000).into()),
    ),
    (
        "5,000 values of JSON",
        ("values.json", || json_of(5_000).into()),
    ),
    ("10 MB of any bytes", ("any.bin", || any_bytes(10_000_000))),
];

pub(crate) fn measure(material: &Material, table: &mut Table) -> Result<()> {
    let age = material.age();
    for (what, (name, content)) in FILES {
        let [seal, open] = ["seal", "open"].map(|verb| format!("memory to {verb} {what}"));
        if table.wants(&seal) {
            let mut words = vec!["seal", name];
            let recipients = material.recipients.required.iter();
            words.extend(recipients.flat_map(|recipient| ["--age", recipient]));
            material.write(name, content())?;
            let sops = peak_of(&material.sops(&["encrypt", "--age", &age, name]))?;
            let signet = peak_of(&material.signet(&words))?;
            table.peaks(&seal, sops, signet, bound(material, name)?);
        }
        if table.wants(&open) {
            material.write_sealed(name, content())?;
            let sops = peak_of(&material.sops(&["decrypt", name]))?;
            let signet = peak_of(&material.signet(&["open", name]))?;
            table.peaks(&open, sops, signet, bound(material, name)?);
        }
    }
    Ok(())
}

/// 10 MiB and four times the sealed file, in KiB.
fn bound(material: &Material, name: &str) -> Result<u64> {
    Ok(10 * 1024 + 4 * material.sops.path(name).metadata()?.len().div_ceil(1024))
}

/// The peak of a program in KiB. Its parent is a small process of its own: until the program begins, the kernel counts
/// what the parent has.
fn peak_of(program: &Command) -> Result<u64> {
    let mut parent = Command::new(std::env::current_exe()?);
    parent
        .arg(PEAK_OF)
        .arg(program.get_program())
        .args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => parent.env(name, value),
            None => parent.env_remove(name),
        };
    }
    if let Some(folder) = program.get_current_dir() {
        parent.current_dir(folder);
    }
    let output = parent.stderr(Stdio::inherit()).output()?;
    ensure!(
        output.status.success(),
        "{program:?} ended with {}",
        output.status
    );
    let printed = String::from_utf8(output.stdout)?;
    printed
        .trim()
        .parse()
        .context("reading the peak of a program")
}

/// Runs the program and prints the peak of its memory.
pub(crate) fn print_peak_of(words: &[String]) -> Result<()> {
    let [program, arguments @ ..] = words else {
        bail!("{PEAK_OF} wants a program");
    };
    let mut command = Command::new(program);
    let status = command.args(arguments).stdout(Stdio::null()).status()?;
    ensure!(status.success(), "{program} ended with {status}");
    // Bytes on macOS, KiB elsewhere.
    let unit = if cfg!(target_os = "macos") { 1024 } else { 1 };
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss() / unit;
    writeln!(std::io::stdout(), "{peak}")?;
    Ok(())
}
