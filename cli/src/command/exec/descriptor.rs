//! A file that has no name in any folder, for a command to inherit.

use std::io;

/// An open file in memory that can no longer be changed.
pub(super) struct Descriptor {
    #[cfg(target_os = "linux")]
    file: std::os::fd::OwnedFd,
}

#[cfg(target_os = "linux")]
impl Descriptor {
    /// A file with this content that only its owner may open again. Whatever this process becomes inherits it.
    ///
    /// # Errors
    /// The kernel's.
    pub(super) fn holding(content: &[u8]) -> io::Result<Self> {
        use rustix::fs::{MemfdFlags, Mode, SealFlags, fchmod, fcntl_add_seals, memfd_create};
        use std::io::Write;

        let mut file: std::fs::File =
            memfd_create("signet-exec", MemfdFlags::ALLOW_SEALING)?.into();
        file.write_all(content)?;
        fchmod(&file, Mode::RUSR)?;
        let seals = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
        fcntl_add_seals(&file, seals)?;
        Ok(Self { file: file.into() })
    }

    /// The name under which whoever inherits it opens it, from the start and as often as it likes.
    pub(super) fn name(&self) -> String {
        use std::os::fd::AsRawFd;
        format!("/proc/self/fd/{}", self.file.as_raw_fd())
    }
}

#[cfg(not(target_os = "linux"))]
impl Descriptor {
    /// Nothing: no other system makes such files.
    ///
    /// # Errors
    /// Always.
    pub(super) fn holding(_: &[u8]) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// The name of what cannot be made.
    pub(super) fn name(&self) -> String {
        String::new()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::Descriptor;
    use std::fs::{self, OpenOptions};
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn is_read_again_from_the_start_and_never_changed() {
        let file = Descriptor::holding(b"canary").unwrap();
        assert_eq!(fs::read(file.name()).unwrap(), b"canary");
        assert_eq!(fs::read(file.name()).unwrap(), b"canary");
        let mode = fs::metadata(file.name()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o400);
        // Root may open it for writing all the same, and then the seals say no.
        let written = OpenOptions::new().write(true).open(file.name());
        assert!(written.and_then(|mut file| file.write_all(b"x")).is_err());
    }
}
