//! What a commit is made on top of: who signs it vouches for all that a refused HEAD has otherwise than the last good commit.

use crate::consent::Consent;
use crate::documents::policy::differing_fields;
use crate::failure::{Explain, Result, refused};
use crate::output::Output;
use crate::output::shell::pathspec;
use crate::output::visible::{lines_of, name};
use crate::place::Place;
use crate::repository::{MERGE, Repository};
use signet_api::{POLICY_PATH, Policy, STEERING};
use signet_provenance::{ObjectId, Review, Step, Tree, Unverified, Verdict};
use std::collections::BTreeSet;

/// The most paths that are named: whoever can push makes as many differ as they like.
const NAMED: usize = 20;

/// HEAD, and the last good commit before it.
pub(crate) struct Beneath<'a> {
    repository: &'a Repository<'a>,
    good: ObjectId,
    governing: &'a Policy,
    /// HEAD, where it is refused.
    refused: Option<&'a Step>,
}

impl<'a> Beneath<'a> {
    /// As a verdict on HEAD has it.
    pub(crate) fn judged(repository: &'a Repository, verdict: &'a Verdict) -> Self {
        Self {
            repository,
            good: verdict.tree.commit(),
            governing: &verdict.policy,
            refused: verdict.steps.last().filter(|step| step.refused.is_some()),
        }
    }

    /// As a review of HEAD has it.
    pub(crate) fn reviewed(repository: &'a Repository, review: &'a Review) -> Self {
        Self {
            repository,
            good: review.commit,
            governing: review.authority().policy(),
            refused: review.steps.last().filter(|step| step.refused.is_some()),
        }
    }

    /// Returns once the person agreed to vouch for what a refused HEAD has otherwise than the last good commit, but for what is taken
    /// back by now.
    ///
    /// # Errors
    /// When the person does not, when what differs cannot be told, and while a merge is in progress.
    pub(crate) fn agree(&self, consent: Consent) -> Result<()> {
        self.refuse_in_merge()?;
        let Some(head) = self.refused else {
            return Ok(());
        };
        let paths = self.differing(head.commit).with_context(|| {
            format!(
                "tell what HEAD has otherwise than the last good commit {}",
                self.good
            )
        })?;
        if paths.is_empty() {
            return Ok(());
        }
        let signer = match &head.signer {
            Some(signer) => format!("{} ({})", name(&signer.principal), signer.fingerprint),
            None => "nobody whom the policy knows".to_owned(),
        };
        let (good, taken_back) = (self.good, self.taken_back(&paths)?);
        consent.to_people(&format!(
            "HEAD is refused, {signer} signed it, and whoever signs a commit on top of it vouches for all that it has otherwise than the last good \
             commit:{}\nWhat is not meant is taken back first: {taken_back}, or, where nobody has HEAD yet, `git reset --keep {good}`.\n\
             Vouch for all of that?",
            lines_of(self.lines(&paths, head)?)
        ))
    }

    /// Warns of the fields in which the work tree's policy is another than HEAD's: it goes into the same commit.
    pub(crate) fn tell_of_own(&self, proposed: &Policy, out: &Output) -> Result<()> {
        let at_head = match self.refused {
            Some(head) => self.policy_at(head.commit)?,
            None => None,
        };
        let fields = differing_fields(proposed, at_head.as_ref().unwrap_or(self.governing))?;
        if !fields.is_empty() {
            out.warn(format!(
                "{POLICY_PATH} in the work tree differs from that of HEAD already, and goes into the same commit:{}",
                lines_of(first(fields))
            ));
        }
        Ok(())
    }

    /// Whether a refused HEAD has this text of the policy already.
    pub(crate) fn has_policy(&self, text: &str) -> Result<bool> {
        let Some(head) = self.refused else {
            return Ok(false);
        };
        let there = self.tree(head.commit)?.read(&POLICY_PATH.parse()?);
        Ok(there.is_ok_and(|there| there == text.as_bytes()))
    }

