//! What a request says about a file, whatever is done to it.

use super::Sealer;
use super::asking::{or_ask, voucher};
use crate::clock;
use crate::consent::{Consent, TakeIn};
use crate::failure::{Result, refused};
use crate::identities::Lock;
use crate::vouchers::Known;
use signet_api::{Owner, RepoPath};
use signet_envelope::{
    Recipients, Rule, Sealed, Store, WrappedKey, normal_recipient, parse_unfinished_as,
};
use signet_seal::{Identity, KeyGroups, Random, SealError, SealPlace, SealRequest};
use std::collections::BTreeSet;

/// The place of a file that is sealed or to be sealed, its people, and the versions of it that vouch for what is sealed there.
#[derive(Debug)]
pub(crate) struct Existing {
    path: RepoPath,
    store: Store,
    /// The repository, and whose file it is there; nothing outside a fleet.
    place: Option<(String, Owner)>,
    /// Whether it stands in a fleet's repository all the same.
    among_fleet: bool,
    /// For whom it is to be sealed.
    pub(crate) recipients: Recipients,
    /// Their groups, where more than one is needed.
    pub(crate) key_groups: Option<KeyGroups>,
    /// Which leaves of a fresh file; a sealed one says so itself.
    rule: Option<Rule>,
    mac_only_encrypted: bool,
    known: Known,
}

impl Existing {
    /// A file of a fleet: its path says who its people are.
    pub(crate) fn in_fleet(sealer: &Sealer, path: &RepoPath, known: Known) -> Result<Self> {
        let repository = sealer.believed.policy.repository.clone();
        Ok(Self {
            path: path.clone(),
            store: Store::of(path),
            place: Some((repository, sealer.owner(path)?)),
            among_fleet: true,
            recipients: sealer.recipients(path)?,
            key_groups: None,
            rule: None,
            mac_only_encrypted: false,
            known,
        })
    }

    /// A plain SOPS file: it says itself who its people are.
    ///
    /// # Errors
    /// When it carries a seal: whoever changed it here would bind it to a place that it does not stand in.
    pub(crate) fn by_itself(sealed: &Sealed, known: Known) -> Result<Self> {
        let path = sealed.path();
        refuse_placed(sealed)?;
        let own = groups_of(sealed);
        Ok(Self {
            path: path.clone(),
            store: sealed.store(),
            place: None,
            among_fleet: false,
            recipients: own.recipients().into(),
            key_groups: own.if_split(),
            rule: None,
            mac_only_encrypted: false,
            known,
        })
    }

    /// A plain SOPS file that is to be, for these people.
    pub(crate) fn to_be(path: &RepoPath, groups: KeyGroups) -> Self {
        Self {
            path: path.clone(),
            store: Store::of(path),
            place: None,
            among_fleet: false,
            recipients: groups.recipients().into(),
            key_groups: groups.if_split(),
            rule: None,
            mac_only_encrypted: false,
            known: Known::default(),
        }
    }

    /// The same in a fleet's repository.
    pub(crate) fn among_fleet(self) -> Self {
        Self {
            among_fleet: true,
            ..self
        }
    }

    /// Whether it stands in a fleet's repository and belongs to nobody there: nothing but the file says for whom it is.
    pub(crate) fn is_nobodys(&self) -> bool {
        self.among_fleet && self.place.is_none()
    }

    /// The same in another store.
    pub(crate) fn in_store(self, store: Store) -> Self {
        Self { store, ..self }
    }

    /// The same as a fresh file under this rule.
    pub(crate) fn selecting(self, rule: Option<Rule>, mac_only_encrypted: bool) -> Self {
        Self {
            rule,
            mac_only_encrypted,
            ..self
        }
    }

    /// The text that the work makes of the file, once the person agreed to what nothing vouches for.
    pub(crate) fn carry_out(
        &self,
        identities: &[Identity],
        consent: Consent,
        take_in: Option<TakeIn>,
        work: impl Fn(&SealRequest, &mut dyn Random) -> std::result::Result<String, SealError>,
    ) -> Result<String> {
        or_ask(self.request(identities), consent, take_in, work)
    }

    /// Whether the path says for whom the file is sealed.
    pub(crate) fn is_in_fleet(&self) -> bool {
        self.place.is_some()
    }

    /// Whether a version of the file is known to be right.
    pub(crate) fn is_known(&self) -> bool {
        !self.known.ours.is_empty() && !self.known.is_of_another_path
    }

    /// For whom the version that is known to be right is sealed, of several the last; nothing where there is none.
    pub(crate) fn known_groups(&self, now: &Sealed) -> Option<KeyGroups> {
        let known = self.known.ours.first()?;
        if known == now.text() {
            return Some(groups_of(now));
        }
        let known = parse_unfinished_as(self.store, known, &self.path).ok()?;
        Some(groups_of(&known))
    }

    /// Those who stand in a file outside a fleet and in no version of it that is known to be right, nor in such a key group.
    pub(crate) fn strangers(&self, now: &Sealed) -> BTreeSet<String> {
        let known = self.known_groups(now).filter(|_| !self.is_in_fleet());
        known.map_or_else(BTreeSet::new, |known| self.groups().strangers_to(&known))
    }

    /// The key groups that it is to be sealed for.
    pub(crate) fn groups(&self) -> KeyGroups {
        let one = || KeyGroups::one(self.recipients.required.clone());
        self.key_groups.clone().unwrap_or_else(one)
    }

