//! Comments in the clear in files that sops sealed: what it leaves so itself, and what somebody added.

use std::fs;

use signet_tests::sops::{Sops, Version};

use crate::inspecting::{checked, one};
use crate::plain::Plain;

/// Texts with comments in each place, of which sops moves some.
const REMARKS: [(&str, &str); 5] = [
    (
        "a.yaml",
        "# a\n\n# b\ndata: # c\n  # d\n  a: b # e\n\n  # f\n  c: d\n  # g\n# h\nmore_e:\n# i\n- a # j\n# k\n- b\n  # l\n- # m\n- x: y # n\n  # o\n  z: w\n  # p\n# q\n\
         flow: {a: b, # r\n  c: d} # s\nnone: {} # t\n# u\nblock: | # v\n  # text\n# w\nnul: ~ # x\nlast: y\n# z\n",
    ),
    (
        "b.yaml",
        "f: # a\n    # b\n  k: # c\n  # d\n    data: {data: a, b: c}\n# e\n# f\n  a_e: | # g\n    text\n# h\n  c: v\n  # i\n---\n# j\ndata: x\n# k\n...\n",
    ),
    (
        "c.yaml",
        "a_e:\n- # a\n  # b\n- k:\n    d_e: [] # c\n    c: x\n  l_e: [a, b]\n  # d\n  m_e: # e\n    # f\n  data:\n  - v\n# g\nlast: y\n",
    ),
    ("d.env", "# a\nA_e=b # c\n#d\n#\ndata=c\n# e\n"),
    (
        "e.ini",
        "; a\n# b\ntop=1\n; c\n[data]\n; d\na = b\n# e\nc_e = d\n; f\n\n; g\n[t]\nx=y\n; h\n",
    ),
];

const RULES: [&str; 5] = [
    "",
    "encrypted_regex: ^data$",
    "encrypted_suffix: _e",
    "unencrypted_regex: ^data$",
    "unencrypted_suffix: _e",
];

#[test]
fn no_comment_that_the_real_sops_leaves_in_the_clear_is_found() {
    let plain = Plain::new();
    let mut left_clear = 0;
    for version in Version::ALL {
        let sops = Sops::new(version, "").unwrap();
        for rule in RULES {
            plain.rules(rule);
            fs::copy(plain.path().join(".sops.yaml"), sops.path(".sops.yaml")).unwrap();
            for (name, text) in REMARKS {
                fs::write(sops.path(name), text).unwrap();
                let sealed = String::from_utf8(sops.run(&["encrypt", name]).unwrap()).unwrap();
                let is_clear = |line: &&str| {
                    let line = line.trim_start();
                    line.starts_with(['#', ';']) && !line.contains("ENC[")
                };
                left_clear += sealed.lines().filter(is_clear).count();
                plain.write(name, &sealed);
            }
            let found = checked(&plain, &[]);
            assert!(
                found.iter().all(|(id, ..)| id != "clear-value"),
                "{version:?} {rule}: {found:?}"
            );
        }
    }
    assert!(
        left_clear > 50,
        "sops leaves some, or nothing was tried: {left_clear}"
    );
}

#[test]
fn a_comment_that_somebody_put_in_the_clear_before_a_sealed_value_is_found_and_sealed() {
    let plain = Plain::with_rule("encrypted_regex: ^(data|password)$");
    let sops = Sops::new(Version::V3_13, "").unwrap();
    fs::copy(plain.path().join(".sops.yaml"), sops.path(".sops.yaml")).unwrap();
    for (name, text, before, line) in [
        ("a.yaml", "user: a\ndata:\n  a: b\n  c: d\n", "    c: ", 4),
        ("a.yaml", "data:\n- a\n- b\n", "    - ", 2),
        ("a.ini", "[data]\na = b\nc = d\n", "c ", 3),
    ] {
        fs::write(sops.path(name), text).unwrap();
        let sealed = String::from_utf8(sops.run(&["encrypt", name]).unwrap()).unwrap();
        plain.write(name, &sealed);
        assert_eq!(checked(&plain, &[]), [], "{sealed}");
        let mark = if name.ends_with("ini") {
            "; "
        } else {
            "    # "
        };
        let remark = format!("\n{mark}it was canary-9f3a1c\n{before}");
        let more = sealed.replacen(&format!("\n{before}"), &remark, 1);
        assert_ne!(more, sealed);
        plain.write(name, &more);
        assert_eq!(
            checked(&plain, &[]),
            one("clear-value", name, line),
            "{more}"
        );
        plain.signet(&["seal", "--yes", name]).succeeded();
        assert!(!plain.read(name).contains("canary"));
        assert_eq!(checked(&plain, &[]), []);
        fs::remove_file(plain.path().join(name)).unwrap();
    }
}
