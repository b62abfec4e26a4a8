//! `signet check`: everything that can be said without a key.

use super::Answer;
use crate::failure::Result;
use crate::files::Changes;
use crate::fleet;
use crate::inspection::{self, Finding};
use crate::output::listing::{Format, FormatArgs, Listing, Row};
use crate::repository::{Repository, WorkFile};
use crate::session::Session;
use serde_json::json;
use std::path::PathBuf;

/// Check the work tree without a key: what should be sealed is, in its place and for the right people
#[derive(clap::Args)]
#[command(
    after_help = "Looks at the work tree as it is, for hooks and pull requests; who signed what is for `signet verify`.\n\
    Exit codes: 0 nothing found, 1 something, 2 failed.\n\n\
    Example:\n  signet check\n  signet check tenants/team-a -o json"
)]
pub(crate) struct Check {
    /// Files and folders (default: the whole work tree)
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
}

impl Check {
    /// Prints what is not right.
    pub(crate) fn run(self, session: &Session) -> Result<Answer> {
        let repository = Repository::here(&session.out)?;
        let fleet = fleet::proposed(&repository, &Changes::to(repository.root()))?;
        let mut findings = inspection::of_fleet(&fleet);
        for WorkFile { path, bytes } in self.files(&repository)? {
            findings.extend(inspection::of_file(&fleet, &path, &bytes));
        }
        if findings.is_empty() {
            session.out.note("nothing found");
            return Ok(Answer::Done);
        }
        print(&findings, session, self.format.format)?;
        Ok(Answer::Something)
    }

    fn files(&self, repository: &Repository) -> Result<Vec<WorkFile>> {
        if self.paths.is_empty() {
            return repository.files(None);
        }
        let mut files = Vec::new();
        for path in &self.paths {
            files.extend(repository.files(repository.folder_of(path)?.as_ref())?);
        }
        Ok(files)
    }
}

fn print(findings: &[Finding], session: &Session, format: Format) -> Result<()> {
    let mut listing = Listing::new(&["FILE", "PROBLEM"]);
    for Finding { path, problem } in findings {
        listing.push(Row {
            name: path.clone(),
            cells: vec![path.clone(), problem.clone()],
            value: json!({"file": path, "problem": problem}),
        });
    }
    listing.print(&session.out, format)
}