    /// The same for others: whoever says so is asked by nobody, so it is for files outside a fleet.
    pub(crate) fn sealed_for(self, groups: KeyGroups) -> Self {
        Self {
            recipients: groups.recipients().into(),
            key_groups: groups.if_split(),
            ..self
        }
    }

    /// The same for people who stand in these groups, which may be one where it was several.
    pub(crate) fn regrouped(self, groups: KeyGroups) -> Self {
        Self {
            recipients: groups.recipients().into(),
            key_groups: Some(groups),
            ..self
        }
    }

    /// The same for those who come too, and no longer for those who go.
    pub(crate) fn moved(mut self, come: &BTreeSet<String>, gone: &BTreeSet<String>) -> Self {
        let Recipients {
            required,
            transitional,
        } = &mut self.recipients;
        required.extend(come.iter().cloned());
        required.retain(|one| !gone.contains(one));
        transitional.retain(|one| !gone.contains(one));
        self
    }

    /// What opens the file once it is sealed.
    pub(crate) fn lock(&self) -> Lock {
        Lock::of_groups(&self.groups())
    }

    /// The request of these identities, for work that asks nobody.
    pub(crate) fn request<'a>(&'a self, identities: &'a [Identity]) -> SealRequest<'a> {
        let place = self.place.as_ref();
        SealRequest {
            path: &self.path,
            store: self.store,
            place: place.map(|(repository, owner)| SealPlace {
                repository,
                tenant: &owner.tenant,
                clusters: &owner.clusters,
                takes_incoming: false,
            }),
            in_fleet: self.among_fleet,
            recipients: &self.recipients,
            key_groups: self.key_groups.as_ref(),
            rule: self.rule.clone(),
            mac_only_encrypted: self.mac_only_encrypted,
            identities,
            vouched_by: voucher(&self.known),
            now: clock::now(),
        }
    }
}

/// Refuses a file that carries a seal, where it would be sealed as one that belongs to nobody.
pub(crate) fn refuse_placed(sealed: &Sealed) -> Result<()> {
    let Some(seal) = sealed.signet() else {
        return Ok(());
    };
    let path = sealed.path();
    Err(refused(format!(
        "{path} is sealed as {} of tenant {}, and this is no place of a fleet",
        seal.path, seal.tenant
    ))
    .hint("change it where it belongs in its state repository, or open it and seal the text anew here"))
}

/// The key groups that a file is sealed for.
pub(crate) fn groups_of(sealed: &Sealed) -> KeyGroups {
    let metadata = sealed.metadata();
    KeyGroups {
        groups: metadata
            .groups
            .iter()
            .map(|group| recipients_of(group))
            .collect(),
        threshold: metadata.shamir_threshold,
    }
}

fn recipients_of(group: &[WrappedKey]) -> BTreeSet<String> {
    let recipients = group.iter().map(|key| normal_recipient(&key.recipient));
    recipients.collect()
}

#[cfg(test)]
mod tests {
    use super::{Existing, Known};
    use crate::clock;
    use crate::random::from_system;
    use signet_api::{ClusterName, RepoPath, TenantName};
    use signet_envelope::{Recipients, Sealed, Store, parse};
    use signet_seal::{Identity, KeyGroups, SealPlace, SealRequest, Voucher, seal_file};
    use std::collections::BTreeSet;

    fn path() -> RepoPath {
        "db.yaml".parse().unwrap()
    }

    fn people(number: usize) -> Vec<String> {
        let generated = (0..number).map(|_| Identity::generate(&mut from_system).0);
        generated.map(|one| one.recipient().to_owned()).collect()
    }

    fn sealed(groups: &KeyGroups, place: Option<SealPlace>) -> Sealed {
        let recipients = Recipients::from(groups.recipients());
        let request = SealRequest {
            path: &path(),
            store: Store::Yaml,
            place,
            in_fleet: false,
            recipients: &recipients,
            key_groups: (groups.groups.len() > 1).then_some(groups),
            rule: None,
            mac_only_encrypted: false,
            identities: &[],
            vouched_by: Voucher::Nobody,
            now: clock::now(),
        };
        let text = seal_file("a: 1\n", &request, &mut from_system).unwrap();
        parse(&text, &path()).unwrap()
    }

    #[test]
    fn a_plain_file_stays_sealed_for_its_own_people() {
        let one = KeyGroups::one(people(2).into_iter().collect());
        let existing = Existing::by_itself(&sealed(&one, None), Known::default()).unwrap();
        assert_eq!(existing.recipients.required, one.recipients());
        assert_eq!(existing.key_groups, None);
    }

    #[test]
    fn a_plain_file_stays_split_among_its_own_groups() {
        let groups = people(3).into_iter().map(|one| BTreeSet::from([one]));
        let split = KeyGroups {
            groups: groups.collect(),
            threshold: 2,
        };
        let existing = Existing::by_itself(&sealed(&split, None), Known::default()).unwrap();
        assert_eq!(existing.recipients.required, split.recipients());
        assert_eq!(existing.key_groups, Some(split));
    }

    #[test]
    fn a_file_that_is_sealed_for_a_place_is_refused_outside_of_it() {
        let tenant: TenantName = "team-a".parse().unwrap();
        let clusters: [ClusterName; 1] = ["prod".parse().unwrap()];
        let place = SealPlace {
            repository: "6f1c0d",
            tenant: &tenant,
            clusters: &clusters,
            takes_incoming: false,
        };
        let sealed = sealed(
            &KeyGroups::one(people(1).into_iter().collect()),
            Some(place),
        );
        let refused = Existing::by_itself(&sealed, Known::default()).unwrap_err();
        assert!(refused.report(false).contains("tenant team-a"));
    }
}
