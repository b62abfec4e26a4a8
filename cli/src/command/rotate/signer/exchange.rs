//! Which key of a principal gives way to which, and what is to become of it.

use super::RotateSigner;
use crate::documents::policy::following;
use crate::documents::revocation;
use crate::documents::signer::{Fate, KeyChange};
use crate::failure::{Explain, Failure, Result, refused, usage};
use crate::moment::Moment;
use crate::output::visible::lines_of;
use crate::{clock, named_key};
use jiff::Timestamp;
use signet_api::{POLICY_PATH, Policy, PolicyKey, Revocation};
use signet_provenance::{Authority, ObjectId, Review, fingerprint_of, key_fingerprint};

/// Which key gives way to which.
pub(super) struct Exchange<'a> {
    pub(super) principal: &'a str,
    /// The fingerprint of the one that gives way.
    pub(super) old: String,
    /// That of the one that comes.
    pub(super) new: String,
    /// The latter as the policy names it.
    key: &'a str,
    /// Whether the new one is in the policy of the work tree.
    has_come: bool,
    /// Whether it is in the one that governs, too.
    is_committed: bool,
    pub(super) governing: &'a Authority,
    /// The commit that it is in.
    good: ObjectId,
    /// Whether that is HEAD, so that nobody but the person has changed what the work tree has otherwise.
    is_at_head: bool,
    /// The work tree's.
    text: &'a str,
    proposed: Policy,
}

impl<'a> Exchange<'a> {
    /// What is asked, if the new key may be the principal's.
    pub(super) fn of(asked: &'a RotateSigner, review: &'a Review, text: &'a str) -> Result<Self> {
        let governing = review.authority();
        let principal = &asked.principal;
        let proposed = Policy::parse(text, &POLICY_PATH.parse()?)?;
        let Some(known) = governing.policy().principals.get(principal) else {
            return Err(unknown(principal, governing.policy()));
        };
        let fingerprint = fingerprint(&asked.key)?;
        refuse_revoked(&fingerprint, [governing.policy(), &proposed])?;
        let has = |policy: &Policy| named_in(policy, principal, &fingerprint).is_some();
        let exchange = Self {
            principal,
            old: old(asked, &fingerprint, &known.keys)?,
            has_come: has(&proposed),
            is_committed: has(governing.policy()),
            new: fingerprint,
            key: &asked.key,
            governing,
            good: review.commit,
            is_at_head: review.refused.is_none(),
            text,
            proposed,
        };
        exchange.refuse_anothers()?;
        Ok(exchange)
    }

    /// The work tree's policy without what a step of this exchange made of the principal's keys there.
    pub(super) fn without_its_step(&self) -> Policy {
        let mut policy = self.proposed.clone();
        if let Some(principal) = policy.principals.get_mut(self.principal) {
            let before = &self.governing.policy().principals[self.principal].keys;
            if self.has_made(&principal.keys, before) {
                principal.keys.clone_from(before);
            }
        }
        policy
    }

    /// Whether a step of this exchange makes these keys of those before.
    fn has_made(&self, keys: &[PolicyKey], before: &[PolicyKey]) -> bool {
        let number_of = |policy, key| named_in(policy, self.principal, key);
        let old = number_of(self.governing.policy(), &self.old);
        let new = number_of(&self.proposed, &self.new);
        let (Some(old), Some(new)) = (old, new) else {
            return false;
        };
        let change = KeyChange {
            principal: self.principal,
            old,
            // Its comment is whatever it was called by then.
            new: (!self.is_committed).then_some(&keys[new].key),
        };
        let end = self.key_in(&self.proposed).and_then(|key| key.valid_before);
        let fates = [Some(Fate::Stays), Some(Fate::Goes), end.map(Fate::Ends)];
        fates.into_iter().flatten().any(|fate| {
            let mut made = before.to_vec();
            change.make(fate, &mut made);
            made == keys
        })
    }

