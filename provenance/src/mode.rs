//! What an entry of a tree is.

use std::fmt;

/// The mode of a tree's entry: the five that git writes today (gitformat-index, "mode").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A file that may be executed.
    Executable,
    /// A symbolic link.
    Symlink,
    /// A submodule: a commit of another repository.
    Submodule,
}

impl Mode {
    /// The mode's octal digits as trees hold them.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "40000",
            Self::File => "100644",
            Self::Executable => "100755",
            Self::Symlink => "120000",
            Self::Submodule => "160000",
        }
    }

    /// The mode that these digits spell; zero-padded and group-writable ones are refused.
    pub(crate) fn from_digits(digits: &[u8]) -> Option<Self> {
        [
            Self::Folder,
            Self::File,
            Self::Executable,
            Self::Symlink,
            Self::Submodule,
        ]
        .into_iter()
        .find(|mode| mode.as_str().as_bytes() == digits)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder => "folder",
            Self::File => "file",
            Self::Executable => "executable file",
            Self::Symlink => "symbolic link",
            Self::Submodule => "submodule",
        })
    }
}
