//! For whom a plain file is sealed already, beside those that somebody names now.

use crate::failure::{Result, refused};
use crate::output::shell::word;
use crate::output::visible::name;
use signet_seal::KeyGroups;
use std::collections::BTreeSet;
use std::path::Path;

type Group = BTreeSet<String>;

/// Ensures that nobody is there too many, which sealing does not change.
///
/// # Errors
/// A refusal that names the commands that do.
pub(super) fn refuse_too_many(file: &Path, own: &KeyGroups, wanted: &KeyGroups) -> Result<()> {
    let (there, named) = (own.recipients(), wanted.recipients());
    let gone: Group = there.difference(&named).cloned().collect();
    if gone.is_empty() {
        return Ok(());
    }
    let come: Group = named.difference(&there).cloned().collect();
    let failure = refused(format!(
        "{} is sealed for {} too, whom nobody names any more",
        file.display(),
        listed(&gone)
    ));
    let file_word = word(&file.to_string_lossy());
    let (seal, remove) = (
        format!("`signet seal {file_word}`"),
        flags("--remove", &gone),
    );
    let is_split = own.groups.len() > 1;
    if is_split && own.groups.iter().any(|group| group.is_subset(&gone)) {
        return Err(failure.hint(format!(
            "nobody would be left in one of its key groups: name {} there again beside who comes, {seal}, then take that name \
             out and `signet rotate {file_word}{remove}`; where the whole group goes, open the file and seal the text anew",
            listed(&gone)
        )));
    }
    // Where there are groups, sealing knows into which one somebody comes.
    let add = if is_split {
        String::new()
    } else {
        flags("--add", &come)
    };
    let is_left = is_split && !come.is_empty() || stand_elsewhere(own, wanted);
    let then = if is_left {
        format!(", and then {seal}")
    } else {
        String::new()
    };
    Err(failure.hint(format!(
        "who is to lose a file loses it with a new data key: `signet rotate {file_word}{add}{remove}`{then}"
    )))
}

/// Whether those who stay are to stand in other key groups, or another number of groups is to be needed.
pub(super) fn stand_elsewhere(own: &KeyGroups, wanted: &KeyGroups) -> bool {
    let both: Group = own
        .recipients()
        .intersection(&wanted.recipients())
        .cloned()
        .collect();
    let staying = |groups: &KeyGroups| -> Vec<Group> {
        let groups = groups.groups.iter();
        let groups = groups.map(|group| group.intersection(&both).cloned().collect());
        let mut groups: Vec<Group> = groups.filter(|group: &Group| !group.is_empty()).collect();
        groups.sort();
        groups
    };
    let (here, there) = (staying(own), staying(wanted));
    here != there || own.needed() != wanted.needed()
}

fn listed(people: &Group) -> String {
    let people: Vec<String> = people.iter().map(|one| name(one)).collect();
    people.join(", ")
}

fn flags(flag: &str, people: &Group) -> String {
    let flags = people.iter().map(|one| format!(" {flag} {}", word(one)));
    flags.collect()
}
