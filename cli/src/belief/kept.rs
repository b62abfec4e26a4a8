//! What is known of a history from one command to the next.

use crate::failure::{Result, failed};
use serde::{Deserialize, Serialize};
use signet_provenance::{
    Introduction, ObjectId, Sighting, State, Step, TagRef, TrustRoot, Verdict,
};

/// How many of the last good commits, of sightings, and of approvals are known one by one.
const MOST: usize = 256;

/// What a clone knows of the history that it follows. Nothing in it is secret; that it lies beside the pin keeps others from
/// writing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Kept {
    /// Where trust began: under another pin nothing of this counts.
    repository: String,
    reference: String,
    introduction: Introduction,
    /// How far the history was believed.
    history: State,
    /// The last good commits, oldest first, up to the last verified one: a branch that left the mainline before that goes on
    /// from one of them. What was refused between them is not among them, so that no branch makes it good.
    passed: Vec<ObjectId>,
    /// The approvals that were made here and may not have been pushed, oldest first: until they are nobody else goes by them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    made: Vec<Made>,
}

/// An approval that was made in this clone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Made {
    reference: String,
    tag: ObjectId,
    /// Whether the followed ref did not have yet what it approves. Who takes that over goes by the approval, so that it was
    /// pushed; what others have already says nothing of the kind.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    comes_first: bool,
    /// The good commit that has it, once there is one.
    approves: Option<ObjectId>,
}

impl Kept {
    /// Nothing is known but where trust begins.
    pub(crate) fn nothing(root: &TrustRoot) -> Self {
        Self {
            repository: root.repository.clone(),
            reference: root.reference.clone(),
            introduction: root.introduction.clone(),
            history: State::default(),
            passed: Vec::new(),
            made: Vec::new(),
        }
    }

    /// # Errors
    /// If the text is not what [`Self::write`] makes.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let kept: Self = serde_json::from_str(text)?;
        if kept.passed.last() == kept.history.verified.as_ref() {
            Ok(kept)
        } else {
            Err(failed("it does not say which commit was verified last"))
        }
    }

    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).expect("every key is written as text") + "\n"
    }

    /// Whether trust began there.
    pub(crate) fn is_of(&self, root: &TrustRoot) -> bool {
        let Self {
            repository,
            reference,
            introduction,
            ..
        } = self;
        (repository, reference, introduction)
            == (&root.repository, &root.reference, &root.introduction)
    }

    /// What a judgement of the followed ref starts from.
    pub(crate) fn history(&self) -> &State {
        &self.history
    }

    /// The last verified commit, once there is one.
    pub(crate) fn verified(&self) -> Option<ObjectId> {
        self.history.verified
    }

    /// The last good commits, oldest first.
    pub(crate) fn passed(&self) -> &[ObjectId] {
        &self.passed
    }

    /// What is known after a judgement that started from this.
    pub(crate) fn after(&self, verdict: &Verdict) -> Self {
        // The steps of a history that was rewritten begin with the introduction.
        let known = match verdict.rewrite {
            Some(_) => &[],
            None => &self.passed[..],
        };
        let first = known.is_empty().then_some(self.introduction.commit);
        let good = verdict.steps.iter().filter(|step| step.refused.is_none());
        let passed = known.iter().copied().chain(first);
        let commits = good.clone().map(|step| step.commit);
        let mut passed: Vec<ObjectId> = passed.chain(commits).collect();
        passed.drain(..passed.len().saturating_sub(MOST));
        let mut made = self.made.clone();
        made.retain_mut(|one| {
            let step = good.clone().find(|step| one.has_part_in(step));
            one.approves = step.map(|step| step.commit).or(one.approves);
            step.is_none() || !one.comes_first
        });
        Self {
            history: verdict.state.clone(),
            passed,
            made,
            ..self.clone()
        }
    }

    /// The same with an approval that somebody makes here, behind those that were made before; `comes_first` where the followed
    /// ref does not have what it approves.
    pub(crate) fn having_made(&self, tag: TagRef, comes_first: bool) -> Self {
        let mut kept = self.clone();
        kept.made.drain(..self.made.len().saturating_sub(MOST - 1));
        let TagRef { reference, tag } = tag;
        kept.made.push(Made {
            reference,
            tag,
            comes_first,
            approves: None,
        });
        kept
    }

    /// The same without what stood on approvals that were made here and are gone: it goes on from the newest good commit before,
    /// if that is known. Those that others made are here because they were pushed: who takes one away, there and with the next
    /// fetch here, takes nothing back. Which key was used when stays known.
    pub(crate) fn standing(&self, approvals: &[TagRef]) -> Self {
        let (made, gone): (Vec<Made>, Vec<Made>) =
            (self.made.iter().cloned()).partition(|one| approvals.iter().any(|tag| one.is(tag)));
        let mut kept = Self {
            made,
            ..self.clone()
        };
        let commits = gone.iter().filter_map(|one| one.approves);
        let places = commits.filter_map(|commit| self.passed.iter().position(|one| *one == commit));
        if let Some(first) = places.min().filter(|first| *first > 0) {
            kept.passed.truncate(first);
            kept.history.verified = kept.passed.last().copied();
            for one in &mut kept.made {
                one.approves = one.approves.filter(|commit| kept.passed.contains(commit));
            }
        }
        kept
    }

    /// The same, with when a commit that may come to be on the mainline was seen, behind what was seen before.
    pub(crate) fn having_seen(&self, sighting: Sighting) -> Self {
        let mut kept = self.clone();
        let seen = &mut kept.history.seen;
        seen.retain(|one| one.commit != sighting.commit);
        seen.truncate(MOST - 1);
        seen.push(sighting);
        kept
    }
}

