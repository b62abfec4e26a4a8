//! The person's editor.

use crate::failure::{Explain, Result, failed, refused};
use crate::identities::{KEY, words};
use crate::signals;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variables that name one, in sops' and then in git's order.
const VARIABLES: [&str; 3] = ["SOPS_EDITOR", "VISUAL", "EDITOR"];

/// What is tried if none does, as sops tries it.
const DEFAULTS: [&str; 3] = ["vim", "nano", "vi"];

/// A program and its arguments in front of the file's name.
pub(super) struct Editor {
    words: Vec<String>,
}

impl Editor {
    /// The one that the environment names, or one that is installed.
    pub(super) fn of_the_person() -> Result<Self> {
        let named = VARIABLES.iter().find_map(|variable| {
            let line = env::var(variable).ok()?;
            (!line.trim().is_empty()).then_some((variable, line))
        });
        if let Some((variable, line)) = named {
            let words = words(&line).with_context(|| format!("follow {variable}"))?;
            return Ok(Self { words });
        }
        let installed = DEFAULTS.iter().find(|program| is_installed(program));
        let program =
            installed.ok_or_else(|| failed("no editor was found").hint("name one in EDITOR"))?;
        Ok(Self {
            words: vec![(*program).to_owned()],
        })
    }

    /// Runs it on a file.
    ///
    /// # Errors
    /// When it cannot be run, or ends with an error: whoever leaves an editor so wants nothing written.
    pub(super) fn edit(&self, file: &Path) -> Result<()> {
        let name = &self.words[0];
        let ended = signals::run(&mut self.command(file))
            .with_context(|| format!("run the editor {name}"))
            .hint("name another one in EDITOR")?;
        if ended.success() {
            return Ok(());
        }
        Err(refused(format!("the editor {name} ended with {ended}")).hint("nothing was written"))
    }

    /// In our environment, but for the private key that may stand in it, as for a command of `exec`.
    fn command(&self, file: &Path) -> Command {
        let (program, arguments) = (&self.words[0], &self.words[1..]);
        let mut command = Command::new(program);
        command
            .args(without_copies(program))
            .args(arguments)
            .arg(file)
            .env_remove(KEY);
        command
    }
}

/// The arguments with which vim keeps no register, swap, backup or undo file on a disk.
fn without_copies(program: &str) -> &'static [&'static str] {
    let name = Path::new(program)
        .file_name()
        .and_then(|name| name.to_str());
    match name {
        Some("vim" | "nvim" | "gvim" | "mvim") => &[
            "-n",
            "-i",
            "NONE",
            "-c",
            "set nobackup nowritebackup noundofile",
        ],
        _ => &[],
    }
}

fn is_installed(program: &str) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&folders).map(|folder: PathBuf| folder.join(program));
    places.any(|place| place.is_file())
}

#[cfg(test)]
mod tests {
    use super::Editor;
    use std::path::Path;

    fn arguments(line: &[&str]) -> Vec<String> {
        let words = line.iter().map(|word| (*word).to_owned()).collect();
        let command = Editor { words }.command(Path::new("/dev/shm/x/db.yaml"));
        let arguments = command
            .get_args()
            .map(|word| word.to_str().unwrap().to_owned());
        arguments.collect()
    }

    #[test]
    fn the_file_comes_behind_the_editors_own_arguments() {
        assert_eq!(
            arguments(&["code", "--wait"]),
            ["--wait", "/dev/shm/x/db.yaml"]
        );
    }

    #[test]
    fn vim_is_told_to_keep_no_copies() {
        let arguments = arguments(&["/usr/bin/nvim", "-R"]);
        assert_eq!(arguments[..3], ["-n", "-i", "NONE"]);
        assert!(arguments[4].contains("noundofile"));
        assert_eq!(arguments[5..], ["-R", "/dev/shm/x/db.yaml"]);
    }
}
