//! `signet merge-driver`: merges a sealed file for Git, value by value.

mod lines;
mod people;
mod report;

use super::Answer;
use crate::consent::Consent;
use crate::failure::{Explain, Failure, Result, refused};
use crate::gitcmd;
use crate::identities::{Found, IdentityArgs, Lock, lock_in};
use crate::output::Output;
use crate::output::shell::pathspec;
use crate::output::visible::lines_of;
use crate::pin::Trust;
use crate::random::from_system;
use crate::reading;
use crate::repository::Repository;
use crate::session::Session;
use crate::store_args::StoreArgs;
use crate::surroundings::Surroundings;
use clap::builder::{OsStringValueParser, TypedValueParser};
use lines::Versions;
use people::Moves;
use signet_api::RepoPath;
use signet_envelope::{EnvelopeError, is_sealed, parse_unfinished_as};
use signet_seal::{MergeError, Merged, SealError, SealRequest, Sides, Voucher, merge_file};
use std::ffi::OsString;
use std::fmt::{self, Display};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::{env, fs, str};

/// Merge a sealed file value by value; what Git runs once `signet git install` has told it to
#[derive(clap::Args)]
#[command(
    after_help = "A conflict is only where both sides changed the same value. There, the sealed lines of both stand between Git's \
    markers: leave those of one side, and `signet seal FILE` does the rest. Where a side is not as somebody with its key left it, \
    or nobody says for whom a new data key is wrapped, ours alone stands between the markers. Without an identity that opens the file it is \
    merged line by line, and never silently: `git checkout --merge -- FILE` tries again.\n\
    Exit codes: 0 merged, 1 a person has to decide, 2 failed.\n\n\
    Example:\n  signet merge-driver -- base.yaml ours.yaml theirs.yaml 7 secrets/db.yaml"
)]
pub(crate) struct MergeDriver {
    /// The common version (%O)
    base: PathBuf,
    /// Our version, and where the result is written (%A)
    ours: PathBuf,
    /// Their version (%B)
    theirs: PathBuf,
    /// How long conflict markers are (%L)
    #[arg(value_name = "MARKER-SIZE")]
    size: usize,
    /// The file's path in the repository (%P)
    path: GivenPath,
    /// What the versions are called: common, ours, theirs (%S %X %Y)
    #[arg(num_args = 0..=3, value_parser = lossy())]
    labels: Vec<String>,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    consent: Consent,
}

/// Why a file was not merged value by value, and whether its lines may be merged instead.
struct Refusal {
    failure: Failure,
    /// Nothing of a version that somebody tampered with comes into the file.
    by_lines: bool,
}

impl MergeDriver {
    /// Writes the merged file in the place of ours.
    pub(crate) fn run(self, session: &Session) -> Result<Answer> {
        let out = &session.out;
        let Some(versions) = self.read()? else {
            return self.versions().merge(out);
        };
        let [_, ours, theirs] = &versions;
        if !is_sealed(ours) && !is_sealed(theirs) {
            return self.versions().merge(out);
        }
        match self.merged(&versions, out) {
            Ok(merged) => {
                fs::write(&self.ours, &merged.text)
                    .with_context(|| format!("write {}", self.path))?;
                Ok(self.report(&merged, out))
            }
            Err(Refusal { failure, by_lines }) => {
                out.failure(&failure.context(format!("merge {} value by value", self.path)));
                let by_lines = by_lines && self.has_merged_lines(out);
                if !by_lines {
                    let marked = self.undecided(&versions[1]);
                    fs::write(&self.ours, marked)
                        .with_context(|| format!("write {}", self.path))?;
                }
                out.note(self.what_now(by_lines));
                Ok(Answer::Something)
            }
        }
    }

    /// The common version, ours and theirs; nothing where one is larger than any sealed file, whose lines are merged as Git would.
    fn read(&self) -> Result<Option<[Vec<u8>; 3]>> {
        let read = |file: &Path| match reading::file(file) {
            Ok(mut bytes) => Ok(Some(std::mem::take(&mut *bytes))),
            Err(error) if error.kind() == ErrorKind::FileTooLarge => Ok(None),
            Err(error) => Err(error).with_context(|| format!("read {}", self.path)),
        };
        let versions = [read(&self.base)?, read(&self.ours)?, read(&self.theirs)?];
        let [Some(base), Some(ours), Some(theirs)] = versions else {
            return Ok(None);
        };
        Ok(Some([base, ours, theirs]))
    }

    /// Whether the lines could be merged; says why not.
    fn has_merged_lines(&self, out: &Output) -> bool {
        let merged = self.versions().merge(out);
        merged.inspect_err(|failure| out.failure(failure)).is_ok()
    }