    /// Refuses a key that somebody else has, or had until now.
    fn refuse_anothers(&self) -> Result<()> {
        let new = &self.new;
        let owner = self.governing.principal_of(new);
        let owner = owner.or_else(|| {
            let mut names = self.proposed.principals.keys();
            let other = names.find(|name| named_in(&self.proposed, name, new).is_some());
            other.map(String::as_str)
        });
        match owner.filter(|owner| *owner != self.principal) {
            Some(owner) => Err(refused(format!("{new} is a key of {owner}"))
                .hint("each person has keys of their own; `ssh-keygen -t ed25519` makes one")),
            None => Ok(()),
        }
    }

    /// The policy's text once the old key has this fate.
    pub(super) fn text(&self, fate: Fate) -> Result<String> {
        let old = named_in(&self.proposed, self.principal, &self.old);
        if old.is_none() && fate == Fate::Goes && self.has_come && !self.is_committed {
            return following(self.text, self.governing.policy().version);
        }
        let old = old.ok_or_else(|| {
            refused(format!(
                "the policy in the work tree has no key {} of {} any more",
                self.old, self.principal
            ))
        })?;
        let change = KeyChange {
            principal: self.principal,
            old,
            new: (!self.has_come).then_some(self.key),
        };
        change.in_policy(fate, self.text, self.governing.policy().version)
    }

    /// What is to become of the old key: what the work tree makes of it already, where the new one stands there alone and HEAD is good,
    /// so that nobody else can have written it; else what is asked, and no later end than it has. One that counts at no time until then
    /// goes.
    ///
    /// # Errors
    /// When it is to count for a time and is gone in the work tree, or does not count in it.
    pub(super) fn fate(&self, overlap: Option<Moment>) -> Result<Fate> {
        let is_pending = self.has_come && !self.is_committed;
        let there = self.key_in(&self.proposed);
        let end = there.and_then(|key| key.valid_before);
        let Some(overlap) = overlap else {
            let before = self.key_in(self.governing.policy());
            let is_new = end != before.and_then(|key| key.valid_before);
            let is_own = is_pending && is_new && self.is_at_head;
            let end = end.filter(|end| is_own && self.why_over(*end).is_none());
            return Ok(end.map_or(Fate::Goes, Fate::Ends));
        };
        if is_pending && there.is_none() {
            return Err(self.gone_already());
        }
        let at = overlap.ahead(clock::now()).context("read --overlap")?;
        let revoked = self.revoked().map(|revoked| revoked.since);
        let at = end.into_iter().chain(revoked).fold(at, Timestamp::min);
        match self.why_over(at) {
            Some(why) => Err(self.over(&why)),
            None => Ok(Fate::Ends(at)),
        }
    }

    /// Why the old key counts at no time from now until this end, if it does not.
    fn why_over(&self, end: Timestamp) -> Option<String> {
        let now = clock::now();
        let key = self.key_in(&self.proposed)?;
        let revoked = self.revoked().filter(|revoked| revoked.since <= now);
        let after = key.valid_after.filter(|after| *after >= end);
        match (revoked, after) {
            (Some(revoked), _) => Some(format!("it is revoked: {}", revocation::entry(revoked))),
            (None, Some(after)) => Some(format!("it does not count before {after}")),
            (None, None) => (end <= now).then(|| format!("it ended at {end}")),
        }
    }

    /// How the old key is revoked that is, from the earliest time on.
    fn revoked(&self) -> Option<&Revocation> {
        let all = self.governing.policy().revoked.iter();
        let of_old = all.filter(|one| fingerprint_of(&one.key).as_ref() == Some(&self.old));
        of_old.min_by_key(|one| one.since)
    }

    fn over(&self, why: &str) -> Failure {
        refused(format!(
            "{} counts at no time until then, whatever --overlap says: {why}",
            self.old
        ))
        .hint("leave --overlap out, and it goes")
    }

    fn gone_already(&self) -> Failure {
        let old = &self.old;
        refused(format!(
            "the work tree has this exchange already, and {old} is gone there: --overlap has nothing to say"
        ))
        .hint(format!(
            "`git restore --source={} -- :/{POLICY_PATH}` first, where nothing else is new there",
            self.good
        ))
    }

