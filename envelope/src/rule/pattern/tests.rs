//! What Go 1.26 does was seen with Go; `tests/` shows some of it with sops.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn words_mean_what_the_expression_means(
        pattern in "\\^[(]?(data|a|-|_|[|.()$]){0,5}[)]?\\$",
        texts in prop::collection::vec("(data|a|-|_|[|.()$]|\\n){0,3}", 16),
    ) {
        let Ok(regex) = compiled(&pattern) else {
            return Ok(());
        };
        let pattern = Pattern::new(&pattern).unwrap();
        for text in texts {
            prop_assert_eq!(pattern.matches(&text), regex.is_match(text.as_bytes()), "{}", text);
        }
    }

    #[test]
    fn every_text_is_a_pattern_or_is_refused_for_its_syntax(source in r"([(){}\[\]|*+?^$\\:!<=,0-9a-zPQE-]|\(\?|\\p\{|é){0,24}") {
        let fault = Pattern::new(&source).err().map(|error| error.cause);
        prop_assert!(matches!(fault, None | Some(PatternFault::Syntax { .. })), "{:?}", fault);
    }
}

#[test]
fn what_selects_a_secret_is_a_list_of_words() {
    assert!(words("^(data|stringData)$").is_some() && words("^identity$").is_some());
    for other in [
        "data", "^data", "^a|b$", "^(a|b$", "^a)$", "^(?i)a$", "^a.b$", "^a+$",
    ] {
        assert!(words(other).is_none(), "{other}");
    }
}

/// A pattern, texts in which Go finds it, and texts in which it does not.
type Row = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const CHARACTERS: &[Row] = &[
    ("pass", &["my_password"], &["PASS"]),
    (r"^\<a\>$", &["<a>"], &["a"]),
    (r"\_\-\/\ ", &["_-/ "], &[]),
    (r"^\101\x41\x{41}$", &["AAA"], &[]),
    (r"^\08$", &["\u{0}8"], &[]),
    (r"^\a\f\t\n\r\v$", &["\u{7}\u{c}\t\n\r\u{b}"], &[]),
    (r"^\Qa.b(\E+$", &["a.b(("], &["axb(("]),
    (r"^\Qa.b", &["a.b"], &["axb"]),
    ("^]}$", &["]}"], &[]),
    ("^.$", &["é"], &["\n"]),
];

const CLASSES: &[Row] = &[
    (r"^\d$", &["7"], &["٣"]),
    (r"^\w$", &["_"], &["é"]),
    (r"^\W+$", &["é"], &["e"]),
    (r"^\s$", &["\t"], &["\u{a0}", "\u{b}"]),
    (r"^[\d_]+$", &["1_2"], &["a"]),
    (r"^[^\d]$", &["a", "\n"], &["1"]),
    ("^[[a&&b~]+$", &["[a&&b~"], &["c"]),
    ("^[a[b]]$", &["a]", "[]", "b]"], &["a", "b"]),
    ("^[+--]$", &["+", ",", "-"], &["."]),
    ("^[]a]+$", &["]a"], &["[a"]),
    ("^[^]a]$", &["b"], &["]"]),
    ("^[a-]$", &["-"], &["b"]),
    (r"^[\d-z]+$", &["1-z"], &["y"]),
    ("^[[:alpha:][:^word:]]+$", &["ab-é"], &["1"]),
    ("[^\\x00-\\x{10FFFF}]", &[], &["", "a"]),
    (r"^\p{Greek}\pL\P{^Lu}$", &["αaA"], &["aaA", "αaa"]),
];

