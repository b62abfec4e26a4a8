//! Scalars: what kubectl and sops make of each, and what we do.

use serde_json::Value as Json;
use signet_tests::dice::Dice;
use signet_yaml::sops::Typed;
use signet_yaml::{Aliases, Limits, Node, kubernetes, parse, sops};

use crate::kubectl::{self, is_near, is_printed};
use crate::sops::{decrypted, decrypted_to_json, encrypted, opened, root, sops as real_sops};

/// Scalars that kubectl and sops were seen to type, and whatever resembles them.
fn table() -> Vec<String> {
    let rows = include_str!("scalars.txt").lines();
    rows.map(str::to_owned).collect()
}

/// Scalars that chance makes of what numbers, times, booleans and nulls are made of.
fn by_chance(count: usize, seed: u64) -> Vec<String> {
    const PIECES: [&str; 40] = [
        "0",
        "1",
        "7",
        "8",
        "9",
        "12",
        "00",
        "0x",
        "0o",
        "0b",
        "0X",
        "0B",
        "_",
        "_",
        "-",
        "+",
        ".",
        ".",
        "e",
        "E",
        "e+",
        "e-",
        "inf",
        "Inf",
        "nan",
        "NaN",
        ":",
        "T",
        "Z",
        " ",
        "2001-01-02",
        "-05:00",
        "10:11:12",
        "f",
        "true",
        "no",
        "~",
        "null",
        "é",
        "18446744073709551615",
    ];
    let mut dice = Dice::new(seed);
    let mut scalar = || {
        let pieces = 1 + dice.below(5);
        let scalar: String = (0..pieces).map(|_| dice.pick(&PIECES)).collect();
        scalar.trim_matches(' ').to_owned()
    };
    (0..count).map(|_| scalar()).collect()
}

/// The value of `v` as we read it for Kubernetes, from a text that ends in it; nothing where we refuse it.
fn ours(end: &str) -> Option<Json> {
    let text = format!("v: {end}");
    let stream = parse(&text, &Limits::SEALED, Aliases::Expand).ok()?;
    let value = kubernetes::to_json(stream.documents.first()?.root.as_ref()?).ok()?;
    Some(value["v"].clone())
}

/// What is no text becomes some text in kubectl; we refuse it.
const GARBLED_BY_KUBECTL: &str = "!!binary \"/w==\"\n";

fn kubectl_reads_as_we_do(ends: &[String]) {
    for (end, theirs) in ends.iter().zip(kubectl::values(ends)) {
        let theirs = theirs.filter(|_| end != GARBLED_BY_KUBECTL);
        let ours = ours(end);
        let same = match (&ours, &theirs) {
            (Some(ours), Some(theirs)) => is_printed(ours, theirs),
            _ => ours == theirs,
        };
        assert!(same, "`{end}`: {ours:?}, kubectl says {theirs:?}");
    }
}

fn as_lines(scalars: Vec<String>) -> Vec<String> {
    scalars.into_iter().map(|scalar| scalar + "\n").collect()
}

#[test]
fn kubectl_types_every_scalar_of_the_table_as_we_do() {
    let table = table();
    assert!(table.len() > 500);
    kubectl_reads_as_we_do(&as_lines(table));
}

#[test]
fn kubectl_types_scalars_by_chance_as_we_do() {
    kubectl_reads_as_we_do(&as_lines(by_chance(2_000, 1)));
}

#[test]
fn kubectl_reads_block_scalars_at_the_end_of_a_text_as_we_do() {
    let mut ends = Vec::new();
    for header in [
        "|",
        "|-",
        "|+",
        ">",
        ">-",
        ">+",
        "|2",
        "|+1",
        "| # c",
        "!!str |",
        "&a |+",
        "!!int |",
        "!!binary |",
    ] {
        for content in [
            "",
            "\n",
            "\n  a",
            "\n  a\n",
            "\n  a\n\n",
            "\n  a\n ",
            "\n  a\n   ",
            "\n  a\n\n  b",
            "\n  5",
            "\n  ",
            "\n\n",
            "\n  YQ==",
            "\r\n  a",
            "\r\n  a\r\n",
            "\n  a\n# c",
            "\n  a\n...",
            "\n  a\n---",
            "\n  a\n  ",
            "\n  a\n\n  ",
        ] {
            ends.push(format!("{header}{content}"));
        }
    }
    ends.extend(
        [
            "a",
            "'a'",
            "\"a\"",
            "[a]",
            "- a",
            "",
            "a # c",
            "\n- |\n  a",
            "\n  w: |+\n    a",
        ]
        .map(str::to_owned),
    );
    kubectl_reads_as_we_do(&ends);
}

/// The value of `v` as SOPS reads it; nothing where we refuse it.
fn typed(scalar: &str) -> Option<Typed> {
    let text = format!("v: {scalar}\n");
    let stream = parse(&text, &Limits::SEALED, Aliases::Expand).ok()?;
    let [document] = stream.documents.as_slice() else {
        return None;
    };
    normal(document.root.as_ref()?.get("v")?)
}

/// What SOPS holds: of `!!binary` a string, of a collection nothing.
fn normal(node: &Node) -> Option<Typed> {
    match sops::scalar(node).ok()? {
        Typed::Bytes(bytes) => Some(String::from_utf8(bytes).map_or_else(
            |error| Typed::Bytes(error.into_bytes()),
            |text| Typed::Str(text.into()),
        )),
        typed => Some(typed),
    }
}

/// The name that sops has for a type.
fn name(typed: &Typed) -> &'static str {
    match typed {
        Typed::Bool(_) => "bool",
        Typed::Int(_) => "int",
        Typed::Float(_) => "float",
        Typed::Time(_) => "time",
        Typed::Null | Typed::Str(_) | Typed::Bytes(_) => "str",
    }
}

