//! What is known of a history from one command to the next.

use crate::failure::{Result, failed};
use serde::{Deserialize, Serialize};
use signet_provenance::{Introduction, ObjectId, Sighting, State, TrustRoot, Verdict};

/// How many of the last good commits, and of sightings, are known one by one.
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
        let begun = self.passed.is_empty();
        let first = begun.then_some(self.introduction.commit);
        let good = verdict.steps.iter().filter(|step| step.refused.is_none());
        let passed = self.passed.iter().copied().chain(first);
        let mut passed: Vec<ObjectId> = passed.chain(good.map(|step| step.commit)).collect();
        passed.drain(..passed.len().saturating_sub(MOST));
        Self {
            history: verdict.state.clone(),
            passed,
            ..self.clone()
        }
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