const GROUPS: &[Row] = &[
    ("^(?P<n>a)(?<n>b)(?<1>c)()$", &["abc"], &[]),
    ("^a(?i)b|c$", &["aB", "C"], &["AB"]),
    ("^a(?i:b)c$", &["aBc"], &["aBC"]),
    ("^(?i:a(?-i)b)C$", &["AbC"], &["ABC", "abc"]),
    ("^(?)a$", &["a"], &[]),
    ("(?ims-U:^a$.)", &["b\nA\n"], &["bA"]),
    ("(?i)^[^k]$", &["x"], &["K", "\u{212a}"]),
    ("^a$", &["a"], &["a\n", "a\nb"]),
    (r"\bx\b", &["éxé"], &["ax"]),
    (r"\B", &["aé", ""], &["aéb"]),
];

const REPETITIONS: &[Row] = &[
    ("^a{,2}{01}{$", &["a{,2}{01}{"], &["a"]),
    ("^a{2,}b{0}c{1,2}?$", &["aacc", "aaac"], &["ac"]),
    ("^(?:a+)?$", &["", "aa"], &["b"]),
    ("^*a", &["ba"], &["b"]),
    ("^((b{1000}){0}a){2}$", &["aa"], &["a"]),
];

#[test]
fn patterns_mean_what_go_means() {
    for (source, found, not_found) in [CHARACTERS, CLASSES, GROUPS, REPETITIONS].concat() {
        let pattern = Pattern::new(source).unwrap();
        for text in found {
            assert!(pattern.matches(text), "{source} in {text:?}");
        }
        for text in not_found {
            assert!(!pattern.matches(text), "{source} in {text:?}");
        }
    }
}

#[test]
fn what_go_does_not_compile_is_refused() {
    let escapes = r"\ \h \R \K \Z \C \E \é \1 \19 \x4 \x{} \x{+1} \x{110000} \u00e9 \u{e9} \U000000e9 [\b] [\Qa\E]";
    let groups =
        "( ) (?=a) (?!a) (?<=a) (?x) (?u) (?R) (?i (?-) (?i-) (?P<>a) (?P<é>a) (?#a) (?P=n)";
    let classes = r"[ [] [^] [z-a] [a-\d] [[:Alpha:]] [[:a:]] \p \pé \p{} \p{greek} \p{Grek} \p{Script=Greek} \p{Alphabetic}";
    let repetitions = "* a|* (*) a** a+* a?{2} a{2}{3} a{1001} a{2,1} a{99999999999} (a{100}){11} ((a{10}){11}b){10}";
    for source in [escapes, groups, classes, repetitions].join(" ").split(' ') {
        let fault = Pattern::new(source).err().map(|error| error.cause);
        assert!(
            matches!(fault, Some(PatternFault::Syntax { .. })),
            "{source}"
        );
    }
}

#[test]
fn what_go_finds_elsewhere_is_refused() {
    let younger = "(?i)ﬅ (?i)[ﬆ] (?i)[ΐ-ώ] (?i)ƛ (?i)\\p{Lu}";
    let other_classes = r"\p{C} \p{Cn} \p{LC} \p{Tagbanwa} \p{Old_Italic}";
    let repeats_a = r"a(?i)* a\Q\E+";
    for source in [younger, other_classes, repeats_a].join(" ").split(' ') {
        assert!(Pattern::new(source).is_err(), "{source}");
    }
    for alike in ["ﬅ", "(?i)[ﬀ-ﬆ]", "(?i)[^a]", "(?i)[α-ω]", "(?i)ſ"] {
        assert!(Pattern::new(alike).is_ok(), "{alike}");
    }
}

#[test]
fn a_refusal_says_where_and_never_takes_much() {
    let refusal = |source: &str| Pattern::new(source).unwrap_err();
    assert_eq!(
        refusal(r"é\h").cause.to_string(),
        r"character 2: Go has no such escape"
    );
    let deep = format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000));
    for large in [r"\pL{1000}", &deep] {
        let cause = refusal(large).cause;
        assert!(matches!(cause, PatternFault::TooLarge), "{cause}");
    }
    let message = refusal(&deep).to_string();
    assert!(
        message.len() < 200 && message.contains("((\"… is not"),
        "{message}"
    );
}
