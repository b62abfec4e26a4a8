use super::*;
use crate::testing::{CANARY, Place, chain, counting, identity, post_quantum};
use crate::{KeyGroups, KeyGroupsError, SealRequest, SharesError, seal_file};
use signet_envelope::{Recipients, parse};

/// A plain SOPS file, or with a place a sealed one, for these groups.
fn file(groups: &[&[&Identity]], threshold: u32, placed: bool) -> String {
    let of_group = |group: &&[&Identity]| {
        let names = group.iter().map(|one| one.recipient().to_owned());
        names.collect()
    };
    let groups = KeyGroups {
        groups: groups.iter().map(of_group).collect(),
        threshold,
    };
    let recipients = Recipients {
        required: groups.recipients(),
        ..Recipients::default()
    };
    let place = Place::team_a();
    let mut request = SealRequest {
        recipients: &recipients,
        key_groups: Some(&groups),
        ..place.request()
    };
    request.place = request.place.filter(|_| placed);
    let text = format!("password: {CANARY}\n");
    seal_file(&text, &request, &mut counting()).unwrap_or_else(|error| panic!("{}", chain(&error)))
}

fn key(text: &str, identities: &[&Identity]) -> Result<DataKey, OpenError> {
    data_key(&parse(text, &Place::team_a().path).unwrap(), identities)
}

/// Whether all of the file opens.
fn opens(text: &str, identities: &[&Identity]) -> Result<(), OpenError> {
    let sealed = parse(text, &Place::team_a().path).unwrap();
    super::super::unlock(&sealed, None, identities).map(|_| ())
}

#[test]
fn any_two_of_three_groups_open_a_file_and_one_does_not() {
    let (one, two, three) = (identity(1), post_quantum(2), identity(3));
    let spare = identity(4);
    let text = file(&[&[&one], &[&two, &spare], &[&three]], 2, false);
    for pair in [[&one, &two], [&two, &three], [&three, &one], [&spare, &one]] {
        opens(&text, &pair).unwrap();
    }
    let error = opens(&text, &[&three]).unwrap_err();
    let OpenError::Groups {
        opened: 1,
        needed: 2,
        missing,
        ..
    } = &error
    else {
        panic!("{error}");
    };
    assert_eq!((missing[0].number, missing[1].number), (1, 2));
    assert_eq!(missing[0].recipients, [one.recipient()]);
    let message = error.to_string();
    assert!(message.contains("needs 2 of its 3 key groups"), "{message}");
    assert!(message.contains("open 1") && message.contains("group 2 (age1"));
}

#[test]
fn without_a_threshold_all_groups_are_needed() {
    let (one, two) = (identity(1), identity(2));
    let text = file(&[&[&one], &[&two]], 0, false);
    assert!(text.contains("shamir_threshold: 2\n"));
    let silent = text.replace("  shamir_threshold: 2\n", "");
    for text in [text, silent] {
        opens(&text, &[&two, &one]).unwrap();
        assert!(matches!(
            opens(&text, &[&one]),
            Err(OpenError::Groups { needed: 2, .. })
        ));
    }
}

#[test]
fn impossible_groups_are_each_their_own_error() {
    let (one, two) = (identity(1), identity(2));
    let text = file(&[&[&one], &[&two]], 2, false);
    let threshold = |threshold: &str| {
        let text = text.replace("shamir_threshold: 2", threshold);
        match key(&text, &[&one, &two]) {
            Err(OpenError::Threshold { source, .. }) => source,
            _ => panic!("{threshold}"),
        }
    };
    assert_eq!(
        threshold("shamir_threshold: 1"),
        KeyGroupsError::One { groups: 2 }
    );
    assert_eq!(
        threshold("shamir_threshold: 3"),
        KeyGroupsError::TooLarge {
            threshold: 3,
            groups: 2
        }
    );
    // The share of the first group in the place of the second.
    let enc = |text: &str, index| {
        let sealed = parse(text, &Place::team_a().path).unwrap();
        let key: &WrappedKey = sealed.metadata().keys().nth(index).unwrap();
        key.enc.clone()
    };
    let indented = |enc: String| enc.replace('\n', "\n            ");
    let doubled = text.replace(
        indented(enc(&text, 1)).trim_end(),
        indented(enc(&text, 0)).trim_end(),
    );
    assert_ne!(doubled, text);
    assert!(matches!(
        key(&doubled, &[&one, &two]),
        Err(OpenError::Shares {
            source: SharesError::Duplicate { x: 1 },
            ..
        })
    ));
}

