//! Files in which Git left both sides of a merge.

use crate::failure::Failure;
use crate::output::shell::word;
use signet_envelope::is_sealed;
use std::path::Path;

/// What the first of Git's conflict markers begins with.
pub(crate) const MARKER: &str = "<<<<<<<";

/// The line, from 1, of the first of Git's conflict markers; nothing where they are not all there.
pub(crate) fn marker(text: &[u8]) -> Option<usize> {
    let markers = [MARKER, "=======", ">>>>>>>"];
    let mut lines = text.split(|byte| *byte == b'\n').enumerate();
    let [first, second, third] = markers.map(|marker| {
        let found = lines.find(|(_, line)| line.starts_with(marker.as_bytes()));
        found.map(|(number, _)| number + 1)
    });
    second.and(third).and(first)
}

/// Whether both sides of a merge of a sealed file stand in it: in a file of any bytes they would be taken for its content.
pub(crate) fn is_sealed_file(bytes: &[u8]) -> bool {
    is_sealed(bytes) && marker(bytes).is_some()
}

/// The text with the lines of ours where both sides of a conflict stand in it.
pub(crate) fn ours(text: Vec<u8>) -> Vec<u8> {
    if marker(&text).is_none() {
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

/// The failure to read a file, called as the person calls it, with what to do where its marker says that two sides stand in it.
pub(crate) fn explained(failure: Failure, file: &Path, marker: Option<usize>) -> Failure {
    match marker {
        Some(line) => {
            let file = word(&file.to_string_lossy());
            failure.hint(format!(
                "both sides of a merge stand in it, from line {line} on: leave the lines of one side of each conflict, then \
                 `signet seal {file}`; `git checkout --merge {file}` starts again"
            ))
        }
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::marker;

    #[test]
    fn only_all_markers_in_their_order_are_a_conflict() {
        let conflict = "a: 1\n<<<<<<< ours\nb: 1\n=======\nb: 2\n>>>>>>> theirs\n";
        assert_eq!(marker(conflict.as_bytes()), Some(2));
        for line in ["<<<<<<< ours\n", "=======\n", ">>>>>>> theirs\n"] {
            assert_eq!(marker(conflict.replace(line, "").as_bytes()), None);
            let indented = conflict.replace(line, &format!(" {line}"));
            assert_eq!(marker(indented.as_bytes()), None);
        }
    }
}
