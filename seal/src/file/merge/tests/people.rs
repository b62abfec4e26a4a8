//! Outside a fleet: for whom a merged file is sealed, and under which key.

use super::*;
use crate::Voucher;

const TEXT: &str = "a: b\nc: d\n";

/// A plain SOPS file for these.
fn file(text: &str, people: &[&Identity]) -> String {
    done(people, |request| seal_file(text, request, &mut counting()))
}

fn edited(file: &str, text: &str, people: &[&Identity], number: usize) -> String {
    done(people, |request| {
        edit_file(file, text, request, &mut other(number))
    })
}

fn rotated(file: &str, people: &[&Identity]) -> String {
    done(people, |request| rotate_file(file, request, &mut other(5)))
}

fn done(
    people: &[&Identity],
    work: impl Fn(&SealRequest<'_>) -> Result<String, SealError>,
) -> String {
    let (place, recipients) = (Place::team_a(), of(people));
    let request = SealRequest {
        place: None,
        recipients: &recipients,
        ..place.request()
    };
    work(&request).unwrap_or_else(|error| panic!("{}", chain(&error)))
}

fn merge(versions: [&str; 3], vouched_by: Voucher<'_>) -> Result<Merged, MergeError> {
    let (place, nobody) = (Place::team_a(), of(&[]));
    let request = SealRequest {
        place: None,
        recipients: &nobody,
        vouched_by,
        ..place.request()
    };
    let [base, ours, theirs] = versions;
    let sides = Sides {
        base: Some(base),
        ours,
        theirs,
    };
    merge_file(&sides, &MARKERS, &request, &mut other(9))
}

fn opens(text: &str, identity: &Identity) -> Option<String> {
    let path = Place::team_a().path;
    let bytes = crate::testing::open_file(text, &path, std::slice::from_ref(identity), None);
    Some(String::from_utf8(bytes.ok()?.to_vec()).unwrap())
}

/// The file with another name in its list, as somebody writes it there who cannot open the file.
fn with_name(file: &str, name: &str) -> String {
    let start = file.find("  age:\n").unwrap() + "  age:\n".len();
    let end = start + file[start..].find("  lastmodified").unwrap();
    let entry = &file[start..end];
    let there = entry.find("age1").unwrap();
    let named = entry.replace(entry[there..].trim_end(), name);
    file[..end].to_owned() + &named + &file[end..]
}

#[test]
fn recipients_of_both_sides_are_merged() {
    let [one, two, four] = [1, 2, 4].map(identity);
    let base = file(TEXT, &[&one, &two]);
    let with_four = edited(&base, "a: x\nc: d\n", &[&one, &two, &four], 1);
    let unchanged = edited(&base, "a: b\nc: z\n", &[&one, &two], 2);
    let named = BTreeSet::from([four.recipient().to_owned()]);
    for (ours, theirs, joined) in [
        (&with_four, &unchanged, BTreeSet::new()),
        (&unchanged, &with_four, named),
    ] {
        let merged = merge([&base, ours, theirs], Voucher::Nobody).unwrap();
        assert!(!merged.new_key && merged.conflicts.is_empty());
        assert_eq!(merged.joined, joined);
        assert_eq!(opens(&merged.text, &four).unwrap(), "a: x\nc: z\n");
    }
}

#[test]
fn one_taken_out_stays_out_under_a_new_key_and_who_comes_needs_a_yes() {
    let [one, two, three, four] = [1, 2, 3, 4].map(identity);
    let base = file(TEXT, &[&one, &two, &three]);
    let with_four = edited(&base, "a: x\nc: d\n", &[&one, &two, &three, &four], 1);
    let without = rotated(&base, &[&one, &two]);
    let gone = BTreeSet::from([three.recipient().to_owned()]);
    for (ours, theirs, left, exposed) in [
        (&with_four, &without, gone.clone(), BTreeSet::new()),
        (&without, &with_four, BTreeSet::new(), gone),
    ] {
        let refused = merge([&base, ours, theirs], Voucher::Nobody).unwrap_err();
        let named = four.recipient().to_owned();
        assert!(
            matches!(refused, MergeError::Unrelated { recipients, .. } if recipients.contains(&named))
        );
        let merged = merge([&base, ours, theirs], Voucher::Person).unwrap();
        assert!(merged.new_key);
        assert_eq!(merged.left, left);
        assert_eq!(merged.exposed, exposed);
        assert_eq!(opens(&merged.text, &four).unwrap(), "a: x\nc: d\n");
        assert_eq!(opens(&merged.text, &three), None);
    }
}

#[test]
fn a_name_that_somebody_without_the_key_wrote_gets_no_key_by_a_merge() {
    let [one, mallory] = [1, 9].map(identity);
    let base = file(TEXT, &[&one]);
    let named = with_name(&base, mallory.recipient());
    let ours = edited(&base, "a: x\nc: d\n", &[&one], 1);
    for (ours, theirs) in [(&ours, &named), (&named, &ours)] {
        let merged = merge([&base, ours, theirs], Voucher::Nobody).unwrap();
        assert!(merged.text.contains(mallory.recipient()));
        assert_eq!(opens(&merged.text, &mallory), None);
        assert_eq!(opens(&merged.text, &one).unwrap(), "a: x\nc: d\n");
    }
    let rotated = rotated(&base, &[&one]);
    for (ours, theirs) in [(&rotated, &named), (&named, &rotated)] {
        // One question about everybody, whom one side alone names among them.
        let refused = merge([&base, ours, theirs], Voucher::Nobody).unwrap_err();
        let MergeError::Unrelated { recipients, .. } = refused else {
            panic!("{refused}")
        };
        assert!(recipients.contains(&mallory.recipient().to_owned()));
    }
}

#[test]
fn nothing_is_sealed_under_a_key_that_one_side_alone_has() {
    let one = identity(1);
    let base = file(TEXT, &[&one]);
    let edited = edited(&base, "a: b\nc: secret\n", &[&one], 1);
    let planted = rotated(&base, &[&one]);
    for (ours, theirs, answers) in [
        (&planted, &edited, Voucher::Person),
        (&edited, &planted, Voucher::Person),
    ] {
        let merged = merge([&base, ours, theirs], answers).unwrap();
        assert!(merged.new_key);
        assert_eq!(opens(&merged.text, &one).unwrap(), "a: b\nc: secret\n");
        let known = [encs(&base), encs(&edited), encs(&planted)].concat();
        assert!(encs(&merged.text).iter().all(|enc| !known.contains(enc)));
    }
}

#[test]
fn a_file_that_may_be_another_one_is_merged_only_where_a_person_answers_for_it() {
    let [one, mallory] = [1, 9].map(identity);
    let base = file(TEXT, &[&one, &mallory]);
    let ours = edited(&base, "a: x\nc: d\n", &[&one, &mallory], 1);
    let others = rotated(&file("a: b\nc: secret\n", &[&one]), &[&one]);
    let theirs = with_name(&others, mallory.recipient());
    let refused = merge([&base, &ours, &theirs], Voucher::Nobody).unwrap_err();
    let MergeError::Unrelated { recipients, .. } = refused else {
        panic!("{refused}")
    };
    assert!(recipients.contains(&mallory.recipient().to_owned()));
    let merged = merge([&base, &ours, &theirs], Voucher::Person).unwrap();
    assert_eq!(opens(&merged.text, &one).unwrap(), "a: x\nc: secret\n");
    // Whoever writes theirs may have written the base as well: two versions of another file, which keep its key.
    let before = rotated(&file("a: b\nc: old\n", &[&one]), &[&one]);
    let before = with_name(&before, mallory.recipient());
    let after = edited(&before, "a: b\nc: secret\n", &[&one, &mallory], 1);
    let refused = merge([&before, &ours, &after], Voucher::Nobody).unwrap_err();
    assert!(matches!(refused, MergeError::Unrelated { .. }), "{refused}");
}

/// The file with a key of PGP in its list.
fn with_pgp(file: &str, print: &str) -> String {
    let pgp = format!(
        "  pgp:\n    - created_at: \"2026-01-02T03:04:05Z\"\n      enc: x\n      fp: {print}\n  lastmodified"
    );
    file.replace("  lastmodified", &pgp)
}

#[test]
fn sides_under_two_keys_that_only_sops_wraps_are_refused_with_what_each_of_them_changed() {
    let one = identity(1);
    let base = file("a: b\nc: d\ne: f\n", &[&one]);
    let ours = edited(&base, "a: x\ne: f\n", &[&one], 1);
    let theirs = rotated(
        &edited(&base, "a: b\nc: d\ne: f\ng: h\n", &[&one], 2),
        &[&one],
    );
    let [base, ours, theirs] = [base, ours, theirs].map(|text| with_pgp(&text, "AA"));
    // Whoever agrees to the merge has no key wrapped either.
    for voucher in [Voucher::Nobody, Voucher::Person] {
        let refused = merge([&base, &ours, &theirs], voucher).unwrap_err();
        let MergeError::Foreign { changed, .. } = refused else {
            panic!("{refused}");
        };
        let changed = changed.map(|all| all.iter().map(Pointer::to_string).collect::<Vec<_>>());
        assert_eq!(changed, [vec!["/a", "/c"], vec!["/g"]]);
    }
}

#[test]
fn what_ours_changed_is_exposed_to_whom_theirs_took_out_and_nothing_is_that_ours_did_not() {
    let (one, bea) = (identity(1), identity(2));
    let base = file(TEXT, &[&one, &bea]);
    let theirs = rotated(&base, &[&one]);
    let ahead = edited(&base, "a: late\nc: d\n", &[&one, &bea], 1);
    for (ours, exposed) in [(&ahead, vec![bea.recipient()]), (&base, vec![])] {
        let merged = merge([&base, ours, &theirs], Voucher::Person).unwrap();
        assert_eq!(merged.left.iter().collect::<Vec<_>>(), [bea.recipient()]);
        assert_eq!(merged.exposed_by_ours.iter().collect::<Vec<_>>(), exposed);
        assert!(merged.exposed.is_empty());
    }
}

#[test]
fn sides_that_differ_in_a_key_that_only_sops_wraps_are_refused() {
    let one = identity(1);
    let base = file(TEXT, &[&one]);
    let with_pgp = |print: &str| with_pgp(&base, print);
    let merges = |ours: &str, theirs: &str| merge([&base, ours, theirs], Voucher::Nobody);
    let refused = merges(&with_pgp("AA"), &with_pgp("BB")).unwrap_err();
    assert!(
        matches!(refused, MergeError::Recipients { .. }),
        "{refused}"
    );
    assert!(merges(&with_pgp("AA"), &with_pgp("AA")).is_ok());
}
