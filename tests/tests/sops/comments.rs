//! The two rules that go by comments: on what a comment decides, wherever it stands.

use std::collections::BTreeSet;

use signet_api::SealedMode;
use signet_envelope::Rule;
use signet_seal::SealError;
use signet_tests::sops::{Sops, Version};

use crate::ours::{Ours, chain};
use crate::people::{Audience, key_file};

const FILE: &str = "db.yaml";
const RULES: [&str; 2] = ["encrypted_comment_regex", "unencrypted_comment_regex"];
const WORD: &str = "mark:me";

/// Each marks some of its values, which are words with a `%`.
const MARKED: [&str; 24] = [
    "user: a%\npassword: b% # mark:me\nport: c%\n",
    "user: a%\npassword: 'b%'   # mark:me\n# foot\n\nport: c%\n",
    "user: a%\npassword: \"b%\n  b%\" # mark:me\nport: c%\n",
    "user: a%\nkey: | # mark:me\n  b%\n  b%\nport: c%\n",
    "user: a%\nkey: >- # mark:me\n  b%\n# head\nport: c%\n",
    "user: a%\nkey: # mark:me\n  b%\nport: c%\n",
    "user: a%\nkey:\n  # mark:me\n  b%\nport: c%\n",
    "user: a% # mark:me\nnone: # mark:me\nport: c%\n",
    "user: a%\nnone:\n  # mark:me\nport: c%\n",
    "user: a%\n? pass # mark:me\n: b%\nport: c%\n",
    "user: a%\ndb: # mark:me\n  one: b%\n  two: c%\nport: d%\n",
    "user: a%\ndb: # note\n  # mark:me\n  one: b%\n  two: c%\nport: d%\n",
    "user: a%\ndb:\n  one: b%\n  two: c% # mark:me\nport: d%\n",
    "user: a%\ndb:\n  one: b% # note\n  # mark:me\n\n  two: c%\nport: d%\n",
    "user: a%\nlist: # mark:me\n  - b%\n  - c%\nport: d%\n",
    "list:\n  - a%\n  - b% # mark:me\n  - c%\n",
    "list:\n- a%\n- | # mark:me\n  b%\n- c%\n",
    "list:\n- a%\n# mark:me\n- one: b%\n  two: c%\n- d%\n",
    "list:\n- one: a% # mark:me\n  two: b%\n- c%\n",
    "list:\n- - a% # mark:me\n  - b%\n- c%\n",
    "user: a%\nflow: # mark:me\n  {one: b%, two: c%}\nport: d%\n",
    "--- # mark:me\nuser: a%\nport: b%\n",
    "user: a% # mark:me\n--- # note\nport: b%\n",
    "# mark:me\nuser: a% # note\nport: b% # and note\n",
];

/// On these, sops decides otherwise than people mean it, or otherwise once it has written the file.
const UNCERTAIN: [&str; 8] = [
    "list:\n# mark:me\n-\n- a%\n",
    "flow: {one: a%, two: b%} # mark:me\nport: c%\n",
    "flow: { # mark:me\n  one: a%, two: b%}\nport: c%\n",
    "flow: [a%, # mark:me\n  b%]\nport: c%\n",
    "list:\n- # mark:me\n  one: a%\n  two: b%\n- c%\n",
    "list:\n- # mark:me\n- a%\n",
    "list:\n- a%\n- {one: b%, two: c%} # mark:me\n- d%\n",
    "flow:\n  # mark:me\n  [a%, b%]\nport: c%\n",
];

/// In these, a comment stands in front of `b%`, and sops has it behind that, at the end of the document before, or not at all: by
/// its column it is no head, nor by an empty line.
const AHEAD: [&str; 11] = [
    "list:\n- one: a%\n# mark:me\n\n- b%\n",
    "list:\n- one: a%\n# mark:me\n\n- two: b%\n",
    "list:\n- one: a%\n# mark:me\n\n- - b%\n",
    "list:\n  - one: a%\n  # mark:me\n\n  - b%\n",
    "list:\n  - a%\n# mark:me\n\n  - b%\n",
    "list:\n- - a%\n# note\n# mark:me\n\n- b%\n",
    "    db:\n        # mark:me\n# note\n      one: b%\n      two: c%\n",
    "  list:\n# mark:me\n\n  - b%\n",
    "    list:\n    # mark:me\n# note\n    - b%\n",
    "user: u%\nlist:\n- one: a%\n  # mark:me\n# note\n\n  two: b%\n",
    "user: a%\n---\n# mark:me\n\nport: b%\n",
];

