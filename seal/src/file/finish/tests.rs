//! A result is read back before it is handed out.

use super::*;
use crate::file::existing;
use crate::testing::Place;

const TEXT: &str = "kind: Secret\nnone: {}\nstringData:\n  a: b\n";

#[test]
fn a_text_that_reads_or_hashes_otherwise_than_what_was_filled_is_not_handed_out() {
    let place = Place::team_a();
    let request = place.request();
    let text = place.seal(TEXT).unwrap();
    let sealed = parse_as(request.store, text.as_str(), request.path).unwrap();
    let key = existing::key(&sealed, &request).unwrap();
    let opened = open_slots(&sealed, &key).unwrap();
    let of_all = mac(&sealed, &opened).unwrap();
    let filling = Filling {
        text: sealed.text(),
        stream: sealed.stream(),
        key: &key,
        request: &request,
        rule: &sealed.metadata().rule,
    };
    let finished = |text: &str, mac: Mac| {
        let put = reading::Puts::default();
        let text = text.to_owned();
        filling.finished(Filled { text, put }, Block::Filled, mac)
    };
    assert_eq!(finished(&text, of_all.clone()).unwrap(), text);
    let otherwise = text.replace("none: {}", "none: []");
    let of_none = Mac::new(false);
    for refused in [finished(&otherwise, of_all), finished(&text, of_none)] {
        assert!(matches!(refused, Err(SealError::Layout { .. })));
    }
}
