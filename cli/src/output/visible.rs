//! Text for people that anybody may have written a part of: a key, a path, the name of a recipient.

use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// The text with everything escaped that controls a terminal or turns the order of what is read; tabs and line breaks stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// A name within a text of our own: line breaks and tabs are escaped too, so that it cannot be taken for more than a name.
pub(crate) fn name(text: &str) -> String {
    visible(text).replace('\n', r"\n").replace('\t', r"\t")
}

/// A recipient within a text of our own, as [`name`] has it. A private key may stand in its place by mistake, which is not
/// repeated to logs.
pub(crate) fn recipient(text: &str) -> String {
    let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_uppercase();
    let is_private = ["AGESECRETKEY", "AGEPLUGIN", "PRIVATEKEY"]
        .iter()
        .any(|mark| letters.contains(mark));
    if is_private {
        return "(a private key)".to_owned();
    }
    name(text)
}

/// Names, each on a line of its own below what is said of them.
pub(crate) fn lines_of(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let lines = names
        .into_iter()
        .map(|one| format!("\n  {}", name(one.as_ref())));
    lines.collect()
}

/// The text as [`visible`] has it, and lines behind the first one cannot be taken for lines of our own.
pub(crate) fn one_remark(text: &str) -> String {
    visible(text).replace('\n', "\n    ")
}

/// A value as JSON in lines, in which the same is escaped as JSON does it.
///
/// # Errors
/// Those of serializing it.
pub(crate) fn pretty_json(value: &impl Serialize) -> serde_json::Result<String> {
    let escape = |character: char| {
        let mut units = [0; 2];
        let units = character.encode_utf16(&mut units).iter();
        units.fold(String::new(), |said, unit| said + &format!("\\u{unit:04x}"))
    };
    Ok(escaped(&serde_json::to_string_pretty(value)?, escape) + "\n")
}

/// A value as YAML, in which what [`visible`] escapes is escaped as YAML does it: in the form of JSON, which YAML reads.
///
/// # Errors
/// Those of serializing it.
pub(crate) fn yaml(value: &Value) -> serde_json::Result<String> {
    let text = signet_yaml::emit(value);
    if !text.contains(is_hidden) {
        return Ok(text);
    }
    // What JSON says in two escapes, YAML says in one.
    let escape = |character: char| match u32::from(character) {
        code @ ..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    };
    Ok(escaped(&serde_json::to_string_pretty(value)?, escape) + "\n")
}

fn escaped(text: &str, escape: impl Fn(char) -> String) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.push_str(&escape(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

fn is_hidden(character: char) -> bool {
    let is_layout = matches!(character, '\n' | '\t');
    signet_provenance::is_hidden(character) && !is_layout
}

#[cfg(test)]
mod tests {
    use super::{name, one_remark, pretty_json, recipient, visible, yaml};

    #[test]
    fn nothing_that_is_shown_controls_the_terminal() {
        let text = "a\u{1b}]0;x\u{7}\r\u{9b}31m\u{202e}b\tü 键";
        let shown = visible(text);
        assert_eq!(shown, r"a\u{1b}]0;x\u{7}\u{d}\u{9b}31m\u{202e}b	ü 键");
    }

    #[test]
    fn what_breaks_a_line_turns_the_order_or_is_not_seen_is_escaped() {
        let hidden = "\u{200b}\u{200d}\u{200f}\u{2028}\u{2029}\u{2060}\u{2066}\u{2069}\u{feff}\u{3164}\u{e0041}";
        for character in hidden.chars() {
            let text = format!("a{character}b");
            let escaped = format!("a{}b", character.escape_unicode());
            assert_eq!(visible(&text), escaped);
        }
    }

    #[test]
    fn a_name_is_one_word_of_a_line() {
        assert_eq!(
            name("age1x\n  age1y\tz\u{2028}"),
            r"age1x\n  age1y\tz\u{2028}"
        );
    }

    #[test]
    fn escapes_in_json_are_those_of_json() {
        let value = serde_json::json!({"a\u{202e}": "b\u{e0041}\u{9b}\n"});
        let text = pretty_json(&value).expect("JSON");
        assert!(text.is_ascii(), "{text}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).ok(),
            Some(value)
        );
    }

    #[test]
    fn escapes_in_yaml_keep_the_value() {
        let plain = serde_json::json!({"file": "ü.yaml"});
        assert_eq!(yaml(&plain).unwrap(), "file: ü.yaml\n");
        let hidden = serde_json::json!({"file": "a\u{202e}b\u{200b}\u{e0041}"});
        let text = yaml(&hidden).unwrap();
        assert_eq!(visible(&text), text);
        assert!(text.contains(r#""a\u202eb\u200b\U000e0041""#), "{text}");
    }

    #[test]
    fn a_line_break_makes_no_hint_of_ours() {
        assert_eq!(one_remark("a\nhint: b"), "a\n    hint: b");
    }

    #[test]
    fn a_private_key_in_the_place_of_a_recipient_is_not_repeated() {
        let age = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
        assert_eq!(recipient(age), age);
        assert_eq!(
            recipient("age1yubikey1qwt50d05\n"),
            "age1yubikey1qwt50d05\\n"
        );
        for key in [
            "AGE-SECRET-KEY-1QQ",
            "age-secret-key-pq-1qq",
            "AGE-PLUGIN-YUBIKEY-1QQ",
            "pgp -----BEGINPGPPRIVATEKEYBLOCK-----QQ",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nQQ",
        ] {
            assert_eq!(recipient(key), "(a private key)", "{key}");
        }
    }
}
