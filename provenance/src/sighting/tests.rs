use super::*;

fn id(number: usize) -> ObjectId {
    format!("{number:040x}").parse().unwrap()
}

fn at(number: usize) -> Seen {
    let second = i64::try_from(number).unwrap();
    Seen::at(Timestamp::from_second(1_767_225_600 + second).unwrap())
}

fn chain(length: usize) -> Vec<ObjectId> {
    (0..length).map(id).collect()
}

/// One commit after the other, each seen at a time of its own.
fn one_by_one(length: usize) -> Vec<Sighting> {
    let mut sightings = Vec::new();
    for number in 0..length {
        add(&mut sightings, id(number), at(number));
        sightings = bounded(&sightings);
    }
    sightings
}

#[test]
fn what_came_together_shares_a_sighting_at_no_loss() {
    let mut sightings = Vec::new();
    for number in 0..20_000 {
        add(&mut sightings, id(number), at(number / 10_000));
    }
    assert_eq!(sightings.len(), 2);
    let known = on_chain(&sightings, &chain(20_000));
    assert_eq!(known[9_999], Some(at(0)));
    assert_eq!(known[10_000], Some(at(1)));
}

#[test]
fn however_many_came_one_by_one_the_state_stays_small() {
    let sightings = one_by_one(20_000);
    assert!(sightings.len() <= MOST);
    let json = serde_json::to_vec(&sightings).unwrap();
    assert!(json.len() < 40 << 10, "{} bytes", json.len());
}

#[test]
fn a_shared_sighting_spans_the_times_of_all_its_commits() {
    for length in [1, MOST, MOST + 1, 3 * MOST + 7, 5_000] {
        let known = on_chain(&one_by_one(length), &chain(length));
        for (number, seen) in known.into_iter().enumerate() {
            let (seen, exact) = (seen.unwrap(), at(number));
            assert!(
                seen.earliest <= exact.earliest && exact.latest <= seen.latest,
                "{number} of {length}"
            );
        }
    }
}

#[test]
fn few_sightings_stay_exact() {
    let known = on_chain(&one_by_one(MOST), &chain(MOST));
    for (number, seen) in known.into_iter().enumerate() {
        assert_eq!(seen, Some(at(number)));
    }
}

#[test]
fn a_commit_that_came_later_was_not_seen_earlier() {
    let known = on_chain(&one_by_one(3), &chain(5));
    assert_eq!(known[2..], [Some(at(2)), None, None]);
}

#[test]
fn what_left_the_mainline_vouches_for_nothing_new() {
    let sightings = one_by_one(4);
    let mut rewritten = chain(4);
    rewritten[2] = id(1000);
    rewritten[3] = id(1001);
    let known = on_chain(&sightings, &rewritten);
    assert_eq!(known, [Some(at(0)), Some(at(1)), None, None]);
}

#[test]
fn a_clock_that_went_back_widens_the_span() {
    let sightings: Vec<Sighting> = (0..=MOST)
        .map(|number| {
            let seen = at(MOST - number);
            Sighting {
                commit: id(number),
                earliest: seen.earliest,
                latest: seen.latest,
            }
        })
        .collect();
    for sighting in bounded(&sightings) {
        assert!(sighting.earliest <= sighting.latest);
    }
}