    /// The paths in which HEAD differs from the last good commit, and the index or the work tree does still; what steers first.
    fn differing(&self, head: ObjectId) -> Result<Vec<String>> {
        let good = self.tree(self.good)?;
        let differing = self.tree(head)?.differing(&good)?;
        let mut still = self.differing_by_git(&[])?;
        still.extend(self.differing_by_git(&["--cached"])?);
        let is_still = |path: &Vec<u8>| {
            let path = String::from_utf8_lossy(path);
            let is_here = self
                .repository
                .root()
                .join(&*path)
                .symlink_metadata()
                .is_ok();
            let was_there = path
                .parse()
                .is_ok_and(|path| !matches!(good.entry(&path), Ok(None)));
            // Git knows nothing of a file that the index has lost, and `git add` brings it back.
            is_here && !was_there
        };
        let left = differing.into_iter();
        let left = left.filter(|path| still.contains(path) || is_still(path));
        let left = left.map(|path| String::from_utf8_lossy(&path).into_owned());
        let (mut all, others): (Vec<_>, Vec<_>) =
            left.partition(|path| path.split('/').next() == Some(STEERING));
        all.extend(others);
        Ok(all)
    }

    /// The paths in which the index, or the work tree, differs from the last good commit.
    fn differing_by_git(&self, flags: &[&str]) -> Result<BTreeSet<Vec<u8>>> {
        let good = self.good.to_string();
        let differing = self
            .repository
            .differing(&[flags, &[&good, "--"]].concat())?;
        Ok(differing.into_iter().collect())
    }

    /// The paths, with the fields of the policy that differ below it.
    fn lines(&self, paths: &[String], head: &Step) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for path in paths.iter().take(NAMED) {
            lines.push(path.clone());
            if path == POLICY_PATH {
                let fields = match self.policy_at(head.commit)? {
                    Some(policy) => first(differing_fields(&policy, self.governing)?),
                    None => vec!["no policy that can be read".to_owned()],
                };
                lines.extend(fields.iter().map(|field| format!("  {field}")));
            }
        }
        lines.extend(more(paths.len()));
        Ok(lines)
    }

    /// The command that takes these paths back, or the first of them: a pattern that stands for all would stand for own work too.
    fn taken_back(&self, paths: &[String]) -> Result<String> {
        let place = Place::of(self.repository.root())?;
        let names = paths.iter().take(NAMED);
        let names: Vec<String> = names.map(|path| pathspec(&place.name(path))).collect();
        let restore = format!(
            "`git restore --source={} --staged --worktree -- {}`",
            self.good,
            names.join(" ")
        );
        Ok(match more(paths.len()) {
            Some(_) => {
                format!("{restore} for these, and the next time this asks for the next ones")
            }
            None => restore,
        })
    }

    /// Refuses while a merge waits to be committed: the commit would end it, and bring in what nobody was asked about.
    fn refuse_in_merge(&self) -> Result<()> {
        let mut sides = self.repository.in_progress().into_iter();
        match sides.find(|side| side.name == MERGE) {
            Some(side) => Err(refused(format!(
                "a merge of {} is in progress, and the commit of this would bring it in too",
                side.commit
            ))
            .hint(
                "`git merge --continue` commits it first, and `git merge --abort` takes it back",
            )),
            None => Ok(()),
        }
    }

    /// The policy of a commit, if it can be read.
    fn policy_at(&self, commit: ObjectId) -> Result<Option<Policy>> {
        let path = POLICY_PATH.parse()?;
        let text = self.tree(commit)?.read(&path).ok();
        let text = text.and_then(|text| String::from_utf8(text).ok());
        Ok(text.and_then(|text| Policy::parse(&text, &path).ok()))
    }

    fn tree(&self, commit: ObjectId) -> Result<Tree<Unverified>> {
        Ok(Tree::unverified(self.repository.store().objects(), commit)?)
    }
}

/// The first of them, and how many more there are.
pub(crate) fn first(mut all: Vec<String>) -> Vec<String> {
    let more = more(all.len());
    all.truncate(NAMED);
    all.extend(more);
    all
}

fn more(count: usize) -> Option<String> {
    let more = count.checked_sub(NAMED).filter(|more| *more > 0);
    more.map(|more| format!("and {more} more"))
}
