//! Somebody who was taken out of a sealed file, and knows the data key that it has.

use super::{Finding, Kind, sealed};
use crate::failure::Result;
use crate::foreign;
use crate::key_holders::{self, File, Holders, Now};
use crate::output::Output;
use crate::output::visible::name;
use crate::repository::Repository;
use signet_api::RepoPath;
use signet_envelope::Sealed;
use signet_provenance::ObjectId;
use signet_yaml::Position;

/// So many commits are looked at: a hook runs before each commit, and whoever was taken out long ago is found by the checks that
/// ran until then, and by a rotation, which looks at all.
const RECENT: usize = 256;

/// A sealed file whose key others may know.
pub(super) struct Suspect {
    file: File,
    at: Option<Position>,
    is_left_to_sops: bool,
}

impl Suspect {
    pub(super) fn of(path: &RepoPath, file: &Sealed) -> Self {
        Self {
            file: File {
                path: path.clone(),
                store: file.store(),
                now: Some(Now::of(file)),
            },
            at: sealed::place_in_block(file, &["age"]),
            is_left_to_sops: foreign::has_any(file),
        }
    }

    /// The finding; the first of the commits is HEAD.
    fn against(&self, mut holders: Holders, commits: &[ObjectId]) -> Option<Finding> {
        if holders.is_empty() {
            return None;
        }
        let people = self.file.shown().people;
        holders.retain(|one, _| !people.contains(one));
        let since = |commit: &ObjectId| match commits.first() {
            Some(head) if head == commit => "HEAD".to_owned(),
            _ => commit.to_string()[..12].to_owned(),
        };
        let gone = holders
            .iter()
            .map(|(one, commit)| format!("{} since {}", name(one), since(commit)));
        let gone: Vec<String> = gone.collect();
        if gone.is_empty() {
            return None;
        }
        let problem = format!(
            "who was taken out knows the data key that it still has: {}",
            gone.join(", ")
        );
        let found = Finding::new(Kind::KeptKey, &self.file.path, self.at, problem);
        Some(if self.is_left_to_sops {
            found.with_remedy("sops rotate -i FILE")
        } else {
            found
        })
    }
}

/// The findings about files that Git has, or had, for more people under the key that they have, as `sops updatekeys` leaves them.
///
/// # Errors
/// When the history cannot be read.
pub(super) fn found(
    repository: &Repository,
    commits: &[ObjectId],
    suspects: &[Suspect],
    out: &Output,
) -> Result<Vec<Finding>> {
    let files: Vec<&File> = suspects.iter().map(|suspect| &suspect.file).collect();
    let holders = key_holders::committed(repository, commits, &files, &[], RECENT, out)?;
    let found = suspects.iter().zip(holders);
    Ok(found
        .filter_map(|(suspect, holders)| suspect.against(holders, commits))
        .collect())
}
