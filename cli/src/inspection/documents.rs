//! A text cut into its documents, so that one that cannot be read hides no other.

/// A document as it stands in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'t> {
    /// How many lines stand in front of it.
    pub(super) above: usize,
    pub(super) text: &'t str,
}

/// The documents of a text, markers included.
///
/// At the beginning of a line `---` and `...` are markers wherever they stand, in block scalars and quotes too (YAML 1.2.2,
/// section 9.1.2).
pub(super) fn split(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut begin, mut above) = (0, 0);
    let mut offset = 0;
    for (number, line) in lines(text).enumerate() {
        let end = offset + line.len();
        let cut = match marker(line) {
            Some("---") => Some((offset, number)),
            Some(_) => Some((end, number + 1)),
            None => None,
        };
        if let Some((at, below)) = cut {
            parts.push(Part {
                above,
                text: &text[begin..at],
            });
            (begin, above) = (at, below);
        }
        offset = end;
    }
    parts.push(Part {
        above,
        text: &text[begin..],
    });
    parts.retain(|part| !part.text.trim().is_empty());
    parts
}

/// The lines with what ends them: a line feed, a carriage return, or both.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let at = rest.find(['\n', '\r']);
        let end = at.map_or(rest.len(), |at| {
            at + if rest[at..].starts_with("\r\n") { 2 } else { 1 }
        });
        let (line, below) = rest.split_at(end);
        rest = below;
        (!line.is_empty()).then_some(line)
    })
}

fn marker(line: &str) -> Option<&'static str> {
    let is_it = |marker: &&str| {
        let rest = line.strip_prefix(marker);
        rest.is_some_and(|rest| rest.chars().next().is_none_or(char::is_whitespace))
    };
    ["---", "..."].into_iter().find(is_it)
}

#[cfg(test)]
mod tests {
    use super::split;

    fn parts(text: &str) -> Vec<(usize, &str)> {
        let parts = split(text).into_iter();
        parts.map(|part| (part.above, part.text)).collect()
    }

    #[test]
    fn markers_part_documents_and_count_their_lines() {
        assert_eq!(parts(""), []);
        assert_eq!(parts("a: 1\n"), [(0, "a: 1\n")]);
        assert_eq!(
            parts("a: 1\n--- {b: 2}\r\n--- # c\n...\nd: 3\n"),
            [
                (0, "a: 1\n"),
                (1, "--- {b: 2}\r\n"),
                (2, "--- # c\n...\n"),
                (4, "d: 3\n")
            ]
        );
        assert_eq!(parts("a: 1\r---\rb: 2"), [(0, "a: 1\r"), (1, "---\rb: 2")]);
    }

    #[test]
    fn what_only_looks_like_a_marker_parts_nothing() {
        let text = "a: |\n ---\nb: ---\n---c: 1\n...d: 1\n";
        assert_eq!(parts(text), [(0, text)]);
    }
}
