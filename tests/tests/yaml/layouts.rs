//! Texts that readers of YAML take or refuse for how they are laid out: tabs, brackets, escapes, ends of documents.

use std::fs;
use std::path::{Path, PathBuf};

use signet_yaml::{Aliases, Limits, parse};

use crate::kubectl;
use crate::sops::{encrypted, sops};

/// What both read.
const READ: &[&str] = &[
    "a: 1\n  \t\nb: 2\n",
    "a: 1\n  \t# c\nb: 2\n",
    "a: 1\n \t\n",
    "a: x\n  \ty\nb: 1\n",
    "---\t# c\na: 1\n",
    "a:\tx\n",
    "a: \tx\n",
    "a:\t\n  b: 1\n",
    "a: 1\t# c\n",
    "a: 1 \t\nb: 2\n",
    "a: |\n  x\n  \ty\n",
    "a: |2\n  \tx\n",
    "a: |\n  x\n   \t\nb: 1\n",
    "a: |\t# c\n  x\n",
    "a: [1,\n\t2]\n",
    "{\n\t\"a\": 1\n}\n",
    "a: {\n\tb: 1\n}\n",
    "a: [\n\t1,\n\t\t'2'\n\t]\n",
    "a:\n- [\n\t# c\n\t1]\n- {\n\n\ta: 'x\n\ty'}\n",
    "a:\n  b: {\n \tc: 1,\n\t\"d\": \"x\\\n\ty\"\n  }\ne: |\n  x\n  \ty\n",
    "a: [1] \t\n\nb: 2\n",
    "a: \"x\n\ty\"\n",
    "a: 'x\n\ty'\n",
    "a: !!str\tx\n",
    "a: &b\tx\n",
    "a:\n  b: 1\n   \t\n  c: 2\n",
    "a: 1\n\n \t# c\nb: 2\n",
    "a:\n  b: 1\n   \t# c\n  c: 2\n",
    "a: [? x]\n",
    "a: ?x\n",
    "?x: 1\n",
    "a: [x:y]\n",
    "a: {b:1}\n",
    "a: {\"b\":1}\n",
    "a: [b: c]\n",
    "a: [x::y]\n",
    "a: [x: ]\n",
    "a: [http://x/y]\n",
    "a: {u: http://x:80/y}\n",
    "a: [-x]\n",
    "a: [1 - 2]\n",
    "a: [x#y]\n",
    "a: [x #y\n]\n",
    "a: [\",\":]\n",
    "a: [=]\n",
    "a: [<]\n",
    "a: {a,b}\n",
    "a: {? b}\n",
    "a: \"\\U0001F600\"\n",
    "a: \"\\x41\"\n",
    "a: \"\\ \"\n",
    "a: \"\\\t\"\n",
    "a: \"\\e\\N\\_\\L\\P\"\n",
    "a: x\n...\n---\nb: 1\n",
    "a: 1\n...\n...\n---\nb: 1\n",
    "a: 1\n...\n# c\n",
    "a: 1\n... # c\n---\nb: 1\n",
    "---\na: 1\n...\n",
    "---\n...\n---\na: 1\n",
    "--- # c\n# d\na: 1\n",
];

