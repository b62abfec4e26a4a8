//! Child processes that end with their owner.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A running program whose standard input we hold: closing it ends the program,
/// also when this process is killed, see `control-plane/main.go`.
pub(crate) struct Lifeline {
    name: String,
    child: Child,
    log: PathBuf,
}

/// What a program gets to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(5);

impl Lifeline {
    /// Starts `command`, its output going to `<folder>/<name>.log`.
    pub(crate) fn start(name: &str, mut command: Command, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let out = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .with_context(|| format!("creating {}", log.display()))?;
        let child = command
            .stdin(Stdio::piped())
            .stdout(out.try_clone().context("sharing the log")?)
            .stderr(out)
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            log,
        })
    }

    /// Returns the process' id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns an error with the end of its log if the program is no longer running.
    pub(crate) fn check(&mut self) -> Result<()> {
        if let Some(status) = self
            .child
            .try_wait()
            .with_context(|| format!("looking after {}", self.name))?
        {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            bail!(
                "{} ended with {status}:\n{}",
                self.name,
                lines[lines.len().saturating_sub(20)..].join("\n")
            );
        }
        Ok(())
    }

    /// Ends the program and waits until it is gone.
    #[expect(clippy::disallowed_methods, reason = "waits for a real process")]
    pub(crate) fn end(&mut self) {
        drop(self.child.stdin.take());
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // Gone already is as good as killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Lifeline {
    fn drop(&mut self) {
        self.end();
    }
}
