//! Two texts in one, as Git writes what a person has to decide.

use super::align::matches;

/// How conflicts are marked.
#[derive(Debug, Clone, Copy)]
pub struct Markers<'a> {
    /// How often the character of a marker is repeated; Git's own is 7.
    pub size: usize,
    /// What our side is called.
    pub ours: &'a str,
    /// What their side is called.
    pub theirs: &'a str,
}

/// The lines of both texts; where they differ, those of one and of the other between markers.
pub(super) fn marked(ours: &str, theirs: &str, markers: &Markers<'_>) -> String {
    let (one, other) = (lines(ours), lines(theirs));
    let same = matches(one.len(), other.len(), |a, b| one[a] == other[b]);
    let mut text = String::with_capacity(ours.len() + theirs.len());
    let (mut from, mut to) = (0, 0);
    for (a, b) in same.into_iter().chain([(one.len(), other.len())]) {
        if from < a || to < b {
            let ending = if ours.contains("\r\n") { "\r\n" } else { "\n" };
            markers.write(&mut text, &one[from..a], &other[to..b], ending);
        }
        text.extend(one.get(a).copied());
        (from, to) = (a + 1, b + 1);
    }
    text
}

impl Markers<'_> {
    fn write(&self, text: &mut String, ours: &[&str], theirs: &[&str], ending: &str) {
        let marker = |sign: &str, name: &str| {
            let name = if name.is_empty() {
                String::new()
            } else {
                format!(" {name}")
            };
            sign.repeat(self.size) + &name + ending
        };
        text.push_str(&marker("<", self.ours));
        push(text, ours, ending);
        text.push_str(&marker("=", ""));
        push(text, theirs, ending);
        text.push_str(&marker(">", self.theirs));
    }
}

fn push(text: &mut String, lines: &[&str], ending: &str) {
    text.extend(lines.iter().copied());
    if lines.last().is_some_and(|last| !last.ends_with('\n')) {
        text.push_str(ending);
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_differ_stand_between_markers() {
        let markers = Markers {
            size: 7,
            ours: "HEAD",
            theirs: "topic",
        };
        let text = marked("a\nb\nc\n", "a\nx\nc\nd", &markers);
        let expected = "a\n<<<<<<< HEAD\nb\n=======\nx\n>>>>>>> topic\nc\n<<<<<<< HEAD\n=======\nd\n>>>>>>> topic\n";
        assert_eq!(text, expected);
        let text = marked("a\nb\n", "a\n", &markers);
        assert_eq!(text, "a\n<<<<<<< HEAD\nb\n=======\n>>>>>>> topic\n");
    }
}
