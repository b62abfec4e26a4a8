use serde_json::json;
use signet_yaml::kubernetes::to_json;

use super::*;

fn root(text: &str) -> Node {
    read(text).unwrap().documents.remove(0).root.unwrap()
}

fn refusal(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn keys_and_values_are_taken_as_they_stand() {
    let text = "A=1\n\n# note\nexport B = \"x\" #y \r\nC=a\\nb\\tc\nempty=\nключ=a=b=c";
    let expected = json!({
        "A": "1",
        "export B ": " \"x\" #y \r",
        "C": "a\nb\\tc",
        "empty": "",
        "ключ": "a=b=c",
    });
    assert_eq!(to_json(&root(text)).unwrap(), expected);
}

#[test]
fn every_part_knows_its_bytes() {
    let text = "#one\nключ=a\\nb\n";
    let root = root(text);
    let (key, value) = root.pairs().next().unwrap();
    assert_eq!(&text[key.span.clone()], "ключ");
    assert_eq!(&text[value.span.clone()], "a\\nb");
    assert_eq!(value.at.to_string(), "line 2, column 6");
    let signet_yaml::Value::Mapping(entries) = &root.value else {
        panic!("the root is a mapping");
    };
    let Entry::Comment(comment) = &entries[0] else {
        panic!("the comment comes first");
    };
    assert_eq!(&text[comment.span.clone()], "one");
    assert_eq!(comment.text, "one");
}

#[test]
fn metadata_stands_below_one_key() {
    let root = root(
        "sops_mac=m\nA=1\nsops_age__list_0__map_enc=a\\nb\nsops_age__list_0__map_recipient=r\n",
    );
    assert_eq!(
        to_json(&root).unwrap(),
        json!({"A": "1", "sops": {"mac": "m", "age": [{"enc": "a\nb", "recipient": "r"}]}})
    );
}

#[test]
fn keys_may_repeat_but_metadata_may_not() {
    assert_eq!(root("A=1\nA=2\n").pairs().count(), 2);
    assert_eq!(
        refusal("sops_mac=1\nsops_mac=2\n"),
        "line 2, column 1: not valid dotenv: a field of metadata stands there twice"
    );
}

#[test]
fn lines_that_say_nothing_are_refused_and_not_shown() {
    let blank = "line 2, column 1: not valid dotenv: a line has neither = nor # in front";
    assert_eq!(refusal("A=1\nhunter2\n"), blank);
    assert_eq!(refusal("A=1\r\n\r\n"), blank);
    assert_eq!(
        refusal("sops=1\n"),
        "line 1, column 1: not valid dotenv: the key sops stands for the metadata"
    );
}
