//! Who comes and who goes when files are rotated.

use super::chosen::Chosen;
use super::exposure::Exposed;
use super::job::Job;
use crate::failure::{Explain, Failure, Result, refused, usage};
use crate::foreign::removal;
use crate::identities::{Found, Lock};
use crate::output::shell::word;
use crate::rule_people::{other_people, update};
use crate::sealing::existing::Existing;
use signet_api::RepoPath;
use signet_cluster::chain;
use signet_envelope::{CreationRule, normal_recipient};
use signet_seal::{check_recipient, regroup};
use std::collections::BTreeSet;

/// Who comes and who goes.
pub(super) struct Moves {
    pub(super) gone: BTreeSet<String>,
    pub(super) come: BTreeSet<String>,
}

impl Moves {
    /// Those whom the flags name, each written one way.
    pub(super) fn of(remove: &[String], add: &[String]) -> Result<Self> {
        for recipient in add {
            check("--add", &normal_recipient(recipient))?;
        }
        let normal = |all: &[String]| -> BTreeSet<String> {
            all.iter().map(|one| normal_recipient(one)).collect()
        };
        let (gone, come) = (normal(remove), normal(add));
        match gone.intersection(&come).next() {
            Some(both) => Err(usage(format!("{both} cannot both be added and removed"))),
            None => Ok(Self { gone, come }),
        }
    }

    /// Whether nobody comes or goes.
    pub(super) fn is_nobody(&self) -> bool {
        self.gone.is_empty() && self.come.is_empty()
    }

    /// Refuses to take away what is no recipient, unless it stands somewhere as one.
    pub(super) fn refuse_nonsense(&self, all: &[Chosen], exposed: &[Exposed]) -> Result<()> {
        let stands = |one: &String| {
            let now = all.iter().any(|file| file.people.contains(one));
            now || exposed.iter().any(|value| value.to.contains(one))
        };
        let mut absent = self.gone.iter().filter(|one| !stands(one));
        absent.try_for_each(|one| check("--remove", one))
    }

    /// Of files that the identities open, those that they do not open afterwards.
    pub(super) fn lost<'a>(&self, jobs: &'a [Job<'a>], found: &Found) -> Vec<&'a RepoPath> {
        let is_lost = |job: &&Job<'_>| {
            found.opens(&Lock::of(&job.file.sealed)) && !found.opens(&job.existing.lock())
        };
        let jobs = jobs.iter().filter(|_| !self.gone.is_empty());
        jobs.filter(is_lost).map(|job| &job.file.path).collect()
    }

    /// Whether the file has to change: any does if nobody comes or goes.
    pub(super) fn touch(&self, file: &Chosen) -> bool {
        self.is_nobody()
            || !self.gone.is_disjoint(&file.people)
            || !self.come.is_subset(&file.people)
    }

    /// For whom the file is sealed afterwards.
    pub(super) fn apply(&self, existing: Existing, file: &Chosen) -> Result<Existing> {
        let path = &file.path;
        if !existing.is_in_fleet() {
            let groups = regroup(&file.sealed, &self.gone, &self.come);
            let groups = groups.with_context(|| format!("rotate {path}"))?;
            return Ok(existing.sealed_for(groups));
        }
        if !self.come.is_empty() {
            return Err(
                refused(format!("the path of {path} says for whom it is sealed")).hint(
                    "leave out --add; further people who may open it are `editors` of the tenant",
                ),
            );
        }
        match existing.recipients.required.intersection(&self.gone).next() {
            Some(stays) => Err(refused(format!(
                "{path} has to be sealed for {stays} as long as the fleet's documents name it"
            ))
            .hint("take the recipient out of the tenant's or cluster's document in signet/ first")),
            None => Ok(existing),
        }
    }

    /// What does the same to a file that is also sealed for keys of other kinds than age's. Where nobody is named who comes or
    /// goes, that is what its creation rule asks for by now, if it asks for others.
    pub(super) fn done_by_sops(
        &self,
        file: &Chosen,
        name: &str,
        rule: Option<&CreationRule>,
    ) -> String {
        let name = word(name);
        let ruled = rule.filter(|_| self.is_nobody());
        if let Some(rule) = ruled.filter(|rule| other_people(rule, &file.sealed).is_some()) {
            let command = update(rule, &file.sealed).replace("FILE", &name);
            return format!(
                "`{command}` makes it one for those whom its creation rule names by now"
            );
        }
        let keys = file.sealed.metadata().keys();
        let gone = keys.filter(|key| self.gone.contains(&normal_recipient(&key.recipient)));
        let gone = gone.map(|key| removal(key.kind, &key.recipient));
        let come = self.come.difference(&file.people);
        let come = come.map(|one| format!(" --add-age {}", word(one)));
        let flags: String = gone.chain(come).collect();
        let reported = file.people.intersection(&self.gone).map(|one| word(one));
        let reported: Vec<_> = reported.collect();
        let then = if reported.is_empty() {
            String::new()
        } else {
            let reported = reported.join(" --remove ");
            format!("; `signet rotate {name} --remove {reported}` then lists what they could read")
        };
        format!("`sops rotate -i{flags} {name}` does it, with the keys that sops has{then}")
    }

    /// Why there is nothing to do.
    pub(super) fn nothing(&self, all: &[Chosen]) -> Failure {
        let gone: Vec<&str> = self.gone.iter().map(String::as_str).collect();
        match (all.len(), gone.is_empty()) {
            (0, _) => refused("no sealed file is here"),
            (_, true) => refused("every sealed file here has these recipients already"),
            (count, false) => refused(format!(
                "none of the sealed files here ({count}) is sealed for {}",
                gone.join(", ")
            )),
        }
    }
}

fn check(flag: &str, recipient: &str) -> Result<()> {
    let checked = check_recipient(recipient);
    checked.map_err(|error| usage(format!("read {flag}: {}", chain(&error))))
}
