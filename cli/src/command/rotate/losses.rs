//! Who loses which file.

use super::Rotation;
use super::chosen::Chosen;
use super::exposure::{self, Exposed};
use super::history;
use super::job::Job;
use crate::failure::Result;
use crate::left::Left;
use signet_api::RepoPath;
use std::collections::{BTreeMap, BTreeSet};

/// Those who are taken out of files, or were since they were committed, and what they could read there.
pub(super) struct Losses<'a> {
    /// By path: who leaves that file, be it by the fleet's documents or by themselves.
    leavers: BTreeMap<&'a RepoPath, BTreeSet<String>>,
    /// Who leaves each file, by a flag.
    gone: &'a BTreeSet<String>,
    pub(super) exposed: Vec<Exposed>,
}

impl<'a> Losses<'a> {
    /// Those of a rotation.
    pub(super) fn of(rotation: &'a Rotation<'_>, jobs: &[Job<'a>]) -> Result<Self> {
        let (root, out) = (rotation.around.root(), rotation.out);
        let identities = &rotation.found.identities;
        let holders = history::holders(root, rotation.all, identities, out)?;
        let leavers = jobs
            .iter()
            .map(|job| (&job.file.path, job.leavers(&holders)));
        let mut losses = Self {
            leavers: leavers.filter(|(_, gone)| !gone.is_empty()).collect(),
            gone: &rotation.moves.gone,
            exposed: Vec::new(),
        };
        let gone_of = |file: &Chosen| losses.of_file(&file.path);
        losses.exposed = exposure::of(rotation.all, gone_of, &holders, root, identities, out)?;
        Ok(losses)
    }

    /// Whether somebody loses this file.
    pub(super) fn concern(&self, path: &RepoPath) -> bool {
        self.leavers.contains_key(path)
    }

    /// Without those of files that stay as they are.
    pub(super) fn leave(&mut self, left: &Left) {
        self.leavers.retain(|path, _| !left.has(path));
        self.exposed.retain(|value| !left.has(&value.file));
    }

    /// In one sentence, where somebody leaves.
    pub(super) fn summary(&self, all: &[Chosen], left: &Left, is_over: bool) -> Option<String> {
        let leavers = self.leavers.values().flatten();
        let gone: BTreeSet<String> = leavers.chain(self.gone).cloned().collect();
        let losing = all.iter().filter(|file| {
            !left.has(&file.path) && !self.of_file(&file.path).is_disjoint(&file.people)
        });
        let losing: Vec<&Chosen> = losing.collect();
        (!gone.is_empty()).then(|| exposure::summary(&self.exposed, &losing, &gone, is_over))
    }

    fn of_file(&self, path: &RepoPath) -> BTreeSet<String> {
        let leavers = self.leavers.get(path);
        leavers.map_or_else(|| self.gone.clone(), |leavers| leavers | self.gone)
    }
}
