//! Files in which Git left both sides of a merge.

use crate::failure::{Failure, Result, refused};
use crate::output::shell::{pathspec, word};
use signet_api::RepoPath;
use signet_envelope::{Store, is_sealed};
use std::path::Path;

/// What the first of Git's conflict markers begins with.
pub(crate) const MARKER: &str = "<<<<<<<";

/// The line, from 1, of the first of Git's conflict markers, be the others gone; nothing in bytes of any kind that are no
/// sealed file. No line of keys and values begins as one, but dotenv and INI files would take it for a key.
pub(crate) fn marker(store: Store, bytes: &[u8]) -> Option<usize> {
    let found = lines(bytes).position(is_marker)?;
    let is_file = store != Store::Binary
        || is_sealed(bytes) && (found == 0 || bytes.trim_ascii_start().starts_with(b"{"));
    is_file.then_some(found + 1)
}

/// Whether a line is one of Git's markers: at least seven of one sign, and a label behind a space.
fn is_marker(line: &[u8]) -> bool {
    let Some(sign @ (b'<' | b'|' | b'=' | b'>')) = line.first() else {
        return false;
    };
    let size = line.iter().take_while(|byte| *byte == sign).count();
    size >= MARKER.len() && matches!(line.get(size), None | Some(b' ' | b'\r'))
}

/// Whether all markers of a conflict stand in a text, in their order.
fn is_conflict(text: &[u8]) -> bool {
    let mut lines = lines(text).filter(|line| is_marker(line));
    b"<=>"
        .iter()
        .all(|sign| lines.any(|line| line.starts_with(&[*sign])))
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

/// The text with the lines of ours where both sides of a conflict stand in it.
pub(crate) fn ours(text: Vec<u8>) -> Vec<u8> {
    if !is_conflict(&text) {
        return text;
    }
    let mut is_ours = true;
    let mut left = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        match line.get(..7) {
            Some(b"<<<<<<<" | b">>>>>>>") => is_ours = true,
            Some(b"|||||||" | b"=======") => is_ours = false,
            _ if is_ours => left.extend_from_slice(line),
            _ => {}
        }
    }
    left
}

/// Refuses what Git left of a merge: stores that take any line would seal both sides, which then open as they stand.
pub(crate) fn refuse(store: Store, path: &RepoPath, bytes: &[u8]) -> Result<()> {
    match marker(store, bytes) {
        Some(_) => Err(refused(format!("{path} is not merged yet"))),
        None => Ok(()),
    }
}

/// The failure to read a file, called as the person calls it, with what to do where its marker says that two sides stand in it.
pub(crate) fn explained(failure: Failure, file: &Path, marker: Option<usize>) -> Failure {
    match marker {
        Some(line) => {
            let name = file.to_string_lossy();
            let (file, spec) = (word(&name), pathspec(&name));
            failure.hint(format!(
                "line {line} is one of Git's conflict markers: leave the lines of one side of each conflict and no marker, then \
                 `signet seal {file}`; while the merge is open, `git checkout --merge -- {spec}` starts again"
            ))
        }
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFLICT: &str = "a: 1\n<<<<<<< ours\nb: 1\n=======\nb: 2\n>>>>>>> theirs\n";

    #[test]
    fn one_marker_alone_leaves_a_file_unmerged() {
        assert_eq!(marker(Store::Yaml, CONFLICT.as_bytes()), Some(2));
        for (line, number) in [
            ("<<<<<<< HEAD:a=b", 1),
            ("=======", 1),
            (">>>>>>>>>> theirs\r", 1),
            ("A=1\n||||||| base", 2),
        ] {
            assert_eq!(
                marker(Store::Dotenv, line.as_bytes()),
                Some(number),
                "{line}"
            );
        }
        for line in [
            " =======", "======", "=======b", "<<: *a", "-------", "<<=====", "",
        ] {
            assert_eq!(marker(Store::Yaml, line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn bytes_of_any_kind_have_markers_where_they_are_a_sealed_file() {
        let sealed = r#"{"data": "ENC[AES256_GCM,data:x]", "sops": {}}"#;
        for (text, expected) in [
            (format!("{sealed}\n=======\n"), Some(2)),
            (format!("=======\n{sealed}"), Some(1)),
            (format!("a text about sops\n=======\n{sealed}"), None),
            ("a heading\n=======\n".to_owned(), None),
        ] {
            assert_eq!(marker(Store::Binary, text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn ours_is_what_a_conflict_has_of_it_and_what_is_none_stays() {
        let ours = |text: &str| String::from_utf8(ours(text.into())).unwrap();
        assert_eq!(ours(CONFLICT), "a: 1\nb: 1\n");
        let heading = "a heading\n=======\na text\n";
        assert_eq!(ours(heading), heading);
    }
}
