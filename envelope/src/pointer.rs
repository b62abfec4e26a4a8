//! Where a leaf stands in a file.

use std::fmt;

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
        let token = token.to_string().replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{token}", self.0))
    }

    /// The pointer as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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
}
