//! Signet's rooms called in this process, against a process of sops for each file.

use std::fs;
use std::hint::black_box;
use std::ops::Range;
use std::thread::{self, ScopedJoinHandle};

use anyhow::Result;
use signet_api::RepoPath;
use signet_envelope::{Store, parse_unfinished};
use signet_seal::{rotate_file, seal_file};
use signet_tests::bench::{Table, each_of, median};

use crate::material::{Material, any_bytes, random, run, small, yaml_of};

const FILES: usize = 1_000;
const VALUES: usize = 5_000;
const BYTES: usize = 10_000_000;
const TURNS: usize = 9;

pub(crate) fn measure(material: &Material, table: &mut Table) -> Result<()> {
    small_files(material, table)?;
    for (what, file, at_least) in [
        ("5,000 values", File::Values, 20.0),
        ("10 MB of any bytes", File::Bytes, 3.0),
    ] {
        large_file(what, &file, at_least, material, table)?;
    }
    Ok(())
}

enum File {
    Values,
    Bytes,
}

fn small_files(material: &Material, table: &mut Table) -> Result<()> {
    let open = "open a small file of two recipients, each of 1,000";
    let rotate = "rotate a small file of two recipients, each of 1,000, on all cores";
    if !table.wants(open) && !table.wants(rotate) {
        return Ok(());
    }
    let names = |who: &str| {
        (0..FILES)
            .map(|number| format!("{who}-{number}.yaml"))
            .collect::<Vec<_>>()
    };
    let (theirs, ours) = (names("sops"), names("signet"));
    for (number, name) in theirs.iter().chain(&ours).enumerate() {
        material.write_sealed(name, small(number % FILES))?;
    }
    if table.wants(open) {
        let pair = each_of(
            FILES,
            |turn| of_sops(material, &["decrypt"], &ours[turn]),
            |turn| open_all(material, &ours[turn]),
        )?;
        table.times(open, pair, 50.0);
    }
    if table.wants(rotate) {
        let pair = each_of(
            FILES,
            |turn: Range<usize>| of_sops(material, &["rotate", "--in-place"], &theirs[turn]),
            |turn| on_all_cores(&ours[turn], |names| rotate_all(material, names)),
        )?;
        table.times(rotate, pair, 50.0);
    }
    Ok(())
}

fn large_file(
    what: &str,
    file: &File,
    at_least: f64,
    material: &Material,
    table: &mut Table,
) -> Result<()> {
    let (extension, plain) = match file {
        File::Values => ("yaml", yaml_of(VALUES).into_bytes()),
        File::Bytes => ("bin", any_bytes(BYTES)),
    };
    let [clear, sealed] = ["clear", "sealed"].map(|name| format!("{name}.{extension}"));
    let [seal, open] = ["seal", "open"].map(|verb| format!("{verb} {what}"));
    if table.wants(&seal) {
        material.write(&clear, &plain)?;
        let age = material.age();
        let pair = median(
            TURNS,
            || run(material.sops(&["encrypt", "--age", &age, &clear])),
            || seal_one(material, &clear),
        )?;
        table.times(&seal, pair, at_least);
    }
    if table.wants(&open) {
        material.write_sealed(&sealed, &plain)?;
        let pair = median(
            TURNS,
            || run(material.sops(&["decrypt", &sealed])),
            || open_all(material, std::slice::from_ref(&sealed)),
        )?;
        table.times(&open, pair, at_least);
    }
    Ok(())
}

fn of_sops(material: &Material, words: &[&str], names: &[String]) -> Result<()> {
    names
        .iter()
        .try_for_each(|name| run(material.sops(&[words, &[name.as_str()]].concat())))
}

fn open_all(material: &Material, names: &[String]) -> Result<()> {
    for name in names {
        let text = fs::read_to_string(material.sops.path(name))?;
        let path: RepoPath = name.parse()?;
        #[expect(
            clippy::disallowed_methods,
            reason = "what is measured is how long it takes to open a file"
        )]
        let opened =
            signet_seal::open_file(&text, Store::of(&path), &path, &material.identities, None)?;
        black_box(opened);
    }
    Ok(())
}

fn seal_one(material: &Material, name: &str) -> Result<()> {
    let text = fs::read(material.sops.path(name))?;
    let path = name.parse()?;
    black_box(seal_file(text, &material.request(&path), &mut random)?);
    Ok(())
}

/// The work on an equal part of the files for each core.
fn on_all_cores(names: &[String], work: impl Fn(&[String]) -> Result<()> + Sync) -> Result<()> {
    let cores = thread::available_parallelism()?.get();
    thread::scope(|scope| {
        let parts = names.chunks(names.len().div_ceil(cores));
        let threads: Vec<_> = parts.map(|part| scope.spawn(|| work(part))).collect();
        let mut ends = threads.into_iter().map(ScopedJoinHandle::join);
        ends.try_for_each(|end| end.expect("rotating answers with errors, and panics nowhere"))
    })
}

fn rotate_all(material: &Material, names: &[String]) -> Result<()> {
    for name in names {
        let text = fs::read_to_string(material.sops.path(name))?;
        let path = name.parse()?;
        let sealed = parse_unfinished(&text, &path)?;
        let rotated = rotate_file(&sealed, &material.request(&path), &mut random)?;
        fs::write(material.sops.path(name), rotated)?;
    }
    Ok(())
}
