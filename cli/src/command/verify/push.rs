//! What a push would make of a repository, judged before it is let in: git's `pre-receive` hook.

use super::refusal_of;
use super::report;
use crate::failure::{Explain, Failure, Result, failed, refused};
use crate::output::Output;
use crate::pin::Trust;
use crate::{clock, pin};
use jiff::Timestamp;
use signet_git::Store;
use signet_provenance::{
    APPROVALS, Approval, Kind, ObjectId, Objects, State, Tag, TagRef, TrustRoot, Verdict, verify,
};
use std::env;
use std::io::{BufReader, Read};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

/// Where git names the folder with what a push brings (git-receive-pack(1), "Quarantine environment").
const QUARANTINE: &str = "GIT_QUARANTINE_PATH";
const APPROVE: &str = "approvals come first, or with the commit in one push: git push --atomic origin main refs/tags/signet/approve/NAME";
/// Where objects are put in others' place, silently.
const REPLACEMENTS: &str = "refs/replace/";
/// The most that is read of the list of refs: fifty thousand with long names.
const LARGEST_LIST: u64 = 16 << 20;

/// A ref as a push would change it (githooks(5), `pre-receive`).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Update {
    old: Option<ObjectId>,
    new: Option<ObjectId>,
    reference: String,
}

/// A repository and its trust, and what is asked of it.
struct Receiving {
    store: Store,
    objects: Arc<dyn Objects>,
    root: TrustRoot,
    now: Timestamp,
}

/// Ends well where agents would go on with what the repository would be after the push.
///
/// # Errors
/// When they would not: the ref that they follow is deleted or rewritten or its tip is refused, an approval that is needed is
/// taken away, a tag among the approvals is none, objects are replaced; and when nothing is pinned for the repository.
pub(super) fn judge(out: &Output, trust: Trust) -> Result<()> {
    let store = Store::open(Path::new("."))?;
    let root = pin::of(&store, trust).hint(
        "on the server, once: signet -C REPOSITORY.git verify --trust COMMIT, with the commit that a colleague's clone has pinned",
    )?;
    let objects = match env::var_os(QUARANTINE) {
        Some(folder) => store.objects_and(Path::new(&folder))?,
        None => store.objects(),
    };
    let receiving = Receiving {
        store,
        objects,
        root,
        now: clock::now(),
    };
    let updates = read_updates(std::io::stdin().lock())?;
    if let Some(verdict) = receiving.judge(&updates)? {
        out.note(format!("signet: {}", report::summary(&verdict)));
    }
    Ok(())
}

impl Receiving {
    /// The verdict on what the followed ref would be; nothing where it would stay as it is.
    fn judge(&self, updates: &[Update]) -> Result<Option<Verdict>> {
        let followed = &self.root.reference;
        for update in updates {
            if update.reference.starts_with(REPLACEMENTS) {
                return Err(refused(format!(
                    "{} would show other objects in the place of signed ones",
                    update.reference
                )));
            }
            if update.reference.starts_with(APPROVALS) {
                self.check_approval(update)?;
            }
        }
        let before = self.store.approvals()?;
        let (after, are_fewer) = approvals_after(&before, updates);
        match updates.iter().find(|update| update.reference == *followed) {
            Some(update) => {
                let tip = update.new.ok_or_else(|| {
                    refused(format!("{followed} is followed by clusters and stays"))
                })?;
                let verdict = self.verdict(tip, update.old, &after)?;
                match &verdict.refused {
                    Some(refusal) => Err(refusal_of(refusal, &report::summary(&verdict), APPROVE)),
                    None => Ok(Some(verdict)),
                }
            }
            None if are_fewer => self.check_still_verifies(&before, &after).map(|()| None),
            None => Ok(None),
        }
    }

    /// The history up to the tip, which goes on from what was there.
    fn verdict(
        &self,
        tip: ObjectId,
        there: Option<ObjectId>,
        approvals: &[TagRef],
    ) -> Result<Verdict> {
        // What was let in before is judged by its own dates, and must be on the history still.
        let last = State {
            floor: there,
            ..State::default()
        };
        let objects = Arc::clone(&self.objects);
        verify(objects, tip, approvals, &self.root, &last, self.now)
            .with_context(|| format!("verify the history up to {tip}"))
    }

    /// Without the approvals that go, as much of the history has to verify as with them.
    fn check_still_verifies(&self, before: &[TagRef], after: &[TagRef]) -> Result<()> {
        let followed = &self.root.reference;
        let Some(tip) = self.store.tip(followed)? else {
            return Ok(());
        };
        let good = |approvals| self.verdict(tip, Some(tip), approvals);
        let (with, without) = (good(before)?.tree.commit(), good(after)?.tree.commit());
        if with == without {
            return Ok(());
        }
        Err(refused(format!(
            "without the approvals that would go, {followed} verifies up to {without} and no more up to {with}"
        ))
        .hint("approvals that a history needed are kept"))
    }

    /// A tag that comes has to be an approval for this history which counts still.
    fn check_approval(&self, update: &Update) -> Result<()> {
        let Some(id) = update.new else {
            return Ok(());
        };
        let reference = &update.reference;
        let approval = self
            .approval(id, reference)
            .with_context(|| format!("read the approval {reference}"))?;
        let other = if approval.repository != self.root.repository {
            "for another repository"
        } else if approval.reference != self.root.reference {
            "for another ref"
        } else if approval.expires <= self.now {
            "expired"
        } else {
            return Ok(());
        };
        Err(refused(format!("the approval {reference} is {other}")))
    }

