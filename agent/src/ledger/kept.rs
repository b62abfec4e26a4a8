//! The state itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use signet_api::crd::AuditHead;
use signet_plan::HookRecord;
use signet_provenance::{ObjectId, Record, State};

use crate::SourceId;

/// What is kept between the agent's lives. Nothing in it is secret; that it is a Secret keeps others from writing it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Kept {
    /// The introduction that [`Self::history`] starts from: another anchor begins anew.
    pub(crate) introduction: Option<ObjectId>,
    /// How far the history was believed.
    pub(crate) history: State,
    /// How far the audit record goes, whose entries are lines of the log.
    pub(crate) audit: Record,
    /// What each source may have in the cluster.
    pub(crate) sources: BTreeMap<SourceId, Attempts>,
}

/// The revisions from which a source may have objects in the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Attempts {
    /// The revision that was applied as a whole last.
    pub(crate) applied: Option<ObjectId>,
    /// Those of which a part may have been applied since, oldest first.
    pub(crate) attempted: Vec<ObjectId>,
    /// How far its hooks have come, if it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hooks: Option<HookRecord>,
}

impl Kept {
    /// # Errors
    /// If the bytes are not what [`Self::write`] makes. No bytes are the state before the first write.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        if bytes.is_empty() {
            Ok(Self::default())
        } else {
            serde_json::from_slice(bytes)
        }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("every key is written as text")
    }

    /// The revisions of a source.
    pub(crate) fn attempts(&self, id: &SourceId) -> Attempts {
        self.sources.get(id).cloned().unwrap_or_default()
    }

    /// How far the history from this introduction was believed.
    ///
    /// Where that was lost, the tip in the anchor's own status (`reported`) is the floor up to which it has to be judged
    /// anew. Where both were, it begins with the introduction.
    pub(crate) fn history_from(&self, introduction: ObjectId, reported: Option<ObjectId>) -> State {
        match self.introduction {
            Some(known) if known == introduction => self.history.clone(),
            Some(_) => State::default(),
            None => State {
                floor: reported,
                ..State::default()
            },
        }
    }

    /// How far the audit record goes. Where that was lost, it goes on from what the anchor's own status says (`reported`).
    pub(crate) fn audit_from(&self, reported: Option<&AuditHead>) -> Record {
        match reported {
            Some(head) if self.audit.sha256.is_none() => {
                Record::up_to(head.entries, head.sha256.clone())
            }
            _ => self.audit.clone(),
        }
    }
}

impl Attempts {
    /// Every revision from which there may be objects, other than `commit`; oldest first.
    pub(crate) fn before(&self, commit: ObjectId) -> Vec<ObjectId> {
        self.all()
            .into_iter()
            .filter(|revision| *revision != commit)
            .collect()
    }

    /// Every revision from which there may be objects, oldest first.
    pub(crate) fn all(&self) -> Vec<ObjectId> {
        self.applied
            .into_iter()
            .chain(self.attempted.iter().copied())
            .collect()
    }

    /// The revision of which something was written last.
    pub(crate) fn latest(&self) -> Option<ObjectId> {
        self.attempted.last().copied().or(self.applied)
    }

    /// Notes that objects of this revision may be written from now on, and that those of others need not be known.
    pub(crate) fn begin(&mut self, commit: ObjectId, dispensable: &BTreeSet<ObjectId>) {
        self.attempted
            .retain(|revision| !dispensable.contains(revision));
        if self.applied != Some(commit) && !self.attempted.contains(&commit) {
            self.attempted.push(commit);
        }
    }