/// The type that sops wrote; nothing where it left a value in the clear.
fn type_of(sealed: &str) -> Option<&str> {
    sealed
        .strip_prefix("ENC[")?
        .strip_suffix(']')?
        .rsplit_once("type:")
        .map(|(_, name)| name)
}

/// Whether sops has written again what it read; of a float without a fraction it writes an integer.
fn same(ours: &Typed, theirs: &Typed) -> bool {
    match (ours, theirs) {
        #[expect(clippy::cast_precision_loss, reason = "what was written was a float")]
        #[expect(clippy::float_cmp, reason = "both are read from shortest forms")]
        (Typed::Float(ours), Typed::Int(theirs)) => *ours == *theirs as f64,
        (Typed::Float(ours), Typed::Float(theirs)) => {
            ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan())
        }
        _ => ours == theirs,
    }
}

/// Whether JSON says the same. It knows no times, and writes 1.0 as 1.
fn says(ours: &Typed, json: &Json) -> bool {
    match ours {
        Typed::Null => json.is_null(),
        Typed::Bool(value) => json == value,
        Typed::Int(value) => json == value,
        Typed::Float(value) => json.as_f64().is_some_and(|theirs| is_near(*value, theirs)),
        Typed::Time(text) => json == text,
        Typed::Str(text) => json == text.as_str(),
        Typed::Bytes(bytes) => json.as_str() == Some(&String::from_utf8_lossy(bytes)),
    }
}

fn mapping(scalars: &[&String]) -> String {
    let pairs = scalars.iter().enumerate();
    let lines = pairs.map(|(number, scalar)| format!("k{number}: {scalar}\n"));
    lines.collect::<Vec<_>>().concat()
}

/// Line breaks of YAML 1.1 alone, which sops writes without an escape and we refuse to read.
fn breaks_lines(typed: &Typed) -> bool {
    matches!(typed, Typed::Str(text) if text.contains(['\u{2028}', '\u{2029}']))
}

fn sops_reads_as_we_do(scalars: &[String]) {
    let scalars = scalars
        .iter()
        .filter(|row| !typed(row).is_some_and(|typed| breaks_lines(&typed)));
    let (read, refused): (Vec<_>, Vec<_>) = scalars.partition(|row| typed(row).is_some());
    let sops = real_sops();
    for scalar in refused {
        let answer = encrypted(&sops, &format!("v: {scalar}\n"));
        // Neither a collection nor a second document is a scalar.
        let no_scalar = answer.is_ok_and(|sealed| type_of_v(&sealed).is_some());
        assert!(!no_scalar, "we refuse `{scalar}`");
    }
    let text = mapping(&read);
    let sealed = encrypted(&sops, &text).unwrap_or_else(|error| panic!("{error}"));
    let again = decrypted(&sops, &sealed);
    let (sealed_root, again_root) = (root(&sealed), root(&again));
    for (number, scalar) in read.iter().enumerate() {
        let key = format!("k{number}");
        let ours = typed(scalar).unwrap();
        let value = sealed_root.get(&key).unwrap();
        let is_clear = matches!(&ours, Typed::Null) || ours == Typed::Str("".into());
        let theirs = type_of(value.text().unwrap());
        assert_eq!((!is_clear).then(|| name(&ours)), theirs, "`{scalar}`");
        let written = normal(again_root.get(&key).unwrap());
        assert!(
            written.is_some_and(|written| same(&ours, &written)),
            "sops writes `{scalar}` otherwise"
        );
    }
    sops_says_in_json_what_we_read(&read);
    we_write_what_kubernetes_reads_as_what_sops_writes(&read);
}

fn type_of_v(sealed: &str) -> Option<String> {
    type_of(root(sealed).get("v")?.text()?).map(str::to_owned)
}

fn sops_says_in_json_what_we_read(scalars: &[&String]) {
    let in_json = |typed: &Typed| !matches!(typed, Typed::Float(value) if !value.is_finite());
    let rows: Vec<&String> = scalars
        .iter()
        .copied()
        .filter(|row| in_json(&typed(row).unwrap()))
        .collect();
    let sops = real_sops();
    let sealed = encrypted(&sops, &mapping(&rows)).unwrap();
    let json = decrypted_to_json(&sops, &sealed);
    for (number, scalar) in rows.iter().enumerate() {
        let (ours, theirs) = (typed(scalar).unwrap(), &json[format!("k{number}")]);
        assert!(
            says(&ours, theirs),
            "`{scalar}`: {ours:?}, sops says {theirs}"
        );
    }
}

/// But for what is no text, which has no place in a text that we write.
fn we_write_what_kubernetes_reads_as_what_sops_writes(scalars: &[&String]) {
    let is_text = |row: &&&String| !matches!(typed(row).unwrap(), Typed::Bytes(_));
    let rows: Vec<&String> = scalars.iter().filter(is_text).copied().collect();
    let sops = real_sops();
    let sealed = encrypted(&sops, &mapping(&rows)).unwrap();
    let (ours, theirs) = (root(&opened(&sealed)), root(&decrypted(&sops, &sealed)));
    let json = |root: &Node, key: &str| kubernetes::to_json(root.get(key).unwrap()).ok();
    for (number, scalar) in rows.iter().enumerate() {
        let key = format!("k{number}");
        assert_eq!(json(&ours, &key), json(&theirs, &key), "`{scalar}`");
    }
}

#[test]
fn sops_types_and_writes_every_scalar_of_the_table_as_we_do() {
    sops_reads_as_we_do(&table());
}

#[test]
fn sops_types_and_writes_scalars_by_chance_as_we_do() {
    sops_reads_as_we_do(&by_chance(2_000, 2));
}
