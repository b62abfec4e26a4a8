//! Splicing opened values into objects.

use data_encoding::BASE64;
use serde_json::{Value as Json, json};
use signet_envelope::{LeafType, StandIn, names_stand_in};
use signet_render::{Escape, Placement};
use signet_seal::{Opened, splice};

const STAND_IN: &str = "signetsealedaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb";
const VALUE: &str = "canary-7f3a";
const ENCODINGS: usize = 4;

/// A text of literal parts and stand-ins comes out with values in their places, and nothing else changed.
///
/// Each part begins with a byte: its upper half says how often the part is encoded in base64 (a stand-in in the middle of its
/// bytes, so in each alignment), the lower one how many bytes it has.
pub fn values_replace_stand_ins_and_nothing_else(data: &[u8]) {
    let Some((text, expected)) = template(data) else {
        return;
    };
    let object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"a": text}});
    let stand_in: StandIn = STAND_IN.parse().expect("the name is constant");
    let place = Placement {
        stand_in: stand_in.clone(),
        field: "/stringData/a".to_owned(),
        escape: Escape::default(),
    };
    let opened = Opened::for_fuzzing(stand_in, LeafType::Str, VALUE.as_bytes());
    let body = splice(&object, &[place].into(), &opened).unwrap_or_else(|error| panic!("{error}"));
    let spliced: Json = serde_json::from_slice(body.as_ref()).expect("a body is JSON");
    assert_eq!(spliced["stringData"]["a"], json!(expected));
    assert_eq!(spliced["metadata"], object["metadata"]);
}

/// The text, and what it becomes. Blanks keep the runs of base64 apart; a part that names a stand-in by itself is none.
fn template(mut data: &[u8]) -> Option<(String, String)> {
    let (mut text, mut expected) = (String::new(), String::new());
    while let Some((&head, rest)) = data.split_first() {
        let (part, rest) = rest.split_at_checked(usize::from(head & 0xf))?;
        data = rest;
        if names_stand_in(part) {
            return None;
        }
        match usize::from(head >> 4) {
            0 => {
                let literal = String::from_utf8_lossy(part);
                text.push_str(&literal);
                expected.push_str(&literal);
            }
            kind => {
                let times = kind % (ENCODINGS + 1);
                text.push_str(&encoded(part, STAND_IN, times));
                expected.push_str(&encoded(part, VALUE, times));
            }
        }
    }
    Some((text, expected))
}

fn encoded(around: &[u8], inside: &str, times: usize) -> String {
    (0..times).fold(format!(" {inside} "), |inside, _| {
        let (before, after) = around.split_at(around.len() / 2);
        let bytes = [before, inside.as_bytes(), after].concat();
        format!(" {} ", BASE64.encode(&bytes))
    })
}
