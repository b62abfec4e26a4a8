//! Where two commits stand to each other.

use std::collections::HashSet;
use std::sync::Arc;

use super::VerifyError;
use super::chain::first_parent;
use crate::{ObjectId, Objects};

/// Where a commit stands to another, by first parents alone: whoever has it merged in elsewhere does not go on from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It is the other.
    Same,
    /// The other goes on from it.
    Behind,
    /// It goes on from the other.
    Ahead,
    /// Neither goes on from the other.
    Apart,
}

impl Relation {
    /// Where `one` stands to `other`. No more is read than lies between the two, or between each and where they part.
    ///
    /// # Errors
    /// [`VerifyError`] where one of them or what lies behind it cannot be read.
    pub fn of(
        objects: &Arc<dyn Objects>,
        one: ObjectId,
        other: ObjectId,
    ) -> Result<Self, VerifyError> {
        if one == other {
            return Ok(Self::Same);
        }
        let [mut behind_one, mut behind_other] = [one, other].map(Mainline::of);
        while !(behind_one.is_over() && behind_other.is_over()) {
            let (a, b) = (behind_one.step(objects)?, behind_other.step(objects)?);
            if a == Some(other) {
                return Ok(Self::Ahead);
            }
            if b == Some(one) {
                return Ok(Self::Behind);
            }
            if a.is_some_and(|a| behind_other.seen.contains(&a))
                || b.is_some_and(|b| behind_one.seen.contains(&b))
            {
                return Ok(Self::Apart);
            }
        }
        Ok(Self::Apart)
    }
}

/// A mainline, as far as it was walked.
struct Mainline {
    at: Option<ObjectId>,
    seen: HashSet<ObjectId>,
}

impl Mainline {
    fn of(tip: ObjectId) -> Self {
        Self {
            at: Some(tip),
            seen: HashSet::from([tip]),
        }
    }

    fn is_over(&self) -> bool {
        self.at.is_none()
    }

    /// The commit behind the last one.
    fn step(&mut self, objects: &Arc<dyn Objects>) -> Result<Option<ObjectId>, VerifyError> {
        if let Some(at) = self.at {
            self.at = first_parent(objects, at)?;
            self.seen.extend(self.at);
        }
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, MemoryObjects};

    struct History {
        store: Arc<MemoryObjects>,
    }

    impl History {
        fn commit(&self, text: &str, parents: &[ObjectId]) -> ObjectId {
            let tree = self.store.write(Kind::Tree, Vec::new());
            let parents = parents.iter().map(|one| {
                format!(
                    "parent {one}
"
                )
            });
            let parents = parents.collect::<Vec<_>>().concat();
            let person = "a <a@example.org> 1767323045 +0000";
            let bytes =
                format!("tree {tree}\n{parents}author {person}\ncommitter {person}\n\n{text}\n");
            self.store.write(Kind::Commit, bytes.into_bytes())
        }

        fn relation(&self, one: ObjectId, other: ObjectId) -> Relation {
            let objects: Arc<dyn Objects> = Arc::clone(&self.store) as _;
            Relation::of(&objects, one, other).unwrap()
        }
    }

    #[test]
    fn first_parents_alone_say_where_two_commits_stand_to_each_other() {
        let history = History {
            store: Arc::default(),
        };
        let root = history.commit("root", &[]);
        let one = history.commit("one", &[root]);
        let two = history.commit("two", &[one]);
        let fork = history.commit("fork", &[root]);
        let foxtrot = history.commit("foxtrot", &[fork, two]);
        let stranger = history.commit("stranger", &[]);
        for (a, b, expected) in [
            (two, two, Relation::Same),
            (two, one, Relation::Ahead),
            (two, root, Relation::Ahead),
            (root, two, Relation::Behind),
            (fork, two, Relation::Apart),
            (two, fork, Relation::Apart),
            (foxtrot, two, Relation::Apart),
            (foxtrot, root, Relation::Ahead),
            (stranger, two, Relation::Apart),
            (root, stranger, Relation::Apart),
        ] {
            assert_eq!(history.relation(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn a_commit_that_is_missing_is_no_end() {
        let history = History {
            store: Arc::default(),
        };
        let missing = ObjectId::new([7; 20]);
        let tip = history.commit("tip", &[missing]);
        let other = history.commit("other", &[]);
        let objects: Arc<dyn Objects> = Arc::clone(&history.store) as _;
        assert!(matches!(
            Relation::of(&objects, tip, other),
            Err(VerifyError::Object(_))
        ));
    }
}
