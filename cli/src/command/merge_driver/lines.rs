//! Merges line by line, as Git does without a driver.

use crate::command::Answer;
use crate::failure::{Explain, Result, failed};
use crate::gitcmd::Git;
use crate::output::Output;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// Three versions of a file: ours, the common one, theirs.
pub(super) struct Versions<'a> {
    pub(super) files: [&'a Path; 3],
    pub(super) labels: [&'a str; 3],
    pub(super) size: usize,
}

impl Versions<'_> {
    /// Writes what comes of the lines in the place of ours.
    pub(super) fn merge(&self, out: &Output) -> Result<Answer> {
        let finished = Git::at(Path::new("."), out).finish(&self.arguments())?;
        let conflicts = finished
            .status
            .code()
            .filter(|code| (0..128).contains(code));
        let Some(conflicts) = conflicts else {
            return Err(
                failed("Git takes it for bytes, which have no lines").context("merge the lines")
            );
        };
        fs::write(self.files[0], &finished.stdout).context("write the merged lines")?;
        Ok(if conflicts == 0 {
            Answer::Done
        } else {
            Answer::Something
        })
    }

    fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec!["merge-file".into(), "-p".into()];
        arguments.push(format!("--marker-size={}", self.size).into());
        for label in self.labels {
            arguments.extend(["-L".into(), label.into()]);
        }
        arguments.push("--".into());
        arguments.extend(self.files.map(Into::into));
        arguments
    }
}
