//! `signet diff`: what would change in the clusters, without a key and without a cluster.

mod changes;
mod markdown;
mod shown;
mod sides;

use crate::command::Answer;
use crate::failure::Result;
use crate::output::Output;
use crate::repository::Repository;
use crate::revisions::Range;
use crate::session::Session;
use changes::SourceChange;
use clap::ValueEnum;
use sides::Side;
use std::path::PathBuf;

/// Show what changes in the objects of all sources, sealed values as such
#[derive(clap::Args)]
#[command(
    after_help = "Exits with 0 where nothing changes, 1 where something does, and 2 where a source does not render.\n\nExample:\n  signet diff\n  signet diff origin/main..HEAD -o markdown"
)]
pub(crate) struct Diff {
    /// A revision to compare the work tree with, or two to compare: A..B
    #[arg(default_value = "HEAD", value_name = "REV|A..B")]
    revisions: Range,
    /// Only sources that stand in or around these folders, or read files there
    #[arg(last = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to print the changes
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// How changes are printed.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Objects as YAML, with a sign before each line that comes or goes
    #[default]
    Text,
    /// Objects as they were and will be
    Json,
    /// A table of the objects, and a fold for each
    Markdown,
    /// What becomes of each object, one a line
    Name,
}

impl Diff {
    /// Prints what changes, source by source.
    pub(crate) fn run(self, session: &Session) -> Result<Answer> {
        let repository = Repository::here(&session.out)?;
        let Range { from, tip } = &self.revisions;
        let (before, after) = match from {
            Some(from) => (Side::at(&repository, from)?, Side::at(&repository, tip)?),
            None => (Side::at(&repository, tip)?, Side::work_tree(&repository)?),
        };
        let folders = self.paths.iter().map(|path| repository.path_at(path));
        let folders = folders.collect::<Result<Vec<_>>>()?;
        let (changed, idle) = changes::between(&before, &after, &folders)?;
        for folder in idle {
            let warning = format!("{folder}: no source stands there or reads anything there");
            session.out.warn(warning);
        }
        print(&changed, self.output, &session.out)?;
        Ok(Answer::of(&changed))
    }
}

fn print(changed: &[SourceChange], format: Format, out: &Output) -> Result<()> {
    match format {
        Format::Text => out.toned(&shown::text(changed))?,
        Format::Name => out.text(&shown::names(changed))?,
        Format::Markdown => out.text(&markdown::comment(changed))?,
        Format::Json => out.bytes(shown::json(changed)?.as_bytes())?,
    }
    Ok(())
}
