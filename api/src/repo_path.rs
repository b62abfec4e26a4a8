//! A path in a repository, in its one spelling.

use std::fmt;
use std::str::FromStr;

use crate::text::as_text;

/// A path of a file or folder, relative to the root, its components separated by `/`.
///
/// There is one spelling for each place: no leading or trailing slash, no component that is empty, `.` or `..`, no control
/// characters. The root itself has none. Sorts in byte order, as paths do in a Git index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(String);

/// A text that is no path of a repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path:?} is not a path below the repository's root: {problem}")]
pub struct InvalidPath {
    path: String,
    problem: &'static str,
}

/// As long as a path may be on Linux (`PATH_MAX`).
const LONGEST: usize = 4096;

impl RepoPath {
    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as Git compares it.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The components from the root down, at least one.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The path of something below this folder.
    ///
    /// # Errors
    /// [`InvalidPath`] if `below` is not a relative path in its normal form.
    pub fn join(&self, below: &str) -> Result<Self, InvalidPath> {
        check(below)?;
        format!("{}/{below}", self.0).parse()
    }

    /// The path that a relative one means in a file of this folder, `.` and `..` resolved as a file system without links
    /// does; nothing for one that is absolute, leads to the root or above it, or is no path.
    pub fn resolve(&self, relative: &str) -> Option<Self> {
        if relative.starts_with('/') {
            return None;
        }
        let mut components: Vec<&str> = self.components().collect();
        for component in relative.split('/') {
            match component {
                "" | "." => {}
                ".." => drop(components.pop()?),
                name => components.push(name),
            }
        }
        components.join("/").parse().ok()
    }

    /// Whether this is the folder `dir` itself or something below it. Whole components count: `ab` is not below `a`.
    pub fn starts_with_dir(&self, dir: &Self) -> bool {
        match self.0.strip_prefix(&dir.0) {
            Some(rest) => rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }

    /// The folder that holds this; nothing at the root.
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.0.rsplit_once('/')?;
        Some(Self(parent.to_owned()))
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, name)| name)
    }
}

impl FromStr for RepoPath {
    type Err = InvalidPath;

    fn from_str(path: &str) -> Result<Self, InvalidPath> {
        check(path)?;
        Ok(Self(path.to_owned()))
    }
}

fn check(path: &str) -> Result<(), InvalidPath> {
    let invalid = |problem| InvalidPath {
        path: path.chars().take(200).collect(),
        problem,
    };
    match path {
        "" => return Err(invalid("it is empty")),
        _ if path.len() > LONGEST => return Err(invalid("it has more than 4096 bytes")),
        _ if path.starts_with('/') => return Err(invalid("it begins with `/`")),
        _ if path.contains(char::is_control) => return Err(invalid("it has a control character")),
        _ => {}
    }
    for component in path.split('/') {
        match component {
            "" => return Err(invalid("a component is empty")),
            "." | ".." => return Err(invalid("`.` and `..` are not resolved")),
            _ => {}
        }
    }
    Ok(())
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for RepoPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

as_text!(RepoPath, "a path below the repository's root", "minLength": 1, "maxLength": 4096);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_path_is_resolved_within_the_repository() {
        let resolve = |relative: &str| Some(path("a/b").resolve(relative)?.to_string());
        for (relative, expected) in [
            ("c", Some("a/b/c")),
            ("./c//d/", Some("a/b/c/d")),
            ("../c", Some("a/c")),
            ("c/../../d", Some("a/d")),
            (".", Some("a/b")),
            ("../..", None),
            ("../../../c", None),
            ("../../../../a/b", None),
            ("/a/b", None),
            ("c\n", None),
        ] {
            assert_eq!(resolve(relative).as_deref(), expected, "{relative}");
        }
    }

    fn path(text: &str) -> RepoPath {
        text.parse().unwrap()
    }

    #[test]
    fn rejects_every_second_spelling() {
        for text in [
            "", "/", "/a", "a/", "a//b", ".", "./a", "a/.", "..", "../a", "a/../b", "a\0b", "a\nb",
            "a\u{7f}",
        ] {
            assert!(text.parse::<RepoPath>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn keeps_dots_that_are_part_of_a_name() {
        for text in ["...", "..a", "a..", ".github/x", "a/b c/ü"] {
            assert_eq!(path(text).as_str(), text);
        }
    }

    #[test]
    fn a_folder_holds_itself_and_what_is_below_by_whole_components() {
        let dir = path("tenants/team-a");
        assert!(path("tenants/team-a").starts_with_dir(&dir));
        assert!(path("tenants/team-a/x/y").starts_with_dir(&dir));
        assert!(!path("tenants/team-ab/x").starts_with_dir(&dir));
        assert!(!path("tenants").starts_with_dir(&dir));
    }

    #[test]
    fn a_joined_path_stays_below() {
        assert_eq!(path("a").join("b/c").unwrap(), path("a/b/c"));
        for below in ["", "../b", "/b", "b/"] {
            assert!(path("a").join(below).is_err(), "{below:?}");
        }
    }

    #[test]
    fn knows_parent_and_file_name() {
        assert_eq!(path("a/b/c.yaml").parent(), Some(path("a/b")));
        assert_eq!(path("a").parent(), None);
        assert_eq!(path("a/b/c.yaml").file_name(), "c.yaml");
    }
}
