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

#[test]
fn a_change_does_not_end_up_in_another_document_where_as_many_as_before_stand_there() {
    let secret = |name: &str, values: &str| {
        format!("kind: Secret\nmetadata:\n  name: {name}\nstringData:\n{values}")
    };
    let [db, web] = ["db", "web"].map(|name| secret(name, "  pw: one\n"));
    let three = Three::of(&format!("{db}---\n{web}"));
    // One was taken out, the next one changed, and one put in.
    let (new, blog) = (secret("web", "  pw: two\n"), secret("blog", "  pw: one\n"));
    let ours = three.edited(&format!("{new}---\n{blog}"), &mut other(1));
    let root = secret("db", "  pw: one\n  rootToken: canary-payments\n");
    let theirs = three.edited(&format!("{root}---\n{web}"), &mut other(2));
    for (ours, theirs) in [(&ours, &theirs), (&theirs, &ours)] {
        let refused = three.merge(ours, theirs).unwrap_err();
        let is_meant = matches!(refused, MergeError::Documents { .. });
        assert!(is_meant, "{}", chain(&refused));
    }
    // Those that both have are merged, as both may change all of them.
    let ours = format!("{new}---\n{}", secret("blog", "  pw: one\n")).replace("blog", "db");
    let ours = ours
        .replace("name: db", "name: x")
        .replace("name: web", "name: db");
    let ours = ours.replace("name: x", "name: web");
    let theirs = format!("{root}---\n{}", secret("web", "  pw: one\n  more: a\n"));
    let both = ours.replacen(
        "  pw: two\n",
        "  pw: two\n  rootToken: canary-payments\n",
        1,
    );
    let both = both.replacen(
        "name: web\nstringData:\n  pw: one\n",
        "name: web\nstringData:\n  pw: one\n  more: a\n",
        1,
    );
    assert_eq!(three.opened(&ours, &theirs), both);
}
