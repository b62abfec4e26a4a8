//! Who agrees to a reset.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Question;
use crate::approval::FoundReset;
use crate::authority::{Authority, Holder, Need};
use crate::object::ObjectError;
use crate::step::{Approved, Discounted, Stop, Times, escaped, shortened};
use crate::{ObjectId, TagRef, VerifyError};

/// How many resets that do not count a message names.
const NAMED: usize = 3;
/// How long a reset counts at most.
const LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The resets to one commit under one policy.
pub(super) struct Count {
    /// Those that count.
    pub(super) approved: Vec<Approved>,
    /// Those that do not.
    pub(super) void: Vec<Discounted>,
    /// What the root group lacks.
    pub(super) lacking: Option<Need>,
    /// When it had agreed, by the tags' own dates, if it has.
    pub(super) agreed: Option<Timestamp>,
}

/// Counts the persons of a policy's root group who reset a history to a commit.
pub(super) fn counted(
    question: Question<'_>,
    resets: &[&FoundReset],
    to: ObjectId,
    authority: &Authority,
) -> Result<Count, VerifyError> {
    let (mut approved, mut void) = (Vec::new(), Vec::new());
    let mut first = BTreeMap::new();
    for found in resets.iter().filter(|one| one.signed.says.to == to) {
        let tag = found.tag.clone();
        match opinion(question, found, authority)? {
            Ok(holder) => {
                let tagged = found.tagged(question.now);
                let made = first.entry(&*holder.principal).or_insert(tagged);
                *made = tagged.min(*made);
                let signer = holder.signer();
                approved.push(Approved { tag, signer });
            }
            Err(why) => void.push(Discounted::new(&tag, why)),
        }
    }
    Ok(Count {
        approved,
        void,
        lacking: authority.root_agreed(first.keys().copied()).err(),
        agreed: agreed(&first, authority),
    })
}

/// When enough persons had made their first resets. What others make later changes nothing about that.
fn agreed(first: &BTreeMap<&str, Timestamp>, authority: &Authority) -> Option<Timestamp> {
    let mut dates: Vec<Timestamp> = first.values().copied().collect();
    dates.sort_unstable();
    dates.into_iter().find(|date| {
        let persons = first.iter().filter(|(_, made)| *made <= date);
        authority
            .root_agreed(persons.map(|(name, _)| *name))
            .is_ok()
    })
}

/// The holder of the key that signed a reset, or why it does not count.
fn opinion<'h>(
    question: Question<'_>,
    found: &FoundReset,
    authority: &'h Authority,
) -> Result<Result<&'h Holder, String>, ObjectError> {
    let reset = &found.signed.says;
    let name = escaped(found.tag.reference.as_bytes());
    let name = shortened(&name);
    if let Some(other) = question.root.other(&reset.repository, &reset.reference) {
        return Ok(Err(format!("the reset {name} is for another {other}")));
    }
    let signer = question
        .approvals
        .signer(&found.tag, &found.signed, authority)?;
    let holder = match signer {
        Ok(holder) => holder,
        Err(why) => return Ok(Err(format!("the tag {name} is no reset: {why}"))),
    };
    match counts(question, found, holder, authority) {
        Ok(()) => Ok(Ok(holder)),
        Err(Stop::Refused(_, why)) => {
            let by = &holder.principal;
            Ok(Err(format!("reset by {by} does not count: {why}")))
        }
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Whether a reset is a person's of the root group, by a key that counts when it was made and now, has not expired, and was made
/// after the one that was gone on with last.
fn counts(
    question: Question<'_>,
    found: &FoundReset,
    holder: &Holder,
    authority: &Authority,
) -> Result<(), Stop> {
    let no = |why: String| Err(Stop::Refused(crate::Reason::NotAllowed, why));
    if !holder.is_person() {
        return no("only persons reset a history".to_owned());
    }
    if !authority.is_root(&holder.principal) {
        return no("it is asked of the root group alone".to_owned());
    }
    let tagged = found.tagged(question.now);
    let times = Times::of_reset(tagged, found.signed.dates, question.now);
    times.check(holder, &question.root.revoked, "the trust anchor")?;
    times.check(holder, &authority.policy().revoked, "the policy")?;
    let expires = found.signed.says.expires;
    if question.now >= expires {
        return no(format!("it expired {expires}"));
    }
    if expires.duration_since(tagged) > LIFE {
        return no(format!(
            "it is to expire {expires}, more than 90 days after it was made {tagged}"
        ));
    }
    if let Some(last) = question.last.reset.filter(|last| tagged <= *last) {
        return no(format!(
            "it was made {tagged}, and another one that was agreed to {last} was gone on with"
        ));
    }
    Ok(())
}

impl Count {
    /// The resets that count by this policy or by another, each once. What is lacking is not for one of them to say.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.approved.extend(other.approved);
        self.approved.sort();
        self.approved.dedup_by(|one, other| one.tag == other.tag);
        let counts = |tag: &TagRef| self.approved.iter().any(|one| one.tag == *tag);
        self.void.retain(|one| !counts(&one.tag));
        self.agreed = self.agreed.max(other.agreed);
        self
    }

    /// What there is to say of the resets to a commit, for messages.
    pub(super) fn told(&self, to: ObjectId, outcome: &str) -> String {
        let mut by: Vec<&str> = self
            .approved
            .iter()
            .map(|one| &*one.signer.principal)
            .collect();
        by.sort_unstable();
        by.dedup();
        let by = if by.is_empty() {
            String::new()
        } else {
            format!(", by {},", by.join(", "))
        };
        let void = self.void.iter().take(NAMED);
        let void: Vec<String> = void.map(|one| format!("; {}", one.why)).collect();
        format!(
            "; the reset to {}{by} {outcome}{}",
            to.short(),
            void.concat()
        )
    }
}