/// Comments at the end of a document that sops seals, and would not find in front of its block; a rule for each.
const LEFT_CLEAR: [(&str, &str, &str); 8] = [
    (
        "unencrypted_regex",
        "^(meta|abc)$",
        "g: a%\nmeta:\n    - b%\n  # c%\n",
    ),
    (
        "unencrypted_regex",
        "^(meta|abc)$",
        "g: a%\nmeta:\n    abc:\n  # c%\n",
    ),
    (
        "unencrypted_regex",
        "^(meta|abc)$",
        "g: a%\nmeta:\n  d: b%\n\n  # c%\n",
    ),
    (
        "unencrypted_regex",
        "^(meta|abc)$",
        "g: a%\nmeta:\n  abc:\n  - b%\n\n  # c%\n\n\n",
    ),
    (
        "unencrypted_suffix",
        "_clear",
        "g: d%\na_clear:\n  b:\n    c: a%\n # c%\n",
    ),
    ("encrypted_suffix", "_enc", "x: a%\npass_enc:\n- b%\n# c%\n"),
    (
        "encrypted_regex",
        "^(data|stringData)$",
        "kind: a%\nstringData:\n- b%\n# c%\n",
    ),
    (
        "encrypted_regex",
        "^(data|stringData)$",
        "kind: a%\ndata:\n- b%\n# c%",
    ),
];

/// Comments at the end that sops finds in front of its block as well.
const AT_END: [(&str, &str, &str); 7] = [
    (
        "unencrypted_regex",
        "^meta$",
        "g: a%\nmeta:\n    d: b%\n  # c%\n---\ng: d%\n",
    ),
    (
        "unencrypted_regex",
        "^meta$",
        "g: a%\nmeta:\n  d: b%\n  # c%\n",
    ),
    (
        "unencrypted_regex",
        "^meta$",
        "g: a%\nmeta:\n- d: b%\n# c%\n",
    ),
    (
        "unencrypted_regex",
        "^meta$",
        "g: a%\nmeta:\n  d: b%\n# c%\n",
    ),
    (
        "encrypted_suffix",
        "_enc",
        "x: a%\npass_enc:\n  - b%\n  # c%\n",
    ),
    (
        "encrypted_suffix",
        "_enc",
        "x: a%\npass_enc:\n  o:\n    t: b%\n  # c%\n# d%\n",
    ),
    (
        "encrypted_regex",
        "^data$",
        "kind: a%\ndata:\n  e: b%\n  # c%\n\n",
    ),
];

fn rule(name: &str, value: &str) -> Rule {
    Rule::named(name, value).unwrap().unwrap()
}

fn ours(plain: &str, rule: Rule) -> Result<String, SealError> {
    let sealed = Ours::new(FILE, Audience::One).seal_plainly(plain.as_bytes(), rule, false)?;
    Ok(String::from_utf8(sealed).unwrap())
}

fn opened(sealed: &str) -> String {
    let opened = Ours::new(FILE, Audience::One).open(sealed.as_bytes(), SealedMode::Compat);
    let opened = opened.unwrap_or_else(|error| panic!("{}\n{sealed}", chain(&error)));
    String::from_utf8(opened).unwrap()
}

/// The words with a `%` in a text, each once, sorted.
fn words(text: &str) -> Vec<String> {
    let unescaped = text.replace("\\n", "\n");
    let between = |c: char| !c.is_ascii_alphanumeric() && c != '%';
    let words = unescaped.split(between).filter(|word| word.ends_with('%'));
    let words: BTreeSet<&str> = words.collect();
    words.into_iter().map(str::to_owned).collect()
}

#[test]
fn what_a_comment_decides_on_is_what_it_decides_on_for_sops() {
    for version in Version::ALL {
        let sops = Sops::new(version, &key_file(Audience::One)).unwrap();
        for (name, plain) in RULES
            .iter()
            .flat_map(|name| MARKED.map(|plain| (name, plain)))
        {
            let settings = format!("{{{}, {name}: '{WORD}'}}", Audience::One.setting());
            let theirs = sops.encrypt(FILE, plain.as_bytes(), &settings).unwrap();
            let theirs = String::from_utf8(theirs).unwrap();
            let sealed = ours(plain, rule(name, WORD));
            let sealed = sealed.unwrap_or_else(|error| panic!("{}\n{plain}", chain(&error)));
            assert_eq!(words(&sealed), words(&theirs), "{name}\n{plain}\n{sealed}");
            assert_eq!(words(&opened(&sealed)), words(plain), "{name}\n{sealed}");
            // sops 3.11 moves some comments where it does not find them itself.
            if sops.decrypt(FILE, theirs.as_bytes()).is_ok() {
                assert_eq!(words(&opened(&theirs)), words(plain), "{name}\n{theirs}");
            } else {
                assert_eq!(version, Version::V3_11, "{name}\n{theirs}");
            }
            let decrypted = sops.decrypt(FILE, sealed.as_bytes());
            let decrypted = decrypted.unwrap_or_else(|error| panic!("{error}\n{sealed}"));
            let decrypted = String::from_utf8(decrypted).unwrap();
            assert_eq!(words(&decrypted), words(plain), "{name}\n{sealed}");
            assert!(!decrypted.contains("ENC["), "{name}\n{sealed}\n{decrypted}");
        }
    }
}

