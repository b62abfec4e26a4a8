//! What a push would make of a repository, judged before it is let in: git's `pre-receive` hook.

use super::Refused;
use super::report;
use crate::belief::Belief;
use crate::failure::{Explain, Failure, Result, failed, refused};
use crate::output::Output;
use crate::pin;
use crate::pin::Trust;
use signet_git::{LARGEST_APPROVAL, MOST_APPROVALS, Store, Target, is_approval_name};
use signet_provenance::{
    APPROVALS, Kind, ObjectId, Objects, Statement, Tag, TagRef, TrustRoot, VerifyError,
};
use std::collections::BTreeSet;
use std::env;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

/// Where git names the folder with what a push brings (git-receive-pack(1), "Quarantine environment").
const QUARANTINE: &str = "GIT_QUARANTINE_PATH";
const APPROVE: &str =
    "approvals come first: git push origin refs/tags/signet/approve/NAME, and then this again";
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
}

/// Ends well where agents would go on with what the repository would be after the push.
///
/// # Errors
/// When they would not: the ref that they follow is deleted or rewritten or its tip is refused, an approval that is needed is
/// taken away, a tag among the approvals is none, objects are replaced; when a ref is not what the pusher takes it for; and
/// when nothing is pinned for the repository.
pub(super) fn judge(out: &Output, trust: Trust) -> Result<()> {
    let store = Store::open(Path::new("."))?;
    let root = pin::of(&store, trust).hint(
        "whoever runs the server pins it once, as the user that git runs as: signet -C REPOSITORY.git verify --trust COMMIT",
    )?;
    let objects = match env::var_os(QUARANTINE) {
        Some(folder) => store.objects_and(Path::new(&folder))?,
        None => store.objects(),
    };
    let receiving = Receiving {
        store,
        objects,
        root,
    };
    let updates = read_updates(std::io::stdin().lock())?;
    if let Some(told) = receiving.admit(&updates)? {
        out.note(format!("signet: {told}"));
    }
    Ok(())
}

impl Receiving {
    /// What there is to say of what the followed ref would be; nothing where it would stay as it is.
    fn admit(&self, updates: &[Update]) -> Result<Option<String>> {
        for update in updates {
            self.check_is_there(update)?;
            self.check_place(update)?;
        }
        let before = self.store.approvals()?;
        let (kept, coming) = approvals_after(&before, updates);
        if kept.len() + coming.len() > MOST_APPROVALS {
            return Err(refused(format!(
                "there would be more than {MOST_APPROVALS} approvals, of which agents look at so many"
            ))
            .hint("delete those that have expired and were never needed"));
        }
        if kept.len() < before.len() {
            self.check_still_verifies(&before, &kept)?;
        }
        let followed = &self.root.reference;
        let Some(update) = updates.iter().find(|one| one.reference == *followed) else {
            return Ok(None);
        };
        let tip = update
            .new
            .ok_or_else(|| refused(format!("{followed} is followed by clusters and stays")))?;
        // Those that come with the tip may still fail to come: git settles each ref for itself.
        self.judge(tip, update.old, &kept).map(Some)
    }

    /// A ref has to be what the pusher takes it for, and no other name of another one.
    fn check_is_there(&self, update: &Update) -> Result<()> {
        let reference = &update.reference;
        match self.store.target(reference)? {
            Target::Symbolic(to) => Err(refused(format!(
                "{reference} is another name for {to} here; push to that"
            ))),
            target if target == update.old.map_or(Target::Absent, Target::Object) => Ok(()),
            _ => {
                Err(refused(format!("{reference} moved meanwhile"))
                    .hint("fetch it, and push again"))
            }
        }
    }

    /// Nothing stands in others' place, and what stands among the approvals is one.
    fn check_place(&self, update: &Update) -> Result<()> {
        let reference = &update.reference;
        match update.new {
            Some(_) if reference.starts_with(REPLACEMENTS) => Err(refused(format!(
                "{reference} would show other objects in the place of signed ones"
            ))),
            Some(id) if reference.starts_with(APPROVALS) => self
                .check_approval(id, reference)
                .with_context(|| format!("read the approval {reference}")),
            _ => Ok(()),
        }
    }

    /// What is said of a tip that goes on from what was there.
    fn judge(
        &self,
        tip: ObjectId,
        there: Option<ObjectId>,
        approvals: &[TagRef],
    ) -> Result<String> {
        let (store, root, objects) = (&self.store, &self.root, &self.objects);
        let belief = Belief::of_receiver(store, root, objects, approvals, there)?;
        let review = belief.judge_push(tip).map_err(|error| {
            let is_aside = matches!(
                error,
                VerifyError::BelowFloor { .. } | VerifyError::Rewritten { .. }
            );
            let failure = Failure::from(error).context(format!("verify the history up to {tip}"));
            let remedy = is_aside.then(|| belief.remedy().ok()).flatten();
            failure.hint_if(remedy.as_deref())
        })?;
        let summary = report::summary(&review);
        if let Some(bad) = Refused::of(&review, None) {
            return Err(bad.told(&summary, APPROVE));
        }
        belief.saw(tip)?;
        Ok(match &review.doubt {
            // To say so in Git is what stops agents, and what a later commit puts right.
            Some(doubt) => format!("agents stop at this: {doubt}"),
            None => summary,
        })
    }

