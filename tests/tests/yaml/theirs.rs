//! What sops makes of rare things, in the files that it seals and in those that we seal.

use signet_envelope::Store;
use signet_seal::OpenError;

use crate::held::Holding;
use crate::sops::{
    decrypted, encrypted, encrypted_but, encrypted_file, opened, opened_as, sealed, sops,
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
fn bytes_that_are_no_text_are_named_where_the_store_has_no_form_for_them() {
    let theirs = encrypted_file(&sops(), "text.env", b"A=1\nB=\xff\n").unwrap();
    let refused = opened_as(Store::Dotenv, &theirs).err().unwrap();
    assert!(matches!(refused, OpenError::Bytes { .. }), "{refused}");
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
