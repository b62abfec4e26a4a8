//! Which files the person means.

use crate::candidates;
use crate::failure::{Explain, Result, refused};
use crate::inspection;
use crate::output::Output;
use signet_api::Glob;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// The files that were named: a file is itself, a pattern what it matches, a folder the files below it in which something
/// has to be sealed, whoever looks at it.
pub(super) fn files(named: &[PathBuf], out: &Output) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for name in named {
        if name.is_dir() {
            files.extend(in_folder(name, out)?);
        } else if name.symlink_metadata().is_err() && is_pattern(name) {
            files.extend(matching(name, out)?);
        } else {
            files.push(name.clone());
        }
    }
    Ok(files)
}

fn in_folder(folder: &Path, out: &Output) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in candidates::below(folder, out)? {
        let place = folder.join(&file);
        let bytes = fs::read(&place).with_context(|| format!("read {}", place.display()))?;
        let path = file.to_str().and_then(|path| path.parse().ok());
        if path.is_some_and(|path| inspection::has_clear_secret(&path, &bytes)) {
            files.push(place);
        }
    }
    if files.is_empty() {
        out.note(format!("nothing to seal in {}", folder.display()));
    }
    Ok(files)
}

fn is_pattern(name: &Path) -> bool {
    name.as_os_str().as_bytes().contains(&b'*')
}

/// What a pattern matches that the shell left as it was.
fn matching(pattern: &Path, out: &Output) -> Result<Vec<PathBuf>> {
    let (folder, rest) = parted(pattern);
    let glob: Glob = rest
        .to_str()
        .ok_or_else(|| refused(format!("{} is not UTF-8", pattern.display())))?
        .parse()?;
    let mut files = candidates::below(&folder, out)
        .with_context(|| format!("look for {}", pattern.display()))?;
    let names_hidden = is_hidden(&rest);
    files.retain(|file| {
        glob.matches(file.as_os_str().as_bytes()) && (names_hidden || !is_hidden(file))
    });
    if files.is_empty() {
        return Err(refused(format!("no file matches {}", pattern.display()))
            .hint("`*` stands for anything within a folder, `**` for any number of folders"));
    }
    let files = files.into_iter();
    Ok(files
        .map(|file| {
            if folder == Path::new(".") {
                file
            } else {
                folder.join(file)
            }
        })
        .collect())
}

/// Whether a name in the path begins with a dot: as in a shell, a star does not stand for such names.
fn is_hidden(path: &Path) -> bool {
    let mut names = path.components();
    names.any(|name| name.as_os_str().as_bytes().starts_with(b"."))
}

/// The folder in front of the first component with a star, and the rest.
fn parted(pattern: &Path) -> (PathBuf, PathBuf) {
    let is_plain = |part: &Component| !is_pattern(part.as_ref());
    let folder: PathBuf = pattern.components().take_while(is_plain).collect();
    let rest = pattern.components().skip_while(is_plain).collect();
    if folder.as_os_str().is_empty() {
        (PathBuf::from("."), rest)
    } else {
        (folder, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::parted;
    use std::path::{Path, PathBuf};

    #[test]
    fn a_pattern_begins_with_its_first_star() {
        for (pattern, folder, rest) in [
            ("**/*.yaml", ".", "**/*.yaml"),
            ("./a/b*.yaml", "./a", "b*.yaml"),
            ("../x/**/y", "../x", "**/y"),
            ("/tmp/*", "/tmp", "*"),
        ] {
            let expected = (PathBuf::from(folder), PathBuf::from(rest));
            assert_eq!(parted(Path::new(pattern)), expected);
        }
    }
}
