//! Where a leaf stands in a file.

use std::fmt::{self, Write};

/// The RFC 6901 pointer of a leaf, whose first token is the index of the document: `/0/stringData/password`.
///
/// Comments take no index in a sequence, sealed ones neither.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer of a document.
    pub fn document(index: usize) -> Self {
        Self(format!("/{index}"))
    }

    /// The pointer of a file as a whole: empty.
    pub fn whole_file() -> Self {
        Self(String::new())
    }

    /// The pointer of what stands below this one under a key or an index.
    #[must_use]
    pub fn child(&self, token: impl fmt::Display) -> Self {
        let mut child = self.0.clone();
        child.push('/');
        write!(Escaped(&mut child), "{token}").expect("a string takes any text");
        Self(child)
    }

    /// The pointer as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The index of the document.
    pub fn document_index(&self) -> usize {
        self.parts().0
    }

    /// The pointer within its document, as people and commands give it.
    pub fn in_document(&self) -> &str {
        self.parts().1
    }

    fn parts(&self) -> (usize, &str) {
        let rest = self.0.strip_prefix('/').unwrap_or_default();
        let (index, within) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        index.parse().map_or((0, &self.0), |index| (index, within))
    }
}

/// For people: the pointer within its document, and which one that is if not the first. What would control a terminal or
/// break the line is escaped, since anybody may have written the key.
impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (document, within) = match self.parts() {
            (0, "") if !self.0.is_empty() => return f.write_str("the document"),
            (number, "") if number > 0 => return write!(f, "document {number}"),
            parts => parts,
        };
        for character in within.chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        match document {
            0 => Ok(()),
            number => write!(f, " of document {number}"),
        }
    }
}

/// Writes tokens into a pointer.
struct Escaped<'a>(&'a mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, token: &str) -> fmt::Result {
        if !token.contains(['~', '/']) {
            self.0.push_str(token);
            return Ok(());
        }
        self.0
            .push_str(&token.replace('~', "~0").replace('/', "~1"));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_and_tildes_of_keys_are_escaped() {
        let pointer = Pointer::document(1).child("data").child("a/b~1").child(0);
        assert_eq!(pointer.as_str(), "/1/data/a~1b~01/0");
    }

    #[test]
    fn a_key_that_is_shown_controls_no_terminal_and_breaks_no_line() {
        let pointer = Pointer::document(0).child("\u{1b}[2Jé\nhint");
        assert_eq!(pointer.to_string(), "/\\u{1b}[2Jé\\nhint");
        assert_eq!(pointer.as_str(), "/0/\u{1b}[2Jé\nhint");
    }

    #[test]
    fn people_read_it_as_they_give_it_and_the_document_only_where_it_is_not_the_first() {
        let first = Pointer::document(0);
        let second = Pointer::document(1);
        for (pointer, shown) in [
            (first.child("data").child(0), "/data/0"),
            (second.child("data"), "/data of document 1"),
            (first, "the document"),
            (second, "document 1"),
            (Pointer::whole_file().child("data").child("1"), "/data/1"),
            (Pointer::whole_file(), ""),
        ] {
            assert_eq!(pointer.to_string(), shown);
        }
    }
}
