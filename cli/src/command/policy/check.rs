//! `signet policy check`: what would be refused, and what is probably not meant.

use crate::clock;
use crate::command::Answer;
use crate::failure::Result;
use crate::fleet;
use crate::inspection::finding::Finding;
use crate::inspection::policy;
use crate::inspection::source::Source;
use crate::output::Output;
use crate::output::listing::{Format, FormatArgs, Listing, Row};
use crate::pin::{self, Trust};
use crate::place::Place;
use crate::repository::Repository;
use crate::session::Session;
use serde_json::json;

/// Check the policy: what would be refused, and what is probably not meant
#[derive(clap::Args)]
#[command(
    after_help = "Told of are paths that nobody may change, tenants without a rule, rules that nobody meets now, rules that let programs change fields \
    where no file has any, principals that no rule lets do anything, weak, ended and revoked keys, security keys that sign without a touch, rules for clusters/** that ask for less than \
    that for signet/**, and recovery keys for which the anchor has no code; of the work tree also a change that is not the next version after that of the last good commit (of HEAD, where the clone has pinned no introduction). What it says of a revision says nothing \
    about who signed it.\n\
    A key is a line as ssh-keygen prints it, or openpgp: and the full fingerprint of an OpenPGP primary key. Its certificate stands beside the \
    policy, in signet/keys/FINGERPRINT.asc, as gpg --armor --export-options export-minimal --export prints it.\n\
    Exit codes: 0 nothing to say, 1 something, 2 failed.\n\n\
    Example:\n  signet policy check\n  signet policy check origin/main -o json"
)]
pub(crate) struct Check {
    /// A revision (default: the work tree)
    #[arg(value_name = "REV")]
    revision: Option<String>,
    #[command(flatten)]
    format: FormatArgs,
}

impl Check {
    /// Prints what there is to say.
    pub(crate) fn run(self, session: &Session) -> Result<Answer> {
        let out = &session.out;
        let repository = Repository::here(out)?;
        let source = match &self.revision {
            Some(revision) => Source::commit(&repository, repository.resolve(revision)?)?,
            None => Source::work_tree(repository.root(), out)?,
        };
        let place = Place::of(source.root())?;
        let before = match &self.revision {
            Some(_) => None,
            None => governing(&repository, out)?,
        };
        let findings = policy::found(&source, before.as_deref(), clock::now())?.into_iter();
        let findings: Vec<Finding> = findings.map(|one| one.seen_from(&place)).collect();
        if findings.is_empty() && self.format.format == Format::Table {
            out.note("nothing found");
            return Ok(Answer::Done);
        }
        listing(&findings).print(out, self.format.format)?;
        Ok(Answer::of(&findings))
    }
}

/// The policy that the next commit follows: that of the last good commit, or HEAD's where this clone has pinned no introduction.
fn governing(repository: &Repository, out: &Output) -> Result<Option<Vec<u8>>> {
    if repository.store().is_unborn() {
        return Ok(None);
    }
    if pin::place(repository.store()).exists() {
        match fleet::believed(repository, Trust::UNNAMED) {
            Ok(believed) => return Ok(Some(believed.verdict.tree.read(&policy::path())?)),
            Err(failure) => {
                let failure = failure
                    .context("look for the policy of the last good commit, in the place of HEAD's");
                out.warn(failure.report(false).trim_end());
            }
        }
    }
    let source = Source::commit(repository, repository.resolve("HEAD")?)?;
    let path = policy::path();
    source.has(&path).then(|| source.read(&path)).transpose()
}

fn listing(findings: &[Finding]) -> Listing {
    let mut listing = Listing::new(&["LEVEL", "FINDING", "PLACE", "PROBLEM", "REMEDY"]);
    for finding in findings {
        let (id, level) = (finding.kind.id(), finding.kind.level().as_str());
        let at = finding.at;
        let at = at.map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column));
        let remedy = finding.remedy();
        listing.push(Row {
            name: format!("{id}/{}", finding.shown),
            cells: vec![
                level.to_owned(),
                id.to_owned(),
                format!("{}{at}", finding.shown),
                finding.problem.clone(),
                remedy.clone(),
            ],
            value: json!({
                "id": id,
                "level": level,
                "file": finding.path,
                "line": finding.at.map(|at| at.line),
                "column": finding.at.map(|at| at.column),
                "problem": finding.problem,
                "remedy": remedy,
            }),
        });
    }
    listing
}
