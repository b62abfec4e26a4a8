//! A bare repository that is written to quickly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use gix::objs::{Kind, Write};
use gix::{ObjectId, Repository as Objects};
use tempfile::TempDir;

/// A bare repository in a temporary folder.
pub(crate) struct Repository {
    objects: Objects,
    folder: TempDir,
}

/// A folder that changes a file at a time. What did not change is not written again.
#[derive(Default)]
pub(crate) struct Folder {
    files: BTreeMap<String, ObjectId>,
    folders: BTreeMap<String, Folder>,
    written: Option<ObjectId>,
}

impl Repository {
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let objects = gix::init_bare(folder.path())?;
        Ok(Self { objects, folder })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, kind: Kind, bytes: &[u8]) -> Result<ObjectId> {
        Ok(self.objects.write_buf(kind, bytes)?)
    }

    /// Writes what changed in a folder, and gives the name of its tree.
    pub(crate) fn write_folder(&self, folder: &mut Folder) -> Result<ObjectId> {
        if let Some(written) = folder.written {
            return Ok(written);
        }
        let files = folder.files.iter();
        let mut entries: Vec<(String, &str, ObjectId)> = files
            .map(|(name, id)| (name.clone(), "100644", *id))
            .collect();
        for (name, below) in &mut folder.folders {
            // A folder sorts as if its name ended in a slash.
            entries.push((format!("{name}/"), "40000", self.write_folder(below)?));
        }
        entries.sort();
        let mut bytes = Vec::new();
        for (name, mode, id) in entries {
            let name = name.trim_end_matches('/');
            bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            bytes.extend_from_slice(id.as_slice());
        }
        let written = self.write(Kind::Tree, &bytes)?;
        folder.written = Some(written);
        Ok(written)
    }

    /// Has `main` be this commit, and everything behind it in one pack, as after `git gc`.
    pub(crate) fn pack(&self, tip: ObjectId) -> Result<()> {
        self.git(&["update-ref", "refs/heads/main", &tip.to_string()])?;
        self.git(&["repack", "-a", "-d", "-q"])
    }

    /// Runs git and throws away what it prints.
    pub(crate) fn git(&self, arguments: &[&str]) -> Result<()> {
        let output = self.command().args(arguments).output();
        let output = output.context("starting git")?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "git {arguments:?}: {words}");
        Ok(())
    }

    /// git in this repository, without the configuration of the machine.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null");
        command
    }

    /// A path for a file that is not git's.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}

impl Folder {
    /// Has a file be this blob.
    pub(crate) fn put(&mut self, path: &str, blob: ObjectId) {
        self.written = None;
        match path.split_once('/') {
            None => drop(self.files.insert(path.to_owned(), blob)),
            Some((name, rest)) => {
                let below = self.folders.entry(name.to_owned()).or_default();
                below.put(rest, blob);
            }
        }
    }
}
