//! What keeps other processes of the machine, and the kernel's core dumps, out of the memory of a process that holds keys.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

/// Forbids core dumps of this process and, on Linux, forbids other processes of the same user to attach or to read our memory
/// (`prctl(2)`, `PR_SET_DUMPABLE`).
///
/// # Errors
/// The kernel's.
pub fn harden() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?;
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::harden;
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn nobody_can_dump_the_process() {
        harden().expect("allowed to everybody");
        let dumpable = dumpable_behavior().expect("asked of the kernel");
        assert_eq!(dumpable, DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
    }
}