#[test]
fn shares_that_no_split_makes_are_each_their_own_error() {
    let (one, two) = (identity(1), identity(2));
    let text = file(&[&[&one], &[&two]], 2, false);
    let sealed = parse(&text, &Place::team_a().path).unwrap();
    let first = sealed.metadata().keys().next().unwrap().enc.clone();
    let with = |share: &[u8]| {
        let other = wrap::wrap(share, one.recipient()).unwrap();
        let indented = |enc: &str| enc.trim_end().replace('\n', "\n            ");
        let changed = text.replace(&indented(&first), &indented(&other));
        assert_ne!(changed, text);
        key(&changed, &[&one, &two]).err().unwrap()
    };
    let number_zero = with(&[0; 33]);
    let is_zero = |error: &OpenError| {
        let OpenError::Shares { source, .. } = error else {
            return false;
        };
        *source == SharesError::Zero
    };
    assert!(is_zero(&number_zero), "{number_zero}");
    for length in [0, 1, 32, 34, 4096] {
        let error = with(&vec![7; length]);
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("does not hold 33 bytes"), "{source}");
    }
}

#[test]
fn more_groups_than_a_key_is_split_for_are_refused() {
    let (one, two) = (identity(1), identity(2));
    let text = file(&[&[&one], &[&two]], 2, false);
    let list = "  key_groups:\n";
    let many = list.to_owned() + &"    - age: []\n".repeat(10_000);
    let many = text.replace(list, &many);
    assert_ne!(many, text);
    let error = key(&many, &[&one, &two]).err().unwrap();
    assert!(matches!(
        error,
        OpenError::Threshold {
            source: KeyGroupsError::TooMany { groups: 10_002 },
            ..
        }
    ));
}

#[test]
fn the_seal_covers_the_groups_and_their_threshold() {
    let (one, two, three) = (identity(1), identity(2), identity(3));
    let all = [&one, &two, &three];
    let text = file(&[&[&one], &[&two], &[&three]], 2, true);
    opens(&text, &all).unwrap();
    let lower = text.replace("shamir_threshold: 2", "shamir_threshold: 3");
    let group = "    - age:\n";
    let second = text.match_indices(group).nth(1).unwrap().0;
    let merged = format!("{}{}", &text[..second], &text[second + group.len()..]);
    for changed in [lower, merged] {
        assert_ne!(changed, text);
        let error = opens(&changed, &all).unwrap_err();
        assert!(
            matches!(error, OpenError::Seal { .. } | OpenError::Groups { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_label_that_lies_is_found_out_by_trial_in_a_plain_file_alone() {
    let (ours, other) = (identity(1), identity(2));
    for placed in [false, true] {
        let text = file(&[&[&ours, &other]], 0, placed);
        let swapped = text
            .replace(ours.recipient(), "x")
            .replace(other.recipient(), ours.recipient())
            .replace("recipient: x", &format!("recipient: {}", other.recipient()));
        let renamed = text.replace(ours.recipient(), identity(9).recipient());
        opens(&text, &[&ours]).unwrap();
        for lie in [swapped, renamed] {
            assert_eq!(opens(&lie, &[&ours]).is_ok(), !placed);
        }
    }
}

#[test]
fn our_name_over_another_s_key_opens_nothing() {
    let (ours, other) = (identity(1), identity(2));
    let text = file(&[&[&other]], 0, false);
    let text = text.replace(other.recipient(), ours.recipient());
    assert!(matches!(
        key(&text, &[&ours]),
        Err(OpenError::Unwrap { .. })
    ));
    assert!(matches!(
        key(&text, &[&identity(3)]),
        Err(OpenError::NotForIdentity { .. })
    ));
}

#[test]
fn what_many_identities_try_on_many_keys_has_an_end() {
    let ours = identity(1);
    let text = file(&[&[&ours]], 0, false);
    let sealed = parse(&text, &Place::team_a().path).unwrap();
    let [group] = &sealed.metadata().groups[..] else {
        panic!("one group");
    };
    let mislabelled = WrappedKey {
        recipient: "age1other".to_owned(),
        ..group[0].clone()
    };
    let strangers: Vec<Identity> = (2..130).map(identity).collect();
    let mut all: Vec<&Identity> = strangers.iter().collect();
    all.push(&ours);
    let opens = |keys: &[WrappedKey], identities: &[&Identity]| {
        of_group::<DataKey>(keys, identities, Some(&Trials::of_a_file())).is_ok()
    };
    assert!(opens(std::slice::from_ref(&mislabelled), &all));
    let foreign = wrapped_for(&identity(200));
    let mut keys = vec![foreign; 63];
    keys.push(mislabelled);
    assert!(opens(&keys, &[&ours]));
    assert!(!opens(&keys, &all));
}

fn wrapped_for(stranger: &Identity) -> WrappedKey {
    let text = file(&[&[stranger]], 0, false);
    let sealed = parse(&text, &Place::team_a().path).unwrap();
    let key = sealed.metadata().keys().next().unwrap();
    WrappedKey {
        recipient: "age1other".to_owned(),
        ..key.clone()
    }
}
