use data_encoding::{BASE64, BASE64_NOPAD};

use super::*;

const ONE: &str = "signetsealedaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn found(text: &str) -> Vec<(Range<usize>, Vec<String>)> {
    let occurrences = occurrences(text.as_bytes()).unwrap();
    let names = |occurrence: &Occurrence| {
        occurrence
            .stand_ins()
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    occurrences
        .iter()
        .map(|occurrence| (occurrence.at(), names(occurrence)))
        .collect()
}

#[test]
fn finds_plain_stand_ins_side_by_side() {
    let text = format!("{ONE}{ONE} x{ONE}");
    let places: Vec<_> = found(&text).into_iter().map(|(at, _)| at.start).collect();
    assert_eq!(places, [0, 44, 90]);
}

#[test]
fn finds_encoded_stand_ins_in_each_alignment_and_depth() {
    for before in 0..9 {
        for depth in 1..=4 {
            let mut text = ONE.to_owned();
            for _ in 0..depth {
                text = BASE64.encode(format!("{}{text}!", &"?(]{}^$#@"[..before]).as_bytes());
            }
            let whole = 0..text.len();
            assert_eq!(
                found(&text),
                [(whole, vec![ONE.to_owned()])],
                "{before} {depth}"
            );
        }
    }
}

#[test]
fn finds_runs_inside_other_text_and_without_padding() {
    for before in ["", "Basic ", "x: \"", "abc", "/"] {
        let run = BASE64_NOPAD.encode(format!("user:{ONE}").as_bytes());
        let text = format!("{before}{run}\" tail");
        let all = found(&text);
        assert_eq!(all.len(), 1, "{text}");
        assert_eq!(
            (all[0].0.end, &all[0].1),
            (before.len() + run.len(), &vec![ONE.to_owned()])
        );
    }
}

#[test]
fn five_encodings_are_too_deep() {
    let mut text = ONE.to_owned();
    for _ in 0..5 {
        text = BASE64.encode(text.as_bytes());
    }
    assert_eq!(found(&text), []);
}

#[test]
fn a_prefix_alone_is_nothing() {
    assert_eq!(found("signetsealed"), []);
    assert_eq!(found("signetsealedAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), []);
    assert_eq!(found(&BASE64.encode(b"signetsealed and more")), []);
}

#[test]
fn a_text_made_to_be_searched_for_ever_is_refused() {
    let text = BASE64.encode("signetsealed??!".repeat(1 << 14).as_bytes());
    assert_eq!(occurrences(text.as_bytes()), Err(TooMuchWork));
}