impl Made {
    fn is(&self, tag: &TagRef) -> bool {
        (&self.reference, self.tag) == (&tag.reference, tag.tag)
    }

    fn has_part_in(&self, step: &Step) -> bool {
        step.approvals.iter().any(|one| self.is(&one.tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: char) -> ObjectId {
        digit.to_string().repeat(40).parse().unwrap()
    }

    fn root() -> TrustRoot {
        TrustRoot {
            repository: "6f1c0d".into(),
            reference: "refs/heads/main".into(),
            introduction: Introduction {
                commit: id('1'),
                payload_sha256: "ab".into(),
                signer: "SHA256:x".into(),
            },
            revoked: Vec::new(),
        }
    }

    #[test]
    fn is_read_back_as_it_was_written_and_nothing_else_is_read() {
        let mut kept = Kept::nothing(&root());
        kept.history.verified = Some(id('2'));
        kept.passed = vec![id('1'), id('2')];
        assert_eq!(Kept::read(&kept.write()).unwrap(), kept);
        let written = kept.write();
        for damaged in [
            "",
            "{}",
            &written[..written.len() / 2],
            &written.replace("passed", "past"),
            &written.replace(&format!(",\"{}\"]", id('2')), "]"),
        ] {
            assert_ne!(damaged, written);
            assert!(Kept::read(damaged).is_err(), "{damaged}");
        }
    }

    #[test]
    fn goes_back_to_before_the_first_approval_of_its_own_that_is_gone() {
        let tag = |digit: char| TagRef {
            reference: format!("refs/tags/signet/approve/{digit}"),
            tag: id(digit),
        };
        let mut kept = Kept::nothing(&root())
            .having_made(tag('a'), false)
            .having_made(tag('b'), false)
            .having_made(tag('c'), false);
        kept.passed = ['1', '2', '3', '4', '5'].map(id).to_vec();
        kept.history.verified = Some(id('5'));
        kept.made[0].approves = Some(id('3'));
        kept.made[1].approves = Some(id('4'));
        let all = ['a', 'b', 'c'].map(tag);
        assert_eq!(kept.standing(&all), kept);
        let back = kept.standing(&[tag('b'), tag('c')]);
        assert_eq!(back.passed, [id('1'), id('2')]);
        assert_eq!(back.verified(), Some(id('2')));
        assert!(back.made.iter().all(|one| one.approves.is_none()));
        assert_eq!(kept.standing(&[tag('a')]).verified(), Some(id('3')));
        // One that nothing stands on, or of which nothing before is known.
        assert_eq!(kept.standing(&all[..2]).verified(), Some(id('5')));
        kept.passed.drain(..2);
        assert_eq!(kept.standing(&[tag('b')]).verified(), Some(id('5')));
    }

    #[test]
    fn counts_for_one_introduction_alone() {
        let kept = Kept::nothing(&root());
        assert!(kept.is_of(&root()));
        let mut others = [root(), root(), root()];
        others[0].repository.push('x');
        others[1].reference.push('x');
        others[2].introduction.payload_sha256.push('x');
        for other in others {
            assert!(!kept.is_of(&other), "{other:?}");
        }
    }
}
