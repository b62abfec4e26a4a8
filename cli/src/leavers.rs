//! Who is to lose a file outside a fleet, which sealing it again takes from nobody.

use crate::failure::{Result, refused};
use crate::foreign;
use crate::output::shell::word;
use crate::output::visible::name;
use crate::sealing::existing::groups_of;
use signet_envelope::{Sealed, normal_recipient};
use signet_seal::KeyGroups;
use std::collections::BTreeSet;
use std::path::Path;

type Group = BTreeSet<String>;

/// Ensures that nobody is there too many.
///
/// # Errors
/// A refusal that says what to do about it, to all that the person `named`.
pub(crate) fn refuse(file: &Path, named: &Path, sealed: &Sealed, wanted: &KeyGroups) -> Result<()> {
    let own = groups_of(sealed);
    let named = word(&named.to_string_lossy());
    let Some(remedy) = remedy(&named, &own, wanted) else {
        return Ok(());
    };
    let failure = refused(format!(
        "{} is sealed for {} too, whom nobody names any more",
        file.display(),
        listed(&beyond(&own, wanted))
    ));
    Err(failure.hint(if foreign::has_any(sealed) {
        by_sops(&named, sealed, &own, wanted)
    } else {
        remedy
    }))
}

/// The same for a file with keys that only sops wraps for, which `signet rotate` refuses.
fn by_sops(file: &str, sealed: &Sealed, own: &KeyGroups, wanted: &KeyGroups) -> String {
    let (come, gone) = (beyond(wanted, own), beyond(own, wanted));
    let keys = sealed.metadata().keys();
    let leaving = keys.filter(|key| gone.contains(&normal_recipient(&key.recipient)));
    let removals: String = leaving
        .map(|key| foreign::removal(key.kind, &key.recipient))
        .collect();
    let additions = flags("--add-age", &come);
    format!("`sops rotate -i{additions}{removals} {file}` does it, with the keys that sops has")
}

/// What to do so that those lose a file whom nobody names any more; nothing if there is nobody. The file is a word of the
/// shell's.
pub(crate) fn remedy(file: &str, own: &KeyGroups, wanted: &KeyGroups) -> Option<String> {
    let gone = beyond(own, wanted);
    if gone.is_empty() {
        return None;
    }
    let come = beyond(wanted, own);
    if !come.iter().all(|one| can_be_flagged(one)) {
        return Some(format!(
            "put {} right in the creation rule first",
            listed(&come)
        ));
    }
    if !gone.iter().all(|one| can_be_flagged(one)) {
        return Some(format!(
            "take {} out of the sops block of {file} with an editor, and then `signet rotate {file}`",
            listed(&gone)
        ));
    }
    let (seal, remove) = (format!("`signet seal {file}`"), flags("--remove", &gone));
    let is_split = own.groups.len() > 1;
    if is_split && own.groups.iter().any(|group| group.is_subset(&gone)) {
        return Some(format!(
            "nobody would be left in one of its key groups: name {} there again beside who comes, {seal}, then take that name \
             out and `signet rotate {file}{remove}`; where the whole group goes, open the file and seal the text anew",
            listed(&gone)
        ));
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
    Some(format!(
        "who is to lose a file loses it with a new data key: `signet rotate {file}{add}{remove}`{then}"
    ))
}

/// Those whom one names and the other does not.
pub(crate) fn beyond(one: &KeyGroups, other: &KeyGroups) -> Group {
    &one.recipients() - &other.recipients()
}

/// Whether those who stay are to stand in other key groups, or another number of groups is to be needed.
pub(crate) fn stand_elsewhere(own: &KeyGroups, wanted: &KeyGroups) -> bool {
    let both = &own.recipients() & &wanted.recipients();
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

/// Whether a flag can name somebody: a label says whatever its writer liked, and lists of people have commas.
fn can_be_flagged(recipient: &str) -> bool {
    let is_odd = recipient.is_empty() || recipient.starts_with('-') || recipient.contains(',');
    !is_odd && name(recipient) == recipient
}

fn flags(flag: &str, people: &Group) -> String {
    let flags = people.iter().map(|one| format!(" {flag} {}", word(one)));
    flags.collect()
}