    fn merged(
        &self,
        versions: &[Vec<u8>; 3],
        out: &Output,
    ) -> std::result::Result<Merged, Refusal> {
        let [base, ours, theirs] = versions;
        let sides = Sides {
            base: str::from_utf8(base).ok().filter(|text| !text.is_empty()),
            ours: str::from_utf8(ours)?,
            theirs: str::from_utf8(theirs)?,
        };
        let path = self.path.0.to_str();
        let path = path.ok_or_else(|| refused("its path is not UTF-8"))?;
        let path: RepoPath = path.parse()?;
        let found = self.found(&path, versions)?;
        let sealed = parse_unfinished_as(self.store.of(&path), sides.ours, &path)?;
        let around = Surroundings::of(Path::new("."), self.trust, out)?;
        let mut existing = around.existing(&sealed, self.consent)?;
        if existing.is_in_fleet() {
            let repository = Repository::at(around.root().to_owned(), out)?;
            let moves = Moves::of_merge(&repository, &path, self.trust)?;
            existing = existing.moved(&moves.come, &moves.gone);
        }
        let request = existing.request(&found.identities);
        let merge = |request: &_| merge_file(&sides, &self.markers(), request, &mut from_system);
        let merged = match merge(&request) {
            Err(
                ref error @ (MergeError::Strangers { ref recipients, .. }
                | MergeError::Unrelated { ref recipients, .. }),
            ) => {
                self.ask_for(error, recipients)?;
                merge(&SealRequest {
                    vouched_by: Voucher::Person,
                    ..request
                })
            }
            merged => merged,
        };
        if let Ok(merged) = &merged
            && merged.conflicts.is_empty()
        {
            // Ours in any case: the engine makes a new key where nobody answers for that of our side.
            // Where it cannot be recorded, a person is asked about it later.
            let _ = around.own_work().record([(&path, merged.text.as_str())]);
        }
        merged.map_err(|error| {
            let by_lines = may_merge_lines(&error);
            let nobody =
                matches!(&error, MergeError::Side { source, .. } if source.wants_identity());
            let whole = self.taken_whole(&error);
            let failure = Failure::from(error).hint_if(whole.as_deref());
            Refusal {
                failure: if nobody {
                    found.explain(failure)
                } else {
                    failure
                },
                by_lines,
            }
        })
    }

    /// The identities that open all versions. Git runs a driver before any pager and leaves it the terminal, so a passphrase
    /// is asked for there, unless Git itself is told to ask for nothing.
    fn found(&self, path: &RepoPath, versions: &[Vec<u8>; 3]) -> Result<Found> {
        let store = self.store.of(path);
        let versions = versions.iter();
        let locks = versions.filter_map(|version| lock_in(store, path, version));
        let locks: Vec<Lock> = locks.collect();
        if gitcmd::may_prompt(env::var_os("GIT_TERMINAL_PROMPT").as_deref()) {
            self.identity.find_for(&locks)
        } else {
            self.identity.find_unasked(&locks)
        }
    }

    /// Asks whether those may open the result whom one side alone names, or what comes from a file that may be another one.
    fn ask_for(
        &self,
        error: &MergeError,
        recipients: &[String],
    ) -> std::result::Result<(), Refusal> {
        let (path, recipients) = (&self.path, lines_of(recipients));
        let (question, instead) = match error {
            MergeError::Unrelated { .. } => (
                format!(
                    "{error}. These will open what comes from it:{recipients}\n\
                 Whoever cannot open it could have put it there, for others to read. Merge it?"
                ),
                format!(
                    "`git checkout --merge -- {}` at a terminal asks again",
                    pathspec(&self.called())
                ),
            ),
            _ => (
                format!(
                    "{path} needs a new data key, and one side alone names these recipients:{recipients}\n\
                 Whoever could write to that branch could have put them there. Wrap the key for them too?"
                ),
                "merge at a terminal, or take them out first".to_owned(),
            ),
        };
        self.consent
            .to_or(&question, &instead)
            .map_err(|failure| Refusal {
                failure,
                by_lines: false,
            })
    }

    fn versions(&self) -> Versions<'_> {
        Versions {
            files: [&self.ours, &self.base, &self.theirs],
            labels: [
                self.label(1, "ours"),
                self.label(0, "base"),
                self.label(2, "theirs"),
            ],
            size: self.size(),
        }
    }
}

impl<E: Into<Failure>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self {
            failure: error.into(),
            by_lines: true,
        }
    }
}

/// A path as Git gave it, which need not be UTF-8.
#[derive(Clone)]
struct GivenPath(OsString);

impl From<OsString> for GivenPath {
    fn from(path: OsString) -> Self {
        Self(path)
    }
}

impl Display for GivenPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

/// A label as Git gave it: what is not UTF-8 is replaced.
fn lossy() -> impl TypedValueParser<Value = String> {
    OsStringValueParser::new().map(|text| text.to_string_lossy().into_owned())
}

/// Whether lines may be merged where values were not: where nobody here can say of a version that it is not as somebody with
/// its key left it, or nothing is wrong with either.
fn may_merge_lines(error: &MergeError) -> bool {
    match error {
        MergeError::Side { source, .. } => {
            let is_clear = matches!(source, SealError::Envelope(EnvelopeError::NotSealed { .. }));
            is_clear || source.wants_identity()
        }
        // Of lines under two keys, no key opens all.
        MergeError::Strangers { .. }
        | MergeError::Unrelated { .. }
        | MergeError::Foreign { .. } => false,
        MergeError::Rule { .. }
        | MergeError::Recipients { .. }
        | MergeError::Documents { .. }
        | MergeError::Unwritable { .. }
        | MergeError::Seal(_) => true,
    }
}