    /// When the old key ends, where the exchange is committed, and so asks for no more.
    pub(super) fn ended(&self, fate: Fate) -> Option<Timestamp> {
        let Fate::Ends(at) = fate else { return None };
        let [governing, proposed] = [self.governing.policy(), &self.proposed];
        let is_so = |policy: &Policy| {
            let key = self.key_in(policy);
            key.is_some_and(|key| key.valid_before == Some(at))
        };
        let has_both = self.has_come && self.is_committed;
        (has_both && is_so(governing) && is_so(proposed)).then_some(at)
    }

    /// Whether the new key may come beside the old one before anything becomes of that.
    pub(super) fn may_come_first(&self) -> bool {
        let has_both = self.has_come && self.is_committed;
        !has_both && self.key_in(&self.proposed).is_some()
    }

    /// The old key as it stands in a policy, if it does.
    fn key_in<'p>(&self, policy: &'p Policy) -> Option<&'p PolicyKey> {
        let number = named_in(policy, self.principal, &self.old)?;
        Some(&policy.principals[self.principal].keys[number])
    }
}

/// The number of a principal's key, from 0.
pub(super) fn named_in(policy: &Policy, principal: &str, fingerprint: &str) -> Option<usize> {
    let mut keys = policy.principals.get(principal)?.keys.iter();
    keys.position(|key| fingerprint_of(&key.key).as_deref() == Some(fingerprint))
}

/// The fingerprint of the key that comes.
///
/// # Errors
/// When it is none whose signatures count.
fn fingerprint(key: &str) -> Result<String> {
    match fingerprint_of(key) {
        Some(fingerprint) => Ok(fingerprint),
        None if key.starts_with("openpgp:") => Err(usage(format!(
            "{key} is no OpenPGP key by its full fingerprint, 40 or 64 hexadecimal digits"
        ))),
        None => key_fingerprint(key).context("read --key"),
    }
}

fn unknown(principal: &str, policy: &Policy) -> Failure {
    let names: Vec<&str> = policy.principals.keys().map(String::as_str).collect();
    usage(format!("the policy has no principal {principal}"))
        .hint(format!("its principals are:{}", lines_of(names)))
}

/// A key that is revoked signs nothing, whoever has it.
fn refuse_revoked(fingerprint: &str, policies: [&Policy; 2]) -> Result<()> {
    let mut revoked = policies.into_iter().flat_map(|policy| &policy.revoked);
    let is_same = |one: &&Revocation| fingerprint_of(&one.key).as_deref() == Some(fingerprint);
    match revoked.find(is_same) {
        Some(there) => Err(refused(format!(
            "{fingerprint} is revoked: {}",
            revocation::entry(there)
        ))
        .hint("make a new key: `ssh-keygen -t ed25519`")),
        None => Ok(()),
    }
}

/// The fingerprint of the key that gives way, of those that the principal has.
fn old(asked: &RotateSigner, new: &str, keys: &[PolicyKey]) -> Result<String> {
    let name = &asked.principal;
    let keys = keys.iter().filter_map(|key| fingerprint_of(&key.key));
    let others: Vec<String> = keys.filter(|key| key != new).collect();
    if others.is_empty() {
        return Err(refused(format!(
            "{new} is the only key of {name} already: none gives way to it"
        )));
    }
    let mut meant = others.clone();
    if let Some(old) = &asked.old {
        if others.iter().any(|key| key.starts_with(old.as_str())) {
            meant.retain(|key| key.starts_with(old.as_str()));
        } else {
            let neither = format!("the beginning of no key of {name}");
            let old = named_key::fingerprint(old, &neither)?;
            meant.retain(|key| *key == old);
        }
    }
    let problem = match (&meant[..], &asked.old) {
        ([one], _) => return Ok(one.clone()),
        ([], _) => format!("that is no key of {name}"),
        (_, None) => format!("{name} has {} keys; name the one with --old", others.len()),
        (_, Some(old)) => format!("several keys of {name} begin with {old}"),
    };
    Err(usage(problem).hint(others.join(", ")))
}
