use crate::sealed::tests::{FILE, sealed};

/// Made from the specification by `vector.py`, which shares nothing with this code.
const VECTOR: &str = include_str!("vector.hex");

/// Lists, two documents, clear values of every type, and groups of keys.
const GROUPS: &str = include_str!("../../tests/groups.yaml");
const VECTOR_OF_GROUPS: &str = include_str!("groups.hex");

fn canonical(text: &str) -> Vec<u8> {
    sealed(text).canonical().unwrap()
}

#[test]
fn has_the_specified_bytes() {
    for (file, vector) in [(FILE, VECTOR), (GROUPS, VECTOR_OF_GROUPS)] {
        let bytes = data_encoding::HEXLOWER.encode(&canonical(file));
        assert_eq!(bytes, vector.trim());
    }
}

#[test]
fn layout_comments_and_the_order_of_keys_are_not_in_it() {
    let moved = FILE.replace(
        "apiVersion: v1\nkind: Secret\n",
        "kind: \"Secret\" # a comment\n\napiVersion: 'v1'\n",
    );
    assert_ne!(moved, FILE);
    assert_eq!(canonical(&moved), canonical(FILE));
}

#[test]
fn everything_else_is() {
    let edits = [
        ("name: db", "nome: db"),
        ("name: db", "name: db2"),
        ("name: db", "name: true"),
        ("name: db", "name: {}"),
        ("name: db", "name: []"),
        ("name: db", "name: [db]"),
        ("    nothing: null\n", ""),
        ("    empty: \"\"\n", ""),
        ("    nothing: null\n", "    nothing: \"\"\n"),
        ("type:int]", "type:str]"),
        ("data:aHVudGVyMg==", "data:aHVudGVyMw=="),
        ("            wrapped\n", "            wrapped again\n"),
        ("recipient: age1teama", "recipient: age1teamb"),
        ("^(data|stringData)$", "^(stringData|data)$"),
        ("path: tenants/team-a/prod", "path: tenants/team-a/dev"),
        ("clusters: [prod]", "clusters: [prod, dev]"),
        ("repository: 6f1c0d", "repository: 6f1c0e"),
        ("tenant: team-a", "tenant: team-b"),
        (
            "    lastmodified",
            "    mac_only_encrypted: true\n    lastmodified",
        ),
        (
            "    lastmodified",
            "    shamir_threshold: 1\n    lastmodified",
        ),
        ("    version: 3.13.3\n", "    version: 3.13.3\n---\n"),
    ];
    for (from, to) in edits {
        let changed = FILE.replace(from, to);
        assert_ne!(changed, FILE, "{from}");
        assert_ne!(canonical(&changed), canonical(FILE), "{from} -> {to}");
    }
}

#[test]
fn clusters_and_wrapped_keys_have_no_order() {
    let two = |first: &str, second: &str| {
        let key = |name: &str| format!("        - {{recipient: {name}, enc: x}}\n");
        let keys = format!("    age:\n{}{}", key(first), key(second));
        FILE.replace("    age:\n", &keys)
            .replace("[prod]", &format!("[{first}, {second}]"))
    };
    assert_eq!(canonical(&two("a", "b")), canonical(&two("b", "a")));
}

#[test]
fn a_plain_sops_file_has_none() {
    let plain = FILE.split("    signet:").next().unwrap().to_owned() + "    version: 3.13.3\n";
    assert!(sealed(&plain).canonical().is_none());
}
