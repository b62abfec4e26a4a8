//! The tags by which people approve changes.

use gix::Repository;
use signet_provenance::{APPROVALS, TagRef};

use crate::store::{ours, theirs};
use crate::{Store, StoreError};

/// The most that are looked at, the first by name: ten a working day for four years.
pub const MOST_APPROVALS: usize = 10_000;
/// The longest tag that is looked at, in bytes. The largest signature takes a tenth of it.
pub const LARGEST_APPROVAL: u64 = 64 << 10;
/// The longest name: each part of it has to be a file's name in a clone (255 bytes), where git
/// adds `.lock` while it writes.
const LONGEST: usize = 200;

impl Store {
    /// The tags below [`APPROVALS`], the first ten thousand in the order of their names: in a
    /// person's repository as they are there, in a store of ours as they were when the remote was
    /// asked last.
    ///
    /// They need be no approvals, but none names another object than a tag, or one above 64 KiB.
    ///
    /// # Errors
    /// [`StoreError::Refs`].
    pub fn approvals(&self) -> Result<Vec<TagRef>, StoreError> {
        let found = listed(&self.repository());
        found.map_err(|source| self.refs_error(source))
    }
}

fn listed(repository: &Repository) -> Result<Vec<TagRef>, gix::Error> {
    let refs = repository.references()?;
    let mut found = Vec::new();
    // A ref that cannot be read approves nothing.
    for reference in refs.prefixed(APPROVALS)?.flatten() {
        let name = reference.name().as_bstr();
        if let (Some(tag), Ok(name)) = (reference.try_id(), str::from_utf8(name)) {
            let reference = name.to_owned();
            let tag = ours(&tag);
            found.push(TagRef { reference, tag });
        }
    }
    found.sort();
    found.truncate(MOST_APPROVALS);
    found.retain(|tag| is_tag(repository, tag));
    Ok(found)
}

/// Whether what a ref names is here and a tag. Whoever may push refs may have them name anything, which nobody is to read
/// to find out.
pub(crate) fn is_tag(repository: &Repository, tag: &TagRef) -> bool {
    let header = repository.find_header(theirs(&tag.tag));
    header.is_ok_and(|header| {
        header.kind() == gix::object::Kind::Tag && header.size() <= LARGEST_APPROVAL
    })
}

/// What of the refs that a remote lists is looked at, in the order of their names, and why not all
/// of it where that is so.
pub(crate) fn chosen(
    listed: impl IntoIterator<Item = (Vec<u8>, gix::ObjectId)>,
) -> (Vec<TagRef>, Option<String>) {
    let mut chosen: Vec<TagRef> = listed
        .into_iter()
        .filter_map(|(name, id)| named(name, &id))
        .collect();
    chosen.sort();
    chosen.dedup_by(|one, other| one.reference == other.reference);
    let found = chosen.len();
    chosen.truncate(MOST_APPROVALS);
    let excess = (found > MOST_APPROVALS).then(|| {
        format!("there are {found} tags below {APPROVALS}, of which the first {MOST_APPROVALS} by name are looked at: delete those that have expired and were never needed")
    });
    (chosen, excess)
}

fn named(name: Vec<u8>, id: &gix::oid) -> Option<TagRef> {
    let reference = String::from_utf8(name).ok()?;
    let tag = ours(id);
    is_approval_name(&reference).then_some(TagRef { reference, tag })
}

/// Whether a ref of this full name is looked at as an approval.
pub fn is_approval_name(reference: &str) -> bool {
    let is_name = gix::validate::reference::name(reference.into()).is_ok();
    let short = reference.strip_prefix(APPROVALS);
    is_name && short.is_some_and(|short| !short.is_empty() && short.len() <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<(Vec<u8>, gix::ObjectId)> {
        let id = gix::ObjectId::Sha1([7; 20]);
        let names = names.iter().map(|name| (name.as_bytes().to_vec(), id));
        names.collect()
    }

    #[test]
    fn looks_at_well_named_refs_in_one_place() {
        let long = format!("{APPROVALS}{}", "x".repeat(LONGEST + 1));
        let listed = ids(&[
            "refs/tags/signet/approve/b",
            "refs/tags/signet/approve/a/1",
            "refs/tags/signet/approve/b",
            "refs/tags/signet/approve/",
            "refs/tags/signet/approve/a b",
            "refs/tags/signet/approve/../../heads/main",
            "refs/tags/signet/approved",
            "refs/tags/v1",
            "refs/heads/main",
            &long,
        ]);
        let (chosen, excess) = chosen(listed);
        let names: Vec<&str> = chosen.iter().map(|tag| &*tag.reference).collect();
        assert_eq!(
            names,
            ["refs/tags/signet/approve/a/1", "refs/tags/signet/approve/b"]
        );
        assert_eq!(excess, None);
    }

    #[test]
    fn looks_at_so_many_and_says_that_there_are_more() {
        let names: Vec<String> = (0..=MOST_APPROVALS)
            .map(|one| format!("{APPROVALS}{one:06}"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).rev().collect();
        let (chosen, excess) = chosen(ids(&names));
        assert_eq!(chosen.len(), MOST_APPROVALS);
        assert!(chosen[0].reference.ends_with("/000000"));
        assert!(excess.unwrap().contains("there are 10001 tags"));
    }
}