    /// Notes that this revision is in the cluster as a whole, and nothing of any earlier one.
    pub(crate) fn succeed(&mut self, commit: ObjectId) {
        self.applied = Some(commit);
        self.attempted.clear();
        if let Some(hooks) = &mut self.hooks {
            hooks.over = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: char) -> ObjectId {
        digit.to_string().repeat(40).parse().unwrap()
    }

    #[test]
    fn is_read_back_as_it_was_written() {
        let mut kept = Kept {
            introduction: Some(id('1')),
            ..Kept::default()
        };
        kept.sources
            .entry("team-a/apps".parse().unwrap())
            .or_default()
            .begin(id('2'), &BTreeSet::new());
        assert_eq!(Kept::read(&kept.write()).unwrap(), kept);
        assert_eq!(Kept::read(b"").unwrap(), Kept::default());
        Kept::read(b"{").unwrap_err();
    }

    /// Attempts at these revisions, one after the other.
    fn attempts(digits: &str) -> Attempts {
        let mut attempts = Attempts::default();
        for digit in digits.chars() {
            attempts.begin(id(digit), &BTreeSet::new());
        }
        attempts
    }

    #[test]
    fn a_broken_attempt_is_remembered_until_one_succeeds() {
        let mut attempts = attempts("1");
        attempts.succeed(id('1'));
        attempts.begin(id('3'), &BTreeSet::new());
        attempts.begin(id('2'), &BTreeSet::new());
        assert_eq!(attempts.before(id('4')), [id('1'), id('3'), id('2')]);
        attempts.succeed(id('4'));
        assert_eq!(attempts.before(id('5')), [id('4')]);
    }

    #[test]
    fn the_latest_revision_is_that_of_the_last_attempt() {
        let mut attempts = attempts("92");
        assert_eq!(attempts.latest(), Some(id('2')));
        attempts.succeed(id('1'));
        assert_eq!(attempts.latest(), Some(id('1')));
    }

    #[test]
    fn what_is_dispensable_is_forgotten_when_something_else_is_begun() {
        let mut attempts = attempts("123");
        attempts.begin(id('4'), &BTreeSet::from([id('1'), id('3')]));
        assert_eq!(attempts.attempted, [id('2'), id('4')]);
    }

    #[test]
    fn applying_the_same_revision_again_is_no_new_attempt() {
        let mut attempts = attempts("22");
        assert_eq!(attempts.attempted, [id('2')]);
        attempts.succeed(id('1'));
        attempts.begin(id('1'), &BTreeSet::new());
        assert!(attempts.before(id('1')).is_empty());
        assert!(attempts.attempted.is_empty());
    }

    #[test]
    fn a_thousand_sources_that_always_fail_fit_into_a_secret() {
        let failing = attempts("0123456789abcdef");
        let sources = (0..1000).map(|number| {
            let id = format!("tenant-{number}/a-source-with-a-name").parse();
            (id.unwrap(), failing.clone())
        });
        let kept = Kept {
            sources: sources.collect(),
            ..Kept::default()
        };
        assert!(kept.write().len() < 1 << 20);
    }

    #[test]
    fn another_introduction_begins_anew() {
        let history = State {
            verified: Some(id('2')),
            ..State::default()
        };
        let kept = Kept {
            introduction: Some(id('1')),
            history: history.clone(),
            ..Kept::default()
        };
        assert_eq!(kept.history_from(id('1'), None), history);
        assert_eq!(kept.history_from(id('9'), Some(id('2'))), State::default());
    }

    #[test]
    fn where_the_state_was_lost_the_history_is_verified_anew_and_must_contain_the_reported_tip() {
        let lost = Kept::default();
        let anew = lost.history_from(id('1'), Some(id('2')));
        assert_eq!((anew.verified, anew.floor), (None, Some(id('2'))));
        assert_eq!(lost.history_from(id('1'), None), State::default());
    }

    #[test]
    fn the_audit_record_goes_on_from_the_reported_head_only_where_it_was_lost() {
        let head = |entries| AuditHead {
            entries,
            sha256: "ab".repeat(32),
        };
        let lost = Kept::default();
        let found = lost.audit_from(Some(&head(7)));
        assert_eq!(found, Record::up_to(7, head(7).sha256));
        assert_eq!(lost.audit_from(None), Record::default());
        let kept = Kept {
            audit: Record::up_to(9, "cd".repeat(32)),
            ..Kept::default()
        };
        assert_eq!(kept.audit_from(Some(&head(7))), kept.audit);
    }
}
