//! Streams of several documents.

use super::*;

const TEXT: &str = "\
kind: Secret
stringData:
  a: b
---
# nothing
---
kind: Secret
stringData:
  c: d
";

#[test]
fn an_empty_document_is_left_alone() {
    let (ours, theirs) = (TEXT.replace("a: b", "a: x"), TEXT.replace("c: d", "c: z"));
    let both = ours.replace("c: d", "c: z");
    assert_eq!(Three::of(TEXT).opened(&ours, &theirs), both);
    assert_eq!(Three::of(TEXT).opened(&theirs, &ours), both);
}

#[test]
fn a_document_that_ours_took_out_stays_out_unless_theirs_changed_it() {
    let three = Three::of(TEXT);
    let (ours, _) = TEXT.rsplit_once("---\n").unwrap();
    let theirs = TEXT.replace("a: b", "a: x");
    assert_eq!(three.opened(ours, &theirs), ours.replace("a: b", "a: x"));
    let ours = three.edited(ours, &mut other(1));
    let theirs = three.edited(&TEXT.replace("c: d", "c: z"), &mut other(2));
    let refused = three.merge(&ours, &theirs).unwrap_err();
    assert!(
        matches!(refused, MergeError::Documents { .. }),
        "{}",
        chain(&refused)
    );
}
