//! Values that the file's rule leaves in the clear.

use super::*;
use signet_envelope::Store;

const TEXT: &str = "a: b\nnumber_unencrypted: 1\nname_unencrypted: 'x'\n";

fn merged(theirs: &str) -> String {
    let ours = TEXT.replace("a: b", "a: c");
    let (merged, conflict) = merged_as(Store::Yaml, [TEXT, &ours, theirs]);
    assert!(!conflict);
    merged
}

#[test]
fn a_clear_value_that_theirs_changed_is_as_theirs_has_it() {
    for (old, new) in [
        ("number_unencrypted: 1", "number_unencrypted: 2.50"),
        ("number_unencrypted: 1", "number_unencrypted: true"),
        ("number_unencrypted: 1", "number_unencrypted: one"),
        ("'x'", "'y'"),
        ("'x'", "'1'"),
    ] {
        let theirs = TEXT.replace(old, new);
        assert_eq!(merged(&theirs), theirs.replace("a: b", "a: c"));
    }
    let none = TEXT.replace("number_unencrypted: 1", "number_unencrypted:");
    let expected = TEXT.replace("a: b", "a: c").replace(": 1", ": null");
    assert_eq!(merged(&none), expected);
}

#[test]
fn a_clear_part_that_theirs_put_in_is_written_with_its_types() {
    let part =
        "part_unencrypted:\n  float: 1.5\n  bool: true\n  none: null\n  int: 5\n  text: \"5\"\n";
    let theirs = TEXT.to_owned() + part;
    assert_eq!(merged(&theirs), theirs.replace("a: b", "a: c"));
}
