//! Comments of YAML: each comes, goes and changes by itself.

use super::flat::merges;

const TEXT: &str = "\
user: app # who
# how
password: canary-7f3a-hunter2
key: |
  abc
list:
  # first
  - one # uno
  - two
  # second
  - three
  # of the list
port: 5432
# last
";

#[test]
fn a_comment_that_a_side_put_in_took_out_or_changed_is_so_in_the_result() {
    for (old, new) in [
        (" # who", ""),
        (" # who", " # whose"),
        ("hunter2", "hunter2 # new"),
        ("key: |", "key: | # new"),
        ("# how\n", ""),
        ("# how\n", "# how\n# new\n"),
        ("port:", "# new\nport:"),
        ("  - two", "  # new\n  - two"),
        (" # uno", ""),
        ("  # first\n", ""),
        ("  # of the list\n", ""),
        ("  # of the list\n", "  # of the list\n  # new\n"),
        ("# last\n", ""),
        ("# last\n", "# last\n# new\n"),
    ] {
        merges("db.yaml", TEXT, &[("app", "shop")], &[(old, new)]);
    }
}

#[test]
fn comments_go_with_their_elements() {
    let ours = [("  # first\n  - one # uno\n", "")];
    let theirs = [("# second", "# zwei"), ("  - two", "  - two # due")];
    merges("db.yaml", TEXT, &ours, &theirs);
}

#[test]
fn a_text_that_does_not_end_in_a_line_break_does_not_after_a_comment_either() {
    let text = "user: app\nport: 1";
    merges(
        "db.yaml",
        text,
        &[("app", "shop")],
        &[("port: 1", "port: 1\n# last")],
    );
}
