//! A sealed file as it was at some time, for the question since when a value is what it is.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use signet_api::RepoPath;
use signet_envelope::{Content, Enc, Pointer, Sealed, Store, parse_unfinished_as};

use crate::Identity;
use crate::data_key::DataKey;
use crate::layout::reads_as;
use crate::unlock::{Value, data_key, open_checked};

/// A version of a sealed file. It is opened only where comparing needs that, and gives out no value.
pub struct Version<'a> {
    sealed: Sealed,
    encs: BTreeMap<Pointer, Enc>,
    identities: &'a [Identity],
    key: OnceCell<Option<DataKey>>,
    values: OnceCell<Option<BTreeMap<Pointer, Value>>>,
}

impl<'a> Version<'a> {
    /// The version that a text of the store is; nothing for a text that is not sealed.
    pub fn read(
        store: Store,
        text: &str,
        path: &RepoPath,
        identities: &'a [Identity],
    ) -> Option<Self> {
        let sealed = parse_unfinished_as(store, text, path).ok()?;
        Some(Self::of(sealed, identities))
    }

    /// The version that a sealed file is.
    pub fn of(sealed: Sealed, identities: &'a [Identity]) -> Self {
        let leaves = sealed.leaves();
        let encs = leaves.map(|leaf| (leaf.pointer, leaf.enc));
        Self {
            encs: encs.collect(),
            sealed,
            identities,
            key: OnceCell::new(),
            values: OnceCell::new(),
        }
    }

    /// The file, as anybody can read it.
    pub fn sealed(&self) -> &Sealed {
        &self.sealed
    }

    /// Whether the other version holds the same value in the same place.
    ///
    /// The same ciphertext is the same value. Of different ciphertexts that is known only where both versions open and
    /// their seals and MACs hold; else the value counts as another.
    pub fn has_in_common(&self, other: &Self, place: &Pointer) -> bool {
        match (self.encs.get(place), other.encs.get(place)) {
            (Some(ours), Some(theirs)) if ours == theirs => true,
            (Some(_), Some(_)) => match (self.value(place), other.value(place)) {
                (Some(ours), Some(theirs)) => reads_as(self.sealed.store(), ours, theirs),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the other version has the same data key, which is known only where the identities unwrap both.
    pub fn has_key_of(&self, other: &Self) -> bool {
        match (self.key(), other.key()) {
            (Some(ours), Some(theirs)) => ours.is(theirs),
            _ => false,
        }
    }

    fn key(&self) -> Option<&DataKey> {
        let unwrap = || {
            let identities: Vec<&Identity> = self.identities.iter().collect();
            data_key(&self.sealed, &identities).ok()
        };
        self.key.get_or_init(unwrap).as_ref()
    }

    fn value(&self, place: &Pointer) -> Option<&Value> {
        self.values.get_or_init(|| self.open()).as_ref()?.get(place)
    }

    fn open(&self) -> Option<BTreeMap<Pointer, Value>> {
        let opened = open_checked(&self.sealed, self.key()?).ok()?.into_iter();
        let values = opened.filter_map(|one| match one.slot.content {
            Content::Scalar(_) => Some((one.slot.pointer(), one.value?)),
            Content::Comment(_) | Content::SealedElement(_) => None,
        });
        Some(values.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{CANARY, Place, identity, later, rotate_file};
    use crate::{SealRequest, Voucher, edit_file};

    const SECRET: &str =
        "kind: Secret\nstringData:\n  user: shop\n  password: canary-7f3a-hunter2\n";

    /// Whether the versions have the user and the password in common, to somebody with these identities.
    fn in_common(one: &str, other: &str, identities: &[Identity]) -> [bool; 2] {
        let version =
            |text| Version::read(Store::Yaml, text, &Place::team_a().path, identities).unwrap();
        let (one, other) = (version(one), version(other));
        ["user", "password"].map(|name| {
            let place = Pointer::document(0).child("stringData").child(name);
            let found = one.has_in_common(&other, &place);
            assert_eq!(found, other.has_in_common(&one, &place));
            found
        })
    }

    #[test]
    fn a_value_under_another_key_is_the_same_to_who_opens_both() {
        let place = Place::team_a();
        let first = place.seal(SECRET).unwrap();
        let second = rotate_file(&first, &place.request(), &mut later()).unwrap();
        assert_eq!(in_common(&first, &second, &place.identities), [true; 2]);
        assert_eq!(in_common(&first, &second, &[identity(9)]), [false; 2]);
        assert_eq!(in_common(&first, &first, &[identity(9)]), [true; 2]);
    }

    #[test]
    fn a_value_that_was_changed_is_another() {
        let place = Place::team_a();
        let first = place.seal(SECRET).unwrap();
        let changed = SECRET.replace(CANARY, "other");
        let committed = SealRequest {
            vouched_by: Voucher::Earlier(std::slice::from_ref(&first)),
            ..place.request()
        };
        let second = edit_file(&first, &changed, &committed, &mut later()).unwrap();
        let third = rotate_file(&second, &place.request(), &mut later()).unwrap();
        assert_eq!(in_common(&first, &second, &place.identities), [true, false]);
        assert_eq!(in_common(&first, &third, &place.identities), [true, false]);
    }

    #[test]
    fn a_version_has_the_key_of_another_whose_values_are_all_others_to_who_opens_both() {
        let place = Place::team_a();
        let first = place.seal(SECRET).unwrap();
        let changed = SECRET.replace(CANARY, "other").replace("shop", "till");
        let committed = SealRequest {
            vouched_by: Voucher::Earlier(std::slice::from_ref(&first)),
            ..place.request()
        };
        let second = edit_file(&first, &changed, &committed, &mut later()).unwrap();
        let third = rotate_file(&first, &place.request(), &mut later()).unwrap();
        let has_key_of = |one, other, identities| {
            let version = |text| Version::read(Store::Yaml, text, &place.path, identities).unwrap();
            version(one).has_key_of(&version(other))
        };
        assert!(has_key_of(&second, &first, &place.identities));
        assert!(!has_key_of(&third, &first, &place.identities));
        assert!(!has_key_of(&first, &first, &[identity(9)]));
    }

    #[test]
    fn a_version_that_somebody_altered_vouches_for_nothing() {
        let place = Place::team_a();
        let first = place.seal(SECRET).unwrap();
        let second = rotate_file(&first, &place.request(), &mut later()).unwrap();
        let altered = first.replace("kind: Secret", "kind: secret");
        assert_eq!(in_common(&altered, &second, &place.identities), [false; 2]);
    }

    #[test]
    fn a_text_that_is_not_sealed_is_no_version() {
        assert!(Version::read(Store::Yaml, SECRET, &Place::team_a().path, &[]).is_none());
    }
}
