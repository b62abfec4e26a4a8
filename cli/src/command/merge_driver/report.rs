//! What a merge says to the person.

use super::MergeDriver;
use crate::command::Answer;
use crate::output::Output;
use crate::output::shell::{pathspec, word};
use crate::place::Place;
use crate::unmerged::MARKER;
use signet_envelope::Pointer;
use signet_seal::{Markers, MergeError, Merged};
use std::collections::BTreeSet;
use std::env;

impl MergeDriver {
    /// Says for whom the file is sealed now, and what a person has to decide.
    pub(super) fn report(&self, merged: &Merged, out: &Output) -> Answer {
        let path = &self.called();
        for recipient in &merged.joined {
            out.note(format!("{path} is now sealed for {recipient} too"));
        }
        for recipient in &merged.left {
            out.note(format!("{path} is no longer sealed for {recipient}"));
        }
        let Markers { ours, theirs, .. } = self.markers();
        for (side, exposed) in [(ours, &merged.exposed_by_ours), (theirs, &merged.exposed)] {
            for recipient in exposed {
                out.warn(format!(
                    "{path}: what comes from {side} could be read by {recipient}, who was taken out; it stays so until it is \
                     changed where it is used"
                ));
            }
        }
        if merged.new_key {
            out.note(format!("{path} is sealed under a new data key"));
        } else if merged.encrypted_anew {
            out.note(format!(
                "{path}: what comes from {theirs} was sealed under another data key and is encrypted anew"
            ));
        }
        if merged.conflicts.is_empty() {
            return Answer::Done;
        }
        for conflict in &merged.conflicts {
            out.note(format!("{path}: both sides changed {conflict}"));
        }
        out.note(format!(
            "{path}: leave the lines of one side, then `signet seal {}`",
            word(path)
        ));
        Answer::Something
    }

    /// What became of a file that was not merged value by value, and what to do.
    pub(super) fn what_now(&self, by_lines: bool) -> String {
        let path = self.called();
        let file = pathspec(&path);
        if by_lines {
            format!(
                "{path} was merged line by line, and nobody has checked it; `git checkout --merge -- {file}` tries again"
            )
        } else {
            let Markers { ours, theirs, .. } = self.markers();
            format!(
                "{path} has what it is in {ours} between Git's markers, and nothing of {theirs}: `git checkout --merge -- {file}` \
                 tries again, with `--ours` or `--theirs` instead it is one of them"
            )
        }
    }

    /// What a person does where no merge is to be had: takes one side, and sets again what the other one changed.
    pub(super) fn taken_whole(&self, error: &MergeError) -> Option<String> {
        let MergeError::Foreign { changed, .. } = error else {
            return None;
        };
        let [ours, theirs] = &**changed;
        let listed = |changed: &BTreeSet<Pointer>| {
            let changed: Vec<String> = changed.iter().map(Pointer::to_string).collect();
            if changed.is_empty() {
                "nothing".to_owned()
            } else {
                changed.join(", ")
            }
        };
        let file = pathspec(&self.called());
        Some(format!(
            "take one of them whole, and `signet set` again what the other changed: after `git checkout --theirs -- {file}` \
             that is {}; after `git checkout --ours -- {file}` it is {}",
            listed(ours),
            listed(theirs)
        ))
    }

    /// The file as the person calls it, who may have called Git in another folder than that in which the driver runs.
    pub(super) fn called(&self) -> String {
        let root = env::current_dir().and_then(|here| here.canonicalize());
        let place = root.ok().and_then(|root| Place::of(&root).ok());
        let path = self.path.to_string();
        place.map_or_else(|| path.clone(), |place| place.in_hook().name(&path))
    }

    /// Ours between Git's markers: left as it is, it would be committed as merged, and what theirs has lost in silence.
    pub(super) fn undecided(&self, ours: &[u8]) -> Vec<u8> {
        let markers = self.markers();
        let line = |sign: &str, label: &str| {
            let label = if label.is_empty() {
                ""
            } else {
                &format!(" {label}")
            };
            format!("{}{label}\n", sign.repeat(markers.size)).into_bytes()
        };
        let end: &[u8] = if ours.ends_with(b"\n") { b"" } else { b"\n" };
        let (first, last) = (line("<", markers.ours), line(">", markers.theirs));
        [&first, ours, end, &line("=", ""), &last].concat()
    }

    /// What stands around both sides of a conflict.
    pub(super) fn markers(&self) -> Markers<'_> {
        Markers {
            size: self.size(),
            ours: self.label(1, "ours"),
            theirs: self.label(2, "theirs"),
        }
    }

    /// How long the markers are: at least as long as everybody takes them for markers, and not so long that they fill the
    /// memory, since a repository's attributes say how long.
    pub(super) fn size(&self) -> usize {
        const LONGEST: usize = 1024;
        self.size.clamp(MARKER.len(), LONGEST)
    }

    /// A label that Git gave. Older ones leave the placeholder as it is.
    pub(super) fn label<'a>(&'a self, number: usize, otherwise: &'a str) -> &'a str {
        let label = self.labels.get(number).map(String::as_str);
        label
            .filter(|label| !label.is_empty() && !label.starts_with('%'))
            .unwrap_or(otherwise)
    }
}
