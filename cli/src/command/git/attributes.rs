//! A file of attributes, in which some lines are ours.

use super::install::write;
use crate::failure::{Explain, Result};
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

const FIRST: &str = "# sealed files: these lines are kept by `signet git install`";
const LAST: &str = "# end of sealed files";

/// A file and what it is to hold.
pub(super) struct Attributes {
    file: PathBuf,
    before: String,
    after: String,
}

impl Attributes {
    /// The file with these patterns; with none, without any of ours.
    pub(super) fn of(file: PathBuf, patterns: &[String]) -> Result<Self> {
        let before = match fs::read_to_string(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            text => text.with_context(|| format!("read {}", file.display()))?,
        };
        Ok(Self {
            after: with(&before, patterns),
            file,
            before,
        })
    }

    /// What is done to the file; nothing if it stays.
    pub(super) fn said(&self) -> Option<String> {
        let what = if self.after.contains(FIRST) {
            "names the sealed files"
        } else {
            "names no sealed files any more"
        };
        (self.before != self.after).then(|| format!("{} {what}", self.file.display()))
    }

    pub(super) fn apply(&self) -> Result<()> {
        if self.before == self.after {
            return Ok(());
        }
        if self.after.is_empty() {
            let removed = fs::remove_file(&self.file);
            return removed.with_context(|| format!("remove {}", self.file.display()));
        }
        write(&self.file, &self.after)
    }
}

fn with(text: &str, patterns: &[String]) -> String {
    let mut lines = Vec::new();
    let mut is_ours = false;
    for line in text.lines() {
        is_ours |= line == FIRST;
        if !is_ours {
            lines.push(line.to_owned());
        }
        is_ours &= line != LAST;
    }
    if !patterns.is_empty() {
        let ours = patterns
            .iter()
            .map(|pattern| format!("{pattern} merge=signet diff=signet"));
        lines.push(FIRST.to_owned());
        lines.extend(ours);
        lines.push(LAST.to_owned());
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::with;

    #[test]
    fn only_lines_of_ours_come_and_go() {
        let theirs = "*.png binary\n";
        let once = with(theirs, &["*.yaml".to_owned()]);
        assert!(once.starts_with(theirs) && once.contains("\n*.yaml merge=signet diff=signet\n"));
        assert_eq!(with(&once, &["*.yaml".to_owned()]), once);
        let other = with(&(once + "*.jpg binary\n"), &["/a/**".to_owned()]);
        assert!(!other.contains("*.yaml"));
        assert_eq!(with(&other, &[]), "*.png binary\n*.jpg binary\n");
    }
}
