//! What git itself needs of a commit to walk past it.

use crate::ObjectId;

/// The tree and the parents of a commit, read as git reads them.
///
/// A commit that the strict parser refuses must not end the walk, or one stray push would hold
/// up everyone; but git reads the links of every commit in one way only: `tree`, then parents,
/// from the first byte on (`parse_commit_buffer` in git's `commit.c`). Nothing else of such a
/// commit is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Links {
    pub(crate) tree: ObjectId,
    pub(crate) parents: Vec<ObjectId>,
}

/// `tree ` or `parent `, 40 digits and a line feed.
fn link<'a>(bytes: &'a [u8], name: &[u8]) -> Option<(ObjectId, &'a [u8])> {
    let (digits, rest) = bytes.strip_prefix(name)?.split_at_checked(40)?;
    Some((ObjectId::from_hex(digits).ok()?, rest.strip_prefix(b"\n")?))
}

impl Links {
    /// `None` where git finds no commit in these bytes.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (tree, mut rest) = link(bytes, b"tree ")?;
        let mut parents = Vec::new();
        while rest.starts_with(b"parent ") {
            let (parent, after) = link(rest, b"parent ")?;
            parents.push(parent);
            rest = after;
        }
        Some(Self { tree, parents })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";

    #[test]
    fn walks_past_a_commit_that_has_no_strict_reading() {
        let parent = "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0";
        let bytes = format!("{TREE}parent {parent}\n{TREE}author ?\n");
        let links = Links::parse(bytes.as_bytes()).unwrap();
        assert_eq!(links.parents, [parent.parse().unwrap()]);
    }

    #[test]
    fn a_broken_parent_is_no_root() {
        assert!(Links::parse(format!("{TREE}parent b6fc\n").as_bytes()).is_none());
        assert!(Links::parse(TREE.as_bytes()).unwrap().parents.is_empty());
        assert!(Links::parse(b"author A <a@b> 0 +0000\n\n").is_none());
    }
}
