//! What sops makes of rare things, in the files that it seals and in those that we seal.

use serde_json::Value as Json;
use signet_envelope::Store;
use signet_tests::dice::Dice;

use crate::held::Holding;
use crate::sops::{
    bytes_of, decrypted, encrypted, encrypted_but, encrypted_file, opened, opened_as, sealed, sops,
};

#[test]
fn bytes_that_are_no_text_open_as_sops_prints_them() {
    let text = "a: !!binary /w==\nl:\n- !!binary gIGC\nf: {x: !!binary /w==}\nt: !!binary YQ==\n";
    let sops = sops();
    let theirs = encrypted(&sops, text).unwrap();
    let opened = opened(&theirs);
    assert_eq!(Holding::of(&opened), Holding::of(text));
    assert_eq!(opened, decrypted(&sops, &theirs));
}

#[test]
fn a_list_with_a_comment_and_nothing_else_stays_a_list() {
    let sops = sops();
    for text in [
        "a: [] # beside\nb: 2\n",
        "a: [] # beside",
        "m:\n  l:\n  - a: [] # beside\n    b: 2\n",
    ] {
        let theirs = encrypted(&sops, text).unwrap();
        assert!(theirs.contains("type:comment"));
        let opened = opened(&theirs);
        assert_eq!(Holding::of(&opened), Holding::of(text), "{opened}");
    }
}

#[test]
fn sops_loses_a_comment_above_a_first_element_that_begins_with_one_sealed_or_not() {
    let text = "l:\n  # above\n  -\n    # in\n    e: 1\n";
    let sops = sops();
    let clear = encrypted_but(&sops, text, "unencrypted_regex: .");
    assert_eq!(Holding::of(&clear).comments, [" in"]);
    let sealed = sealed(text).unwrap();
    assert_eq!(Holding::of(&decrypted(&sops, &sealed)).comments, [" in"]);
    assert_eq!(opened(&sealed), text);
}

#[test]
fn a_block_scalar_that_the_text_leaves_unended_is_sealed_as_kubectl_reads_it() {
    let sops = sops();
    for text in [
        "a: 1\nb: |\n  x",
        "a:\n- >\n  x\n  y",
        "b: |+\n  x",
        "b: |-\n  x",
    ] {
        let ours = sealed(text).unwrap();
        let ended = Holding::of(&format!("{text}\n"));
        assert_eq!(Holding::of(&decrypted(&sops, &ours)), ended, "{text}");
        assert_eq!(Holding::of(&opened(&ours)), Holding::of(text), "{text}");
    }
}

#[test]
fn floats_that_sops_sealed_in_json_keep_their_last_digit() {
    let mut dice = Dice::new(17);
    let mut float = || {
        let mut bytes = [0; 8];
        dice.fill(&mut bytes);
        f64::from_be_bytes(bytes)
    };
    let floats: Vec<f64> = std::iter::repeat_with(&mut float)
        .filter(|float| float.is_finite())
        .take(2_000)
        .collect();
    let values: Vec<String> = floats.iter().map(|float| format!("{float:e}")).collect();
    let text = format!("{{\"v\": [{}]}}", values.join(", "));
    let theirs = encrypted_file(&sops(), "text.json", text.as_bytes()).unwrap();
    let opened = opened_as(Store::Json, &theirs).unwrap_or_else(|error| panic!("{error}"));
    let opened: Json = serde_json::from_slice(&bytes_of(&opened)).unwrap();
    let read = opened["v"].as_array().unwrap().iter();
    let read: Vec<u64> = read
        .map(|value| value.as_f64().unwrap().to_bits())
        .collect();
    let bits: Vec<u64> = floats.iter().map(|float| float.to_bits()).collect();
    assert_eq!(read, bits);
}
