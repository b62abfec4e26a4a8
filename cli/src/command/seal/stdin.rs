//! `signet seal -`: from stdin to stdout.

use super::Seal;
use super::place::Place;
use super::tell;
use crate::failure::{Explain, Result, usage};
use crate::output::Output;
use crate::reading;
use std::io;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Prints what stands on stdin sealed for its place: the path that `--filename` names, or that of the file that stdout goes to.
pub(super) fn seal(seal: &Seal, out: &Output) -> Result<()> {
    if seal.check || seal.dry_run {
        return Err(usage(
            "`-` reads stdin and writes stdout: it changes no file that --check or --dry-run could spare",
        ));
    }
    let file = match &seal.filename {
        Some(file) => file.clone(),
        None if seal.store.is_named() && seal.audience.are_named() => PathBuf::from("stdin"),
        None => redirected()?,
    };
    let mut place = Place::of(seal, std::slice::from_ref(&file), out)?;
    let path = place.path_at(&file)?;
    let bytes = reading::all(io::stdin()).context("read stdin")?;
    if bytes.is_empty() {
        return Err(reading::nothing_piped());
    }
    let sealed = place.seal(seal, &file, &path, &bytes)?;
    tell(seal.store.of(&path), &path, &bytes, &sealed, out);
    out.bytes(sealed.as_bytes())?;
    Ok(())
}

/// The file that the shell has opened for stdout.
fn redirected() -> Result<PathBuf> {
    let stdout = Path::new("/proc/self/fd/1");
    let is_file = fs::metadata(stdout).is_ok_and(|metadata| metadata.is_file());
    let target = fs::read_link(stdout).ok().filter(|_| is_file);
    let target = target.ok_or_else(|| {
        usage("stdin has no path that says for whom and how it is sealed")
            .hint("name the file that it is for: signet seal - --filename FILE; or say all of it: --type STORE --age RECIPIENT")
    })?;
    let here = env::current_dir()?.canonicalize()?;
    Ok(target
        .strip_prefix(here)
        .map_or(target.clone(), Path::to_owned))
}
