//! What keeps other processes of the machine, and the kernel's core dumps, out of the memory of a process that holds keys.

use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Forbids core dumps of this process and, on Linux, forbids other processes of the same user to attach or to read our memory
/// (`prctl(2)`, `PR_SET_DUMPABLE`).
///
/// # Errors
/// The kernel's.
pub fn harden() -> io::Result<()> {
    close()?;
    let current = Some(0);
    let maximum = Some(0);
    Ok(setrlimit(Resource::Core, Rlimit { current, maximum })?)
}

/// As [`harden`], but for a process that may become another program, which gets the limit of core dumps back.
///
/// # Errors
/// The kernel's.
pub fn harden_for_now() -> io::Result<CoreLimit> {
    close()?;
    let before = getrlimit(Resource::Core);
    let current = Some(0);
    setrlimit(Resource::Core, Rlimit { current, ..before })?;
    Ok(CoreLimit(before))
}

/// The limit of core dumps with which a process was started.
pub struct CoreLimit(Rlimit);

impl CoreLimit {
    /// Sets it again, right before the process becomes another program.
    ///
    /// # Errors
    /// The kernel's.
    pub fn restore(&self) -> io::Result<()> {
        Ok(setrlimit(Resource::Core, self.0)?)
    }
}

/// What a program that the process becomes does not keep.
fn close() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{harden, harden_for_now};
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn nobody_can_dump_the_process() {
        let before = getrlimit(Resource::Core);
        let core = harden_for_now().expect("allowed to everybody");
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        core.restore().expect("it was allowed before");
        assert_eq!(getrlimit(Resource::Core), before);
        harden().expect("allowed to everybody");
        let dumpable = dumpable_behavior().expect("asked of the kernel");
        assert_eq!(dumpable, DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
    }
}
