//! What somebody could read who is taken away: each value, exposed until it is changed.

use super::chosen::Chosen;
use super::counted;
use super::history::{self, Change, Holders};
use crate::failure::Result;
use crate::output::Output;
use crate::output::listing::{Listing, Row};
use crate::output::visible::name;
use serde_json::json;
use signet_api::RepoPath;
use signet_envelope::{Content, Enc, Pointer, Sealed};
use signet_seal::Identity;
use std::collections::BTreeSet;
use std::path::Path;

/// A value that somebody could read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exposed {
    pub(super) file: RepoPath,
    pub(super) value: Pointer,
    /// Who.
    pub(super) to: BTreeSet<String>,
    /// When the value became what it is.
    pub(super) changed: Change,
}

/// Every value that those could read who go from its file: all of the files that name one of them, and of files that name one
/// of them only as they were committed last, those values that have not changed since.
pub(super) fn of(
    files: &[Chosen],
    gone: impl Fn(&Chosen) -> BTreeSet<String>,
    holders: &Holders,
    root: &Path,
    identities: &[Identity],
    out: &Output,
) -> Result<Vec<Exposed>> {
    let files = files.iter().map(|file| (file, gone(file)));
    let files = files.filter(|(_, gone)| !gone.is_empty());
    let (files, gone): (Vec<&Chosen>, Vec<BTreeSet<String>>) = files.unzip();
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let history = history::of(root, &files, identities, out)?;
    let mut exposed = Vec::new();
    for ((file, gone), past) in files.iter().zip(&gone).zip(history) {
        let now = &file.people & gone;
        let holders = holders.get(&file.path);
        let before = holders.map_or_else(BTreeSet::new, |holders| holders & gone);
        for (value, changed) in past {
            let mut to = now.clone();
            if changed.is_committed() {
                to.extend(before.iter().cloned());
            }
            if !to.is_empty() {
                exposed.push(Exposed {
                    file: file.path.clone(),
                    value,
                    to,
                    changed,
                });
            }
        }
    }
    Ok(exposed)
}

/// In one sentence, with the sealed comments of those files, of which nobody can say since when they are what they are. Whether
/// it `is_over`: an earlier run has told of what was read.
pub(super) fn summary(
    exposed: &[Exposed],
    losing: &[&Chosen],
    gone: &BTreeSet<String>,
    is_over: bool,
) -> String {
    let exposed_files = exposed.iter().map(|one| &one.file);
    let files: BTreeSet<&RepoPath> = exposed_files
        .chain(losing.iter().map(|file| &file.path))
        .collect();
    let gone: Vec<String> = gone.iter().map(|one| name(one)).collect();
    let gone = gone.join(", ");
    let comments = losing.iter().map(|file| sealed_comments(&file.sealed));
    let counts = [(exposed.len(), "value"), (comments.sum(), "sealed comment")];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, noun)| counted(count, noun)).collect();
    match (counts.is_empty(), files.len()) {
        (true, 0) if is_over => format!(
            "no file is sealed for {gone} any more; what could be read before stays exposed until it is changed where it is used"
        ),
        (true, 0) => format!(
            "{gone} is removed; each value has changed, and was not committed, since they could read it"
        ),
        (true, files) => format!(
            "{} with nothing sealed could be read by {gone}, who is removed",
            counted(files, "file")
        ),
        (false, files) => format!(
            "{} in {} could be read by {gone}, who is removed; what is exposed stays so until it is changed where it is used",
            counts.join(" and "),
            counted(files, "file"),
        ),
    }
}

fn sealed_comments(file: &Sealed) -> usize {
    let slots = file.slots().into_iter();
    let sealed = slots.filter(|slot| match slot.content {
        Content::Comment(comment) => Enc::looks_sealed(&comment.text),
        Content::SealedElement(_) => true,
        Content::Scalar(_) => false,
    });
    sealed.count()
}

/// The report.
pub(super) fn listing(exposed: &[Exposed]) -> Listing {
    let mut listing = Listing::new(&["FILE", "VALUE", "LAST CHANGED", "BY COMMIT", "EXPOSED"]);
    for one in exposed {
        listing.push(row(one));
    }
    listing
}

fn row(exposed: &Exposed) -> Row {
    let Exposed {
        file,
        value,
        to,
        changed,
    } = exposed;
    let commit = changed.commit.map(|commit| commit.to_string());
    let short = commit.as_ref().map_or("-", |commit| &commit[..12]);
    Row {
        name: format!("{file}{}", value.in_document()),
        cells: vec![
            file.to_string(),
            value.to_string(),
            changed.time.clone(),
            short.to_owned(),
            "until changed".to_owned(),
        ],
        value: json!({
            "file": file.as_str(),
            "document": value.document_index(),
            "value": value.in_document(),
            "recipients": to,
            "lastChanged": changed.time,
            "commit": commit,
            "exposed": "until changed",
        }),
    }
}
