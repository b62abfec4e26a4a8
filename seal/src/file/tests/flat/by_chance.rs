//! Texts by chance, sealed and opened again.

use proptest::prelude::*;

use super::*;

/// What people write into values, and what only looks as if they would.
const VALUE: &str = "[a-zé '\"`#;=:\\[\\]\\\\,$%-]{0,12}";

fn dotenv_line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => ("[A-Zé_]{1,6}", VALUE).prop_map(|(key, value)| format!("{key}={value}")),
        1 => VALUE.prop_map(|value| format!("LINES=a\\n{value}\\n")),
        1 => VALUE.prop_map(|text| format!("#{text}")),
        1 => Just(String::new()),
    ]
}

fn ini_line() -> impl Strategy<Value = String> {
    let blank = "[ \t]{0,2}";
    prop_oneof![
        4 => ("[a-zé_.]{1,6}", blank, "[=:]", blank, VALUE)
            .prop_map(|(key, a, delimiter, b, value)| format!("{a}{key}{b}{delimiter}{b}{value}")),
        1 => ("[a-z]{1,6}", "`[a-z#;\n ]{0,9}`", "( [;#] x)?").prop_map(|(key, value, comment)| format!("{key} = {value}{comment}")),
        1 => ("[a-z]{1,6}", "[a-z#;`\n ]{1,9}").prop_map(|(key, value)| format!("{key} = \"\"\"{value}x\"\"\"")),
        2 => (blank, "[;#]", VALUE).prop_map(|(indent, mark, text)| format!("{indent}{mark}{text}")),
        1 => "[a-zé .]{1,6}".prop_map(|name| format!("[{name}]")),
        1 => blank,
    ]
}

fn text(line: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let ends = prop_oneof![Just("\n"), Just("\r\n")];
    (proptest::collection::vec(line, 1..12), ends, any::<bool>())
        .prop_map(|(lines, end, last)| lines.join(end) + if last { end } else { "" })
}

/// Seals without a place, so that nothing is refused for having more than one reading.
fn seal_plainly(place: &Place, text: &str) -> Result<String, SealError> {
    let plainly = SealRequest {
        place: None,
        ..place.request()
    };
    seal_file(text, &plainly, &mut crate::testing::counting())
}

fn open_plainly(place: &Place, sealed: &str) -> String {
    let opened = crate::testing::open_file(sealed, &place.path, &place.identities, None);
    let opened = opened.unwrap_or_else(|error| panic!("{}\n{sealed}", chain(&error)));
    String::from_utf8(opened.to_vec()).unwrap()
}

/// The values of a text; nothing if a section stands twice.
fn values(place: &Place, text: &str) -> Option<serde_json::Value> {
    let stream = signet_envelope::read(signet_envelope::Store::of(&place.path), text).unwrap();
    signet_yaml::kubernetes::to_json(stream.documents[0].root.as_ref().unwrap()).ok()
}

/// Whether the text can be read, and has something to seal.
fn is_sealable(place: &Place, text: &str) -> bool {
    match seal_plainly(place, text) {
        Ok(_) => true,
        Err(
            SealError::Parse { .. } | SealError::NothingSelected { .. } | SealError::Layout { .. },
        ) => false,
        Err(error) => panic!("{}\n{text}", chain(&error)),
    }
}

/// Whether a value ends in a backslash: it goes on in the next line, or a comment alone keeps it from that.
fn is_continued(text: &str) -> bool {
    text.split(['\n', '#', ';'])
        .any(|part| part.trim_end().ends_with('\\'))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, max_global_rejects: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn opening_dotenv_gives_back_the_bytes_that_were_sealed(text in text(dotenv_line())) {
        let place = place("a.env");
        prop_assume!(is_sealable(&place, &text));
        let sealed = seal_plainly(&place, &text).unwrap();
        prop_assert_eq!(open_plainly(&place, &sealed), text, "sealed:\n{}", sealed);
    }

    #[test]
    fn opening_ini_gives_back_the_bytes_that_were_sealed(text in text(ini_line())) {
        let place = place("a.ini");
        prop_assume!(is_sealable(&place, &text));
        let sealed = seal_plainly(&place, &text).unwrap();
        let opened = open_plainly(&place, &sealed);
        if is_continued(&text) {
            prop_assert_eq!(values(&place, &opened), values(&place, &text), "sealed:\n{}", sealed);
            let again = seal_plainly(&place, &opened).unwrap();
            prop_assert_eq!(open_plainly(&place, &again), opened);
        } else {
            prop_assert_eq!(opened, text, "sealed:\n{}", sealed);
        }
    }

    #[test]
    fn an_edited_text_is_the_text_that_opening_gives(
        (before, after) in (text(ini_line()), text(ini_line())),
    ) {
        let place = place("a.ini");
        prop_assume!(is_sealable(&place, &before) && is_sealable(&place, &after) && !is_continued(&after));
        let first = seal_plainly(&place, &before).unwrap();
        let request = SealRequest { place: None, vouched_by: Voucher::Person, ..place.request() };
        let second = edit_file(&first, &after, &request, &mut later()).unwrap();
        prop_assert_eq!(open_plainly(&place, &second), after, "sealed:\n{}", second);
    }
}