#[test]
fn where_it_is_uncertain_on_what_a_comment_decides_nothing_is_sealed() {
    for name in RULES {
        for plain in UNCERTAIN {
            let refused = ours(plain, rule(name, WORD)).map(|_| ()).unwrap_err();
            assert!(matches!(refused, SealError::Tree { .. }), "{plain}");
        }
    }
}

#[test]
fn a_comment_that_sops_hangs_behind_what_follows_decides_nothing_there() {
    for version in Version::ALL {
        let sops = Sops::new(version, &key_file(Audience::One)).unwrap();
        for plain in AHEAD {
            let settings = format!("{{{}, {}: '{WORD}'}}", Audience::One.setting(), RULES[1]);
            let theirs = sops.encrypt(FILE, plain.as_bytes(), &settings).unwrap();
            let theirs = String::from_utf8(theirs).unwrap();
            let is_clear = words(&theirs).iter().any(|word| word == "b%");
            assert!(!is_clear, "{plain}\n{theirs}");
            for name in RULES {
                let refused = ours(plain, rule(name, WORD)).map(|_| ()).unwrap_err();
                assert!(matches!(refused, SealError::Tree { .. }), "{plain}");
            }
        }
    }
}

fn by_sops(sops: &Sops, name: &str, value: &str, plain: &str) -> String {
    let settings = format!("{{{}, {name}: '{value}'}}", Audience::One.setting());
    let theirs = sops.encrypt(FILE, plain.as_bytes(), &settings).unwrap();
    String::from_utf8(theirs).unwrap()
}

#[test]
fn a_comment_at_the_end_is_sealed_where_sops_seals_it_and_opens_in_its_place() {
    for version in Version::ALL {
        let sops = Sops::new(version, &key_file(Audience::One)).unwrap();
        for (name, value, plain) in AT_END {
            let theirs = by_sops(&sops, name, value, plain);
            let sealed = ours(plain, rule(name, value)).unwrap();
            assert_eq!(words(&sealed), words(&theirs), "{name}\n{plain}\n{sealed}");
            assert_eq!(opened(&sealed), plain);
            let decrypted = sops.decrypt(FILE, sealed.as_bytes()).unwrap();
            let decrypted = String::from_utf8(decrypted).unwrap();
            assert_eq!(words(&decrypted), words(plain), "{sealed}\n{decrypted}");
        }
    }
}

#[test]
fn a_comment_at_the_end_that_only_sops_would_seal_is_refused() {
    for version in Version::ALL {
        let sops = Sops::new(version, &key_file(Audience::One)).unwrap();
        for (name, value, plain) in LEFT_CLEAR {
            let theirs = by_sops(&sops, name, value, plain);
            let is_clear = words(&theirs).iter().any(|word| word == "c%");
            assert!(!is_clear, "{plain}\n{theirs}");
            let refused = ours(plain, rule(name, value)).map(|_| ()).unwrap_err();
            assert!(matches!(refused, SealError::CommentAtEnd { .. }), "{plain}");
        }
    }
}

#[test]
fn a_pattern_that_matches_ciphertext_is_refused_here_as_by_sops() {
    let sops = Sops::new(Version::V3_13, &key_file(Audience::One)).unwrap();
    let plain = "# the db\npassword: hunter2\nuser: u\n";
    for pattern in ["data", "tag", "ENC", "type:comment", "^ENC"] {
        let settings = format!(
            "{{{}, unencrypted_comment_regex: '{pattern}'}}",
            Audience::One.setting()
        );
        let theirs = sops.encrypt(FILE, plain.as_bytes(), &settings);
        let refused = ours(plain, rule(RULES[1], pattern)).map(|_| ());
        let message = theirs.unwrap_err().to_string();
        assert!(message.contains("UnencryptedCommentRegex!"), "{message}");
        assert!(matches!(
            refused.unwrap_err(),
            SealError::CiphertextDecides { .. }
        ));
    }
}

#[test]
fn a_pattern_that_matches_some_ciphertexts_makes_files_that_open() {
    let sops = Sops::new(Version::V3_13, &key_file(Audience::One)).unwrap();
    let pairs = (0..60).map(|number| format!("# note {number}\nkey{number}: a{number}%\n"));
    let plain: String = pairs.collect();
    let sealed = ours(&plain, rule(RULES[1], "[oO][kK]")).unwrap();
    assert!(words(&sealed).is_empty());
    assert_eq!(opened(&sealed), plain);
    let decrypted = sops.decrypt(FILE, sealed.as_bytes()).unwrap();
    assert_eq!(words(&String::from_utf8(decrypted).unwrap()), words(&plain));
}
