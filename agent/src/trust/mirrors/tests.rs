use Relation::{Ahead, Apart, Behind, Same};

use super::*;
use crate::testing::commit;

const GRACE: Duration = Duration::from_mins(10);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_323_045 + seconds).unwrap()
}

fn place(to_verified: Relation, to_followed: Relation) -> Place {
    Place {
        to_verified,
        to_followed,
    }
}

/// What was verified, and what is followed.
const MARKS: [char; 2] = ['1', '2'];

/// What is known of a URL that showed this tip at this time.
fn showing(before: Option<&Sighting>, digit: char, place: Option<Place>, now: i64) -> Sighting {
    let shown = Shown::Tip(commit(digit));
    Sighting::after(
        before,
        shown,
        place,
        MARKS.map(commit),
        "nobody signed it",
        at(now),
    )
}

/// What is known of a URL that was as it should be.
fn well() -> Sighting {
    showing(None, '1', Some(place(Same, Same)), -60)
}

fn silent(before: Option<&Sighting>, why: &str, now: i64) -> Sighting {
    let shown = Shown::Nothing(why.to_owned());
    Sighting::after(before, shown, None, MARKS.map(commit), "", at(now))
}

fn agreed(sighting: &Sighting, now: i64) -> Agreement {
    let urls = [
        (
            "https://a.example.org/fleet.git".to_owned(),
            Some(showing(None, '1', Some(place(Same, Behind)), 0)),
        ),
        (
            "https://b.example.org/fleet.git".to_owned(),
            Some(sighting.clone()),
        ),
    ];
    agreement(&urls, GRACE, at(now))
}

fn broken(sighting: &Sighting, now: i64) -> (Reason, String) {
    match agreed(sighting, now) {
        Agreement::Broken { reason, told } => (reason, told),
        other => panic!("{other:?} for {sighting:?}"),
    }
}

#[test]
fn what_a_url_is_to_the_others_and_whether_it_has_news() {
    for (to_verified, to_followed, standing, is_news) in [
        (Same, Same, Standing::Agrees, false),
        (Same, Behind, Standing::Agrees, false),
        // The followed one lags, or was rewritten.
        (Same, Ahead, Standing::Agrees, false),
        (Same, Apart, Standing::Agrees, false),
        (Behind, Same, Standing::Behind, false),
        (Behind, Behind, Standing::Behind, false),
        (Behind, Ahead, Standing::Behind, false),
        (Behind, Apart, Standing::Behind, false),
        // What the followed one shows was judged already.
        (Ahead, Same, Standing::Agrees, false),
        (Ahead, Behind, Standing::Behind, true),
        (Ahead, Ahead, Standing::Ahead, true),
        (Ahead, Apart, Standing::Apart, true),
        (Apart, Same, Standing::Apart, false),
        (Apart, Behind, Standing::Apart, false),
        (Apart, Ahead, Standing::Apart, false),
        (Apart, Apart, Standing::Apart, false),
    ] {
        let place = place(to_verified, to_followed);
        assert_eq!(place.standing(), standing, "{place:?}");
        assert_eq!(place.is_news(), is_news, "{place:?}");
    }
}

#[test]
fn the_next_round_begins_with_the_first_url_that_has_all_that_was_verified() {
    let level = |relation| Some(place(relation, Same));
    for (places, now, expected) in [
        (vec![level(Same), level(Same)], 1, 0),
        (vec![level(Behind), level(Same)], 0, 1),
        (vec![level(Apart), level(Ahead), level(Same)], 0, 1),
        (vec![None, level(Same)], 0, 1),
        // Nobody is known to have it: it goes on as it is.
        (vec![level(Behind), None], 1, 1),
    ] {
        assert_eq!(leader(&places, now), expected, "{places:?}");
    }
}

#[test]
fn a_url_that_lags_is_told_once_it_is_at_the_same_tip_for_too_long() {
    let first = showing(Some(&well()), '3', Some(place(Behind, Behind)), 0);
    let later = showing(Some(&first), '3', Some(place(Behind, Behind)), 600);
    assert_eq!(agreed(&later, 600), Agreement::Agreed);
    let (reason, told) = broken(&later, 601);
    assert_eq!(reason, Reason::MirrorBehind);
    for word in [
        "https://b.example.org/fleet.git",
        &commit('3').to_string(),
        "2026-01-02T03:04:05Z",
    ] {
        assert!(told.contains(word), "{word} is missing: {told}");
    }
    assert!(!told.contains("https://a."), "{told}");
    // One that is kept up lags a little all the time.
    let moved = showing(Some(&later), '4', Some(place(Behind, Behind)), 601);
    assert_eq!(agreed(&moved, 1201), Agreement::Agreed);
    let caught_up = showing(Some(&later), '1', Some(place(Same, Same)), 700);
    assert_eq!(agreed(&caught_up, 9999), Agreement::Agreed);
}

#[test]
fn another_history_is_told_at_once_by_both_tips_and_in_the_same_words_from_then_on() {
    let first = showing(None, '3', Some(place(Apart, Apart)), 0);
    let (reason, told) = broken(&first, 0);
    assert_eq!(reason, Reason::MirrorDiverged);
    for word in [commit('3'), commit('1')] {
        assert!(
            told.contains(&word.to_string()),
            "{word} is missing: {told}"
        );
    }
    // What others show moves on meanwhile.
    let shown = Shown::Tip(commit('3'));
    let marks = ['5', '6'].map(commit);
    let apart = Some(place(Apart, Apart));
    let later = Sighting::after(Some(&first), shown, apart, marks, "", at(60));
    assert_eq!(broken(&later, 60), (reason, told));
    let other = showing(Some(&later), '4', apart, 120);
    assert!(broken(&other, 120).1.contains(&commit('4').to_string()));
}