/// What both refuse.
const REFUSED: &[&str] = &[
    "a: 1\n\t# c\nb: 2\n",
    "a: 1\n\t\nb: 2\n",
    "a: \"x\"\n  \t# c\nb: 2\n",
    "a: \"x\"\n\t\nb: 2\n",
    "a: 1\n\t",
    "a: 1\n\t\n",
    "a: x\n\ty\nb: 1\n",
    "a:\n- \tb: 1\n",
    "a:\n-\t1\n",
    "a:\n- \t1\n",
    "---\n\t# c\na: 1\n",
    "\ta: 1\n",
    "\t# c\na: 1\n",
    "a: |\n  \tx\nb: 1\n",
    "a: |\n\t\n  x\n",
    "a: |\n  x\n\t\n",
    "a: |\n  x\n\t# c\nb: 1\n",
    "a: |\n  x\n \t\nb: 1\n",
    "a: |\n  x\n# c\n\t\nb: 1\n",
    "a: [1]\n\t\nb: 2\n",
    "a: [\n\t1,\n\t2\n\t]\n",
    "a: [\n\t1]\n\t# c\nb: 2\n",
    "a:\n\t[\n\t1]\n",
    "a:\n\t- 1\n",
    "a:\n \t- 1\n",
    "a:\n  \tb\n",
    "a:\n\tb\n",
    "a: 1\n# c\n\t\nb: 2\n",
    "a: 1\n# c\n  \t\nb: 2\n",
    "a:\n  b: 1\n \t\n  c: 2\n",
    "a:\n  b: 1\n  \t\n  c: 2\n",
    "- a\n\t\n- b\n",
    "-  \n  \ta\n",
    "a: x\n\n\t\n  y\nb: 1\n",
    "a:\n  b: 1\n \t# c\n",
    "a: # c\n\t# d\n  b: 1\n",
    "a: # c\n  \t# d\n  b: 1\n",
    "a: {l: ?x}\n",
    "a: [x?]\n",
    "a: [x ?y]\n",
    "a: [x? y]\n",
    "a: [x, ?]\n",
    "a: [::]\n",
    "a: [:x]\n",
    "a: {x: :y}\n",
    "a: [- x]\n",
    "a: [&]\n",
    "a: [%x]\n",
    "a: [@x]\n",
    "a: [`x]\n",
    "a: [x{y]\n",
    "a: [x[y]\n",
    "a: [x}y]\n",
    "a: {x]y: 1}\n",
    "a: [a, , b]\n",
    "a: [,]\n",
    "a: {,}\n",
    "a: {: b}\n",
    "a: [: b]\n",
    "a: \"\\/\"\n",
    "\"\\/\": 1\n",
    "a: \"\\ud83d\\ude00\"\n",
    "a: \"\\ud83d\"\n",
    "a: \"\\U00110000\"\n",
    "...\na: 1\n",
    "...\n---\na: 1\n",
    "...\n",
    "# c\n...\n---\na: 1\n",
];

/// What both read and is refused here: what other readers of YAML refuse or read differently, and is written in another way by
/// all of them.
const REFUSED_HERE: &[&str] = &[
    "a: [?x]\n",
    "a: {?x: 1}\n",
    "a: [x:]\n",
    "a: [a:,b]\n",
    "a: {x:}\n",
    "a: {x:, y: 1}\n",
    "a: [-]\n",
    "a: \"\\'\"\n",
];

/// Ensures that kubectl and sops read each of the texts, or that neither does.
fn theirs(texts: &[&str], reads: bool) {
    let folder = tempfile::tempdir().unwrap();
    let written = |(number, text): (usize, &&str)| {
        let path = folder.path().join(format!("{number}.yaml"));
        fs::write(&path, text).unwrap();
        path
    };
    let paths: Vec<PathBuf> = texts.iter().enumerate().map(written).collect();
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let sops = sops();
    for (text, documents) in texts.iter().zip(kubectl::documents(&paths)) {
        assert_eq!(documents.is_ok(), reads, "kubectl: {text:?}: {documents:?}");
        let encrypted = encrypted(&sops, text);
        assert_eq!(encrypted.is_ok(), reads, "sops: {text:?}: {encrypted:?}");
    }
}

fn ours(texts: &[&str], reads: bool) {
    for text in texts {
        let read = parse(*text, &Limits::SEALED, Aliases::Expand);
        assert_eq!(read.is_ok(), reads, "{text:?}: {:?}", read.err());
    }
}

#[test]
fn what_kubectl_and_sops_read_is_read_here() {
    theirs(READ, true);
    ours(READ, true);
}

#[test]
fn what_kubectl_and_sops_refuse_is_refused_here() {
    theirs(REFUSED, false);
    ours(REFUSED, false);
}

#[test]
fn what_is_read_in_two_ways_is_refused_here_though_both_read_it() {
    theirs(REFUSED_HERE, true);
    ours(REFUSED_HERE, false);
}
