//! A key of a principal that gives way to another one, in the policy.

use super::policy::{self, changed};
use super::{Draft, key};
use crate::failure::{Result, failed};
use jiff::Timestamp;
use signet_api::{Policy, PolicyKey};
use signet_yaml::edit::Step;

/// What becomes of the key that gives way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays as it is.
    Stays,
    /// It counts until then, if not for a shorter time already.
    Ends(Timestamp),
    /// It goes.
    Goes,
}

/// A key that gives way to another one.
pub(crate) struct KeyChange<'a> {
    /// Whose key it is.
    pub(crate) principal: &'a str,
    /// The number of the key that gives way, from 0.
    pub(crate) old: usize,
    /// The key that comes; nothing where it has come already.
    pub(crate) new: Option<&'a str>,
}

impl KeyChange<'_> {
    /// The policy's text with the change in it, its version one above the verified one.
    ///
    /// # Errors
    /// When the text is no policy or has no such key, or would be none.
    pub(crate) fn in_policy(
        &self,
        fate: Fate,
        text: &str,
        verified_version: u64,
    ) -> Result<String> {
        let mut before = Policy::parse(text, &policy::path())?;
        let keys = self.keys(&mut before)?;
        let (old, number) = (with_fate(&keys[self.old], fate), keys.len());
        let change = |policy: &mut Policy| {
            self.make(fate, self.keys(policy)?);
            Ok(())
        };
        let edit = |draft: &mut Draft| match (fate, self.new) {
            (Fate::Goes, Some(new)) => draft.put(self.place_of(self.old), new),
            (Fate::Goes, None) => draft.take_out(self.place_of(self.old)),
            (Fate::Stays | Fate::Ends(_), new) => {
                draft.put(self.place_of(self.old), &old)?;
                new.map_or(Ok(()), |new| draft.put(self.place_of(number), new))
            }
        };
        changed(text, verified_version, change, edit)
    }

    /// Has the principal's keys, among which the old one is, be what comes of them.
    pub(crate) fn make(&self, fate: Fate, keys: &mut Vec<PolicyKey>) {
        match (fate, self.new) {
            (Fate::Goes, Some(new)) => keys[self.old] = new.into(),
            (Fate::Goes, None) => drop(keys.remove(self.old)),
            (Fate::Stays | Fate::Ends(_), new) => {
                keys[self.old] = with_fate(&keys[self.old], fate);
                keys.extend(new.map(PolicyKey::from));
            }
        }
    }

    /// The principal's keys, among which the old one is.
    fn keys<'p>(&self, policy: &'p mut Policy) -> Result<&'p mut Vec<PolicyKey>> {
        let principal = policy.principals.get_mut(self.principal);
        let keys = principal.map(|principal| &mut principal.keys);
        let keys = keys.filter(|keys| self.old < keys.len());
        keys.ok_or_else(|| failed(format!("the policy has no such key of {}", self.principal)))
    }

    fn place_of(&self, number: usize) -> Vec<Step> {
        let above = ["spec", "principals", self.principal, "keys"].map(key);
        above.into_iter().chain([Step::Index(number)]).collect()
    }
}

fn with_fate(key: &PolicyKey, fate: Fate) -> PolicyKey {
    let mut key = key.clone();
    if let Fate::Ends(at) = fate {
        key.valid_before = Some(key.valid_before.map_or(at, |before| before.min(at)));
    }
    key
}

#[cfg(test)]
mod tests {
    use super::{Fate, KeyChange};

    const OLD: &str = "ssh-ed25519 AAAAOLD alice";
    const NEW: &str = "ssh-ed25519 AAAANEW alice@laptop";
    const OTHER: &str = "ssh-ed25519 AAAAOTHER alice@desk";

    fn policy(keys: &str) -> String {
        format!(
            "# Ours.\napiVersion: signet.dev/v1alpha1\nkind: Policy\nspec:\n  version: 7   # rises\n  repository: ab\n  \
             ref: refs/heads/main\n  principals:\n    alice: {keys}\n    bob: {{keys: [ssh-ed25519 BBBB]}}\n  \
             groups: {{root: [alice]}}\n  rules:\n    - {{paths: [\"signet/**\"], signers: root}}   # us\n  \
             recovery: {{recipients: [age1x]}}\n  revoked: []\n"
        )
    }

    /// The keys of alice, in a policy of which nothing else has changed but the version.
    #[track_caller]
    fn changed(old: usize, new: Option<&str>, fate: Fate, keys: &str) -> String {
        let change = KeyChange {
            principal: "alice",
            old,
            new,
        };
        let text = match change.in_policy(fate, &policy(keys), 7) {
            Ok(text) => text,
            Err(failure) => panic!("{}", failure.report(false)),
        };
        let around = policy("@").replace("version: 7", "version: 8");
        let (before, behind) = around.split_once('@').unwrap();
        let keys = text.strip_prefix(before).unwrap();
        keys.strip_suffix(behind).unwrap().to_owned()
    }

    #[test]
    fn a_new_key_takes_the_place_of_the_old_one() {
        let keys = format!("{{keys: [\"{OTHER}\", \"{OLD}\"]}}   # alice");
        let expected = keys.replace(OLD, NEW);
        assert_eq!(changed(1, Some(NEW), Fate::Goes, &keys), expected);
        let block = format!(
            "\n      keys:\n        - key: {OLD}\n          touch: false\n        - {OTHER}   # at the desk"
        );
        let expected = format!("\n      keys:\n        - {NEW}\n        - {OTHER}   # at the desk");
        assert_eq!(changed(0, Some(NEW), Fate::Goes, &block), expected);
    }

    #[test]
    fn an_old_key_goes_where_the_new_one_is_there() {
        let keys = format!("{{keys: [\"{OLD}\", \"{OTHER}\", \"{NEW}\"]}}");
        let expected = format!("{{keys: [\"{OTHER}\", \"{NEW}\"]}}");
        assert_eq!(changed(0, None, Fate::Goes, &keys), expected);
    }

    #[test]
    fn an_old_key_stays_beside_the_new_one_or_ends_and_never_later_than_it_would_have() {
        let at = "2027-01-01T00:00:00Z";
        let ends = Fate::Ends(at.parse().unwrap());
        let keys = format!("{{keys: [\"{OLD}\"]}}");
        let beside = changed(0, Some(NEW), Fate::Stays, &keys);
        assert!(beside.contains(OLD) && beside.contains(NEW), "{beside}");
        let ending = changed(0, Some(NEW), ends, &keys);
        assert!(ending.contains(at) && ending.contains(NEW), "{ending}");
        let earlier = "2026-12-01T00:00:00Z";
        let keys = format!("{{keys: [{{key: \"{OLD}\", validBefore: \"{earlier}\"}}]}}");
        let ending = changed(0, Some(NEW), ends, &keys);
        assert!(ending.contains(earlier) && !ending.contains(at), "{ending}");
    }
}