#[test]
fn two_urls_that_go_on_from_the_same_commit_in_other_ways_are_told_by_their_tips() {
    let fork = showing(None, '3', Some(place(Ahead, Apart)), 0);
    let (reason, told) = broken(&fork, 0);
    assert_eq!(reason, Reason::MirrorDiverged);
    for word in [commit('3'), commit('2')] {
        assert!(
            told.contains(&word.to_string()),
            "{word} is missing: {told}"
        );
    }
}

#[test]
fn what_is_ahead_and_not_believed_is_told_with_the_reason_once_it_lasts() {
    let first = showing(Some(&well()), '3', Some(place(Ahead, Ahead)), 0);
    assert_eq!(agreed(&first, 600), Agreement::Agreed);
    // More of the same is the same.
    let later = showing(Some(&first), '4', Some(place(Ahead, Ahead)), 590);
    let (reason, told) = broken(&later, 601);
    assert_eq!(reason, Reason::MirrorAhead);
    assert!(
        told.contains("nobody signed it") && told.contains(&commit('4').to_string()),
        "{told}"
    );
}

#[test]
fn a_url_that_is_silent_or_names_what_it_does_not_send_is_told_once_it_lasts() {
    let first = silent(Some(&well()), "connection refused", 0);
    let later = silent(Some(&first), "no answer within 10 seconds", 600);
    assert_eq!(agreed(&later, 600), Agreement::Agreed);
    let (reason, told) = broken(&later, 601);
    assert_eq!(reason, Reason::MirrorFailed);
    assert!(told.contains("connection refused"), "{told}");
    let back = showing(Some(&later), '1', Some(place(Same, Same)), 700);
    assert_eq!(agreed(&back, 9999), Agreement::Agreed);

    let first = showing(Some(&well()), '3', None, 0);
    assert_eq!(agreed(&first, 600), Agreement::Agreed);
    let later = showing(Some(&first), '4', None, 600);
    let (reason, told) = broken(&later, 601);
    assert_eq!(reason, Reason::MirrorFailed);
    assert!(told.contains(&commit('4').to_string()), "{told}");
}

#[test]
fn a_url_that_is_out_of_step_in_turns_is_told_once_that_lasts() {
    let lags = Some(place(Behind, Behind));
    let mut now = 0;
    let mut sighting = showing(Some(&well()), '3', lags, now);
    while now < 600 {
        now += 60;
        sighting = match now % 180 {
            0 => showing(Some(&sighting), '3', lags, now),
            60 => silent(Some(&sighting), "connection refused", now),
            _ => showing(Some(&sighting), '4', None, now),
        };
        assert_eq!(agreed(&sighting, now), Agreement::Agreed, "{now}");
    }
    let (_, told) = broken(&sighting, 601);
    assert!(told.contains("since 2026-01-02T03:04:05Z"), "{told}");
    let back = showing(Some(&sighting), '1', Some(place(Same, Same)), 660);
    let again = silent(Some(&back), "connection refused", 720);
    assert_eq!(agreed(&again, 1320), Agreement::Agreed);
    broken(&again, 1321);
}

#[test]
fn the_worst_names_the_reason_and_all_are_told() {
    let (url, silent) = (
        "https://a.example.org".to_owned(),
        silent(None, "refused", 0),
    );
    let apart = showing(None, '3', Some(place(Apart, Apart)), 0);
    let urls = [
        (url, Some(silent)),
        ("https://b.example.org".to_owned(), Some(apart)),
    ];
    let Agreement::Broken { reason, told } = agreement(&urls, GRACE, at(601)) else {
        panic!("they do not agree");
    };
    assert_eq!(reason, Reason::MirrorDiverged);
    assert!(
        told.contains("https://a.") && told.contains("https://b."),
        "{told}"
    );
}

#[test]
fn nothing_is_said_before_all_were_asked() {
    let urls = [
        (
            "https://a.example.org".to_owned(),
            Some(silent(None, "refused", 0)),
        ),
        ("https://b.example.org".to_owned(), None),
    ];
    assert_eq!(agreement(&urls, GRACE, at(601)), Agreement::Unknown);
}

#[test]
fn what_was_so_already_when_the_agent_began_to_look_is_no_agreement_and_told_once_it_lasts() {
    let lags = showing(None, '3', Some(place(Behind, Behind)), 0);
    for sighting in [lags.clone(), silent(None, "connection refused", 0)] {
        assert_eq!(agreed(&sighting, 600), Agreement::Unknown);
        broken(&sighting, 601);
    }
    let caught_up = showing(Some(&lags), '1', Some(place(Same, Same)), 60);
    assert_eq!(agreed(&caught_up, 60), Agreement::Agreed);
}

#[test]
fn a_clock_that_was_set_back_makes_nothing_late() {
    let lags = showing(Some(&well()), '3', Some(place(Behind, Behind)), 0);
    assert_eq!(agreed(&lags, -5000), Agreement::Agreed);
}