    /// Without the approvals that go, as much of what is there has to verify as with them.
    fn check_still_verifies(&self, before: &[TagRef], kept: &[TagRef]) -> Result<()> {
        let (store, root, objects) = (&self.store, &self.root, &self.objects);
        let followed = &root.reference;
        let Target::Object(tip) = store.target(followed)? else {
            return Ok(());
        };
        let belief = Belief::of_receiver(store, root, objects, before, Some(tip))?;
        let lost = belief
            .lost_without(kept, tip)
            .context("find out which approvals the history needed")?;
        match lost {
            None => Ok(()),
            Some([with, without]) => Err(refused(format!(
                "without the approvals that would go, {followed} verifies up to {without} and no more up to {with}"
            ))
            .hint("approvals that a history needed are kept")),
        }
    }

    /// A tag that comes has to be an approval for this history, of which agents fetch the name and the object.
    fn check_approval(&self, id: ObjectId, reference: &str) -> Result<()> {
        if !is_approval_name(reference) {
            return Err(refused("agents do not look at tags with such a name"));
        }
        let object = self.objects.read(&id)?;
        let object = object.ok_or_else(|| failed(format!("the object {id} is missing")))?;
        if object.kind != Kind::Tag || object.bytes.len() as u64 > LARGEST_APPROVAL {
            return Err(refused(format!(
                "it is no annotated tag of at most {} KiB",
                LARGEST_APPROVAL >> 10
            )));
        }
        let tag = Tag::parse(&object.bytes, reference)?;
        if tag.signature.is_none() {
            return Err(refused("it is not signed"));
        }
        let statement = Statement::of(&tag)?;
        if statement.repository() != self.root.repository {
            return Err(refused("it is for another repository"));
        }
        if statement.reference() != self.root.reference {
            return Err(refused("it is for another ref"));
        }
        Ok(())
    }
}

/// The approvals that stay as they are, and those that come or move.
fn approvals_after(before: &[TagRef], updates: &[Update]) -> (Vec<TagRef>, Vec<TagRef>) {
    let changed: BTreeSet<&str> = updates.iter().map(|one| &*one.reference).collect();
    let stays = |tag: &&TagRef| !changed.contains(&*tag.reference);
    let coming = updates.iter().filter_map(|update| {
        let tag = update.new?;
        let reference = update.reference.clone();
        let is_one = reference.starts_with(APPROVALS);
        is_one.then_some(TagRef { reference, tag })
    });
    let kept = before.iter().filter(stays).cloned().collect();
    (kept, coming.collect())
}

/// What git says that a push would change, line by line.
fn read_updates(list: impl Read) -> Result<Vec<Update>> {
    let mut bytes = Vec::new();
    list.take(LARGEST_LIST + 1)
        .read_to_end(&mut bytes)
        .context("read the list of refs")?;
    if bytes.len() as u64 > LARGEST_LIST {
        return Err(refused("the push changes too many refs at once"));
    }
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let updates = lines.map(|line| String::from_utf8_lossy(line).trim_end_matches('\n').parse());
    let updates: Vec<Update> = updates.collect::<Result<_>>()?;
    if updates.is_empty() {
        return Err(failed("git says of no ref that a push would change it").hint(
            "--pre-receive is for a server's hook, which git tells on standard input what a push changes",
        ));
    }
    let mut names = BTreeSet::new();
    match updates
        .iter()
        .find(|update| !names.insert(&update.reference))
    {
        // Git would carry out both, one after the other.
        Some(twice) => Err(refused(format!(
            "the push changes {} twice",
            twice.reference
        ))),
        None => Ok(updates),
    }
}

impl FromStr for Update {
    type Err = Failure;

    fn from_str(line: &str) -> Result<Self> {
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
            _ => Err(failed(format!(
                "{line:?} is not what git says to a pre-receive hook"
            ))),
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
    fn approvals_that_move_come_and_do_not_stay() {
        let before = [tag("a", ONE), tag("b", ONE)];
        let [a, c] = ["a", "c"].map(|name| format!("{APPROVALS}{name}"));
        let came = approvals_after(
            &before,
            &updates(&[[ZERO, TWO, &c], [ZERO, TWO, "refs/tags/c"]]),
        );
        assert_eq!(came, (before.to_vec(), vec![tag("c", TWO)]));
        let moved = approvals_after(&before, &updates(&[[ONE, TWO, &a]]));
        assert_eq!(moved, (vec![tag("b", ONE)], vec![tag("a", TWO)]));
        let gone = approvals_after(&before, &updates(&[[ONE, ZERO, &a]]));
        assert_eq!(gone, (vec![tag("b", ONE)], vec![]));
    }

    #[test]
    fn a_ref_that_is_named_twice_is_refused() {
        let text = format!("{ZERO} {ONE} refs/heads/main\n{ONE} {TWO} refs/heads/main\n");
        let refused = read_updates(text.as_bytes()).unwrap_err().report(false);
        assert!(
            refused.contains("changes refs/heads/main twice"),
            "{refused}"
        );
    }

    #[test]
    fn names_that_are_no_text_are_nobodys_here() {
        let line = [format!("{ZERO} {ONE} refs/heads/").as_bytes(), b"\xff\n"].concat();
        let [update] = &read_updates(&line[..]).unwrap()[..] else {
            panic!("one line is one update");
        };
        assert!(!update.reference.starts_with(APPROVALS));
    }
}