    fn approval(&self, id: ObjectId, reference: &str) -> Result<Approval> {
        let object = self.objects.read(&id)?;
        let object = object.ok_or_else(|| failed(format!("the object {id} is missing")))?;
        if object.kind != Kind::Tag || object.bytes.len() as u64 > signet_git::LARGEST_APPROVAL {
            return Err(refused(format!(
                "it is no annotated tag of at most {} KiB",
                signet_git::LARGEST_APPROVAL >> 10
            )));
        }
        let tag = Tag::parse(&object.bytes, reference)?;
        if tag.signature.is_none() {
            return Err(refused("it is not signed"));
        }
        Ok(Approval::of(&tag)?)
    }
}

/// The approvals once the refs have changed, and whether some are gone or other ones.
fn approvals_after(before: &[TagRef], updates: &[Update]) -> (Vec<TagRef>, bool) {
    let changed = |tag: &&TagRef| updates.iter().any(|one| one.reference == tag.reference);
    let kept = before.iter().filter(|tag| !changed(tag)).cloned();
    let mut after: Vec<TagRef> = kept.collect();
    let are_fewer = after.len() < before.len();
    let approvals = updates
        .iter()
        .filter(|update| update.reference.starts_with(APPROVALS));
    after.extend(approvals.filter_map(|update| {
        let reference = update.reference.clone();
        update.new.map(|tag| TagRef { reference, tag })
    }));
    (after, are_fewer)
}

/// What git says that a push would change, line by line.
fn read_updates(list: impl Read) -> Result<Vec<Update>> {
    let mut text = String::new();
    BufReader::new(list)
        .take(LARGEST_LIST + 1)
        .read_to_string(&mut text)
        .context("read the list of refs")?;
    if text.len() as u64 > LARGEST_LIST {
        return Err(refused("the push changes too many refs at once"));
    }
    text.lines().map(str::parse).collect()
}

impl FromStr for Update {
    type Err = Failure;

    fn from_str(line: &str) -> Result<Self> {
        let unreadable = || {
            failed(format!(
                "{line:?} is not what git says to a pre-receive hook"
            ))
            .hint(
                "--pre-receive is for a server's hook, which git tells on standard input what a push changes",
            )
        };
        let mut words = line.splitn(3, ' ');
        let mut id = || -> Option<Option<ObjectId>> {
            let word = words.next()?;
            let id: ObjectId = word.parse().ok()?;
            Some((word.bytes().any(|byte| byte != b'0')).then_some(id))
        };
        match (id(), id(), words.next()) {
            (Some(old), Some(new), Some(reference)) if !reference.is_empty() => Ok(Self {
                old,
                new,
                reference: reference.to_owned(),
            }),
            _ => Err(unreadable()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: &str = "0000000000000000000000000000000000000000";
    const ONE: &str = "1111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222";

    fn updates(lines: &[[&str; 3]]) -> Vec<Update> {
        let text: String = lines.iter().map(|line| line.join(" ") + "\n").collect();
        read_updates(text.as_bytes()).unwrap()
    }

    fn tag(name: &str, id: &str) -> TagRef {
        let reference = format!("{APPROVALS}{name}");
        let tag = id.parse().unwrap();
        TagRef { reference, tag }
    }

    #[test]
    fn a_ref_that_comes_or_goes_has_no_commit_on_one_side() {
        let [update] = &updates(&[[ZERO, ONE, "refs/heads/main"]])[..] else {
            panic!("one line is one update");
        };
        assert_eq!((update.old, update.new), (None, ONE.parse().ok()));
        let [update] = &updates(&[[ONE, ZERO, "refs/heads/main"]])[..] else {
            panic!("one line is one update");
        };
        assert_eq!((update.old, update.new), (ONE.parse().ok(), None));
    }

    #[test]
    fn what_git_does_not_say_is_refused() {
        for line in [
            "",
            "\n",
            "main",
            &format!("{ZERO} {ONE}"),
            &format!("{ZERO} x refs/heads/main"),
        ] {
            let read = read_updates(format!("{line}\n").as_bytes());
            assert!(read.is_err(), "{line:?}: {read:?}");
        }
    }

    #[test]
    fn approvals_that_move_or_go_are_fewer_and_those_that_come_are_not() {
        let before = [tag("a", ONE), tag("b", ONE)];
        let a = format!("{APPROVALS}a");
        let c = format!("{APPROVALS}c");
        let come = approvals_after(
            &before,
            &updates(&[[ZERO, TWO, &c], [ZERO, TWO, "refs/tags/c"]]),
        );
        assert_eq!(
            come,
            (vec![tag("a", ONE), tag("b", ONE), tag("c", TWO)], false)
        );
        let moved = approvals_after(&before, &updates(&[[ONE, TWO, &a]]));
        assert_eq!(moved, (vec![tag("b", ONE), tag("a", TWO)], true));
        let gone = approvals_after(&before, &updates(&[[ONE, ZERO, &a]]));
        assert_eq!(gone, (vec![tag("b", ONE)], true));
    }
}
