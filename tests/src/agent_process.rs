//! A running `signet-agent`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::lifeline::Lifeline;
use crate::tools;

/// The agent as a local process with a kubeconfig for its own account; it ends
/// when this is dropped or this process ends.
pub struct AgentProcess {
    process: Lifeline,
    folder: PathBuf,
}

impl AgentProcess {
    /// Starts `binary` for the TrustAnchor `fleet`, its data and its log in `folder`.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn start(binary: &Path, kubeconfig: &Path, folder: &Path) -> Result<Self> {
        Self::start_through(&[], binary, kubeconfig, folder)
    }

    /// As [`start`](Self::start), with `wrapper` in front of the agent's command line.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn start_through(
        wrapper: &[&str],
        binary: &Path,
        kubeconfig: &Path,
        folder: &Path,
    ) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        let mut command = Command::new(tools::control_plane(&mut tools::say)?);
        command
            .arg("supervise")
            .args(wrapper)
            .arg(binary)
            .args(["--anchor", "fleet", "--log-format", "json"])
            .arg("--kubeconfig")
            .arg(kubeconfig)
            .arg("--data-dir")
            .arg(folder.join("data"));
        let process = Lifeline::start("signet-agent", command, folder)?;
        Ok(Self {
            process,
            folder: folder.to_owned(),
        })
    }

    /// Returns an error with the end of its log if the agent is no longer running.
    ///
    /// # Errors
    /// As said.
    pub fn check(&mut self) -> Result<()> {
        self.process.check()
    }

    /// Ends the agent, as a node that drains does: it gets a signal and a moment.
    pub fn stop(&mut self) {
        self.process.end();
    }

    /// Returns all that the agent has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("signet-agent.log")).unwrap_or_default()
    }

    /// Returns the folder in which the agent keeps its data.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Returns the most memory that the agent has had resident so far, in KiB.
    ///
    /// # Errors
    /// If the kernel does not say.
    pub fn peak_memory(&self) -> Result<u64> {
        let status = self.proc("status")?;
        status
            .lines()
            .find_map(|line| {
                line.strip_prefix("VmHWM:")?
                    .trim()
                    .strip_suffix(" kB")?
                    .parse()
                    .ok()
            })
            .context("the kernel does not say how much memory the agent used")
    }

    /// Ensures that the agent has started no other program so far, be it at work or at its end.
    ///
    /// # Errors
    /// If it has, or its process is gone.
    pub fn has_started_nothing(&self) -> Result<()> {
        let at_work = children(self.id()?)?;
        ensure!(at_work.is_empty(), "the agent has children: {at_work:?}");
        // What a child that ended has touched of its memory is counted for its parent (`cminflt`), and it cannot run without.
        let stat = self.proc("stat")?;
        let fields = stat.rsplit_once(')').map(|(_, fields)| fields);
        let touched = fields.and_then(|fields| fields.split_whitespace().nth(8));
        let touched = touched.with_context(|| format!("no cminflt in {stat}"))?;
        ensure!(touched == "0", "a child of the agent has come to its end");
        Ok(())
    }

    /// Returns what the kernel says of the agent's process in a file of `proc(5)`.
    ///
    /// # Errors
    /// If the process is gone.
    pub fn proc(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.id()?);
        fs::read_to_string(&path).with_context(|| format!("reading {path}"))
    }

    fn id(&self) -> Result<u32> {
        let children = children(self.process.id())?;
        let agent = children.first().copied();
        agent.context("the agent's process is not there")
    }
}

/// The children of a process, those first that the first of its threads started.
fn children(process: u32) -> Result<Vec<u32>> {
    let threads = fs::read_dir(format!("/proc/{process}/task"))
        .with_context(|| format!("looking for the process {process}"))?;
    let mut found = Vec::new();
    for thread in threads {
        // A thread that is gone has no children.
        let children = fs::read_to_string(thread?.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            found.push(child.parse().context("reading the id of a process")?);
        }
    }
    Ok(found)
}
