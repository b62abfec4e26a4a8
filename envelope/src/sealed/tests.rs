use super::*;
use crate::{MetadataError, Rule};

pub(crate) const FILE: &str = include_str!("../../tests/sealed.yaml");

pub(crate) fn sealed(text: &str) -> Sealed {
    read(text).unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)))
}

fn read(text: &str) -> Result<Sealed, EnvelopeError> {
    parse(text, &"tenants/team-a/prod/db.yaml".parse().unwrap())
}

/// The whole chain of an error.
fn refusal(text: &str) -> String {
    let error = read(text).unwrap_err();
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    message
}

fn strict(text: &str) -> StrictError {
    sealed(text).strict().unwrap_err()
}

#[test]
fn reads_leaves_metadata_and_scope() {
    let file = sealed(FILE);
    let leaves: Vec<_> = file.leaves().collect();
    let pointers: Vec<_> = leaves.iter().map(|leaf| leaf.pointer.as_str()).collect();
    assert_eq!(pointers, ["/0/stringData/password", "/0/stringData/port"]);
    assert_eq!(leaves[1].enc.kind, LeafType::Int);
    assert!(FILE[leaves[0].span.clone()].starts_with("ENC["));
    assert_eq!(file.metadata().rule.value(), "^(data|stringData)$");
    assert_eq!(file.signet().unwrap().clusters, ["prod"]);
    assert_eq!(file.strict(), Ok(()));
}

#[test]
fn a_document_carries_stand_ins_and_no_block() {
    let file = sealed(FILE);
    let documents = file.documents_with_stand_ins("").unwrap();
    let names: Vec<_> = file
        .stand_ins("")
        .map(|(name, _)| name.to_string())
        .collect();
    let expected = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "db"},
        "stringData": {"password": names[0], "port": names[1], "empty": "", "nothing": null},
    });
    assert_eq!(documents, [expected]);
    assert_ne!(file.documents_with_stand_ins("2").unwrap(), documents);
}

#[test]
fn of_several_documents_one_that_held_nothing_but_the_block_is_empty() {
    let block = &FILE[FILE.find("sops:").unwrap()..];
    for (text, is_empty) in [
        (format!("{block}---\n{FILE}"), [true, false]),
        (format!("{FILE}---\n# x\n{block}"), [false, true]),
    ] {
        let documents = sealed(&text).documents_with_stand_ins("").unwrap();
        let found: Vec<bool> = documents.iter().map(serde_json::Value::is_null).collect();
        assert_eq!(found, is_empty, "{text}");
    }
}

#[test]
fn a_cheap_look_tells_sealed_files() {
    assert!(is_sealed(FILE.as_bytes()));
    assert!(!is_sealed(b"kind: Secret\nsops: x\n"));
}

#[test]
fn refuses_what_is_not_sealed_or_not_wholly() {
    assert_eq!(
        refusal("kind: Secret\n"),
        "tenants/team-a/prod/db.yaml is not sealed: it has no sops block"
    );
    let clear = FILE.replace("    empty: \"\"", "    added: hunter2");
    assert_eq!(
        refusal(&clear),
        "tenants/team-a/prod/db.yaml: line 8, column 12: /stringData/added is not sealed"
    );
    assert!(parse_unfinished_as(Store::Yaml, &clear, &"a.yaml".parse().unwrap()).is_ok());
}

#[test]
fn refuses_malformed_values_wherever_they_stand() {
    let cases = [
        (
            FILE.replace("type:int]", "type:bytes]"),
            "the sealed value has the type bytes",
        ),
        (
            FILE.replace("type:int]", "type:comment]"),
            "type is comment where a value stands",
        ),
        (
            FILE.replace("type:comment]", "type:str]"),
            "type is comment where a value stands",
        ),
        (FILE.replace("type:int]", "type:int]x"), "bytes follow"),
    ];
    for (text, expected) in cases {
        let refusal = refusal(&text);
        assert!(
            refusal.contains(expected) && refusal.contains("line "),
            "{refusal}"
        );
    }
}

#[test]
fn refuses_aliases_and_duplicate_keys() {
    assert!(refusal(&FILE.replace("name: db", "name: &a db")).contains("anchors"));
    assert!(refusal(&FILE.replace("    empty:", "    port:")).contains("port"));
}

#[test]
fn refuses_metadata_that_cannot_be_read() {
    let cases = [
        (
            FILE.replace("    mac: ", "    cam: "),
            "the sops block has no mac",
        ),
        (
            FILE.replace("    version: 3", "    noisrev: 3"),
            "the sops block has no version",
        ),
        (
            FILE.replace("    age:", "    ega:"),
            "the sops block has no age",
        ),
        (
            FILE.replace(
                "    lastmodified",
                "    encrypted_suffix: x\n    lastmodified",
            ),
            "only one rule",
        ),
        (
            FILE.replace("^(data|stringData)$", "^(data"),
            "the selection rule cannot be used",
        ),
        (
            FILE.replace("        version: 1", "        version: 2"),
            "signet.version is not 1",
        ),
        (
            FILE.replace("        tenant:", "        owner: x\n        tenant:"),
            "signet.owner is not known",
        ),
        (
            FILE.replace("        seal: AAAA", "        seal: AAA"),
            "signet.seal is not 32 bytes",
        ),
    ];
    for (text, expected) in cases {
        assert!(refusal(&text).contains(expected), "{}", refusal(&text));
    }
}

#[test]
fn refuses_more_keys_than_any_file_needs() {
    let keys = "        - {recipient: age1r, enc: x}\n".repeat(65);
    let text = FILE.replace("    age:\n", &format!("    age:\n{keys}"));
    assert!(matches!(
        read(&text),
        Err(EnvelopeError::Metadata {
            source: MetadataError::TooManyKeys { .. },
            ..
        })
    ));
}

#[test]
fn strict_refuses_each_second_reading() {
    assert!(matches!(
        strict(&FILE.replace("name: db", "\"na:me\": db")),
        StrictError::ColonInKey { .. }
    ));
    assert!(matches!(
        strict(&FILE.replace("    #ENC", "    # clear\n    #ENC")),
        StrictError::ClearComment { .. }
    ));
    let rule = FILE.replace(
        "encrypted_regex: ^(data|stringData)$",
        "unencrypted_comment_regex: public",
    );
    assert!(
        parse_unfinished_as(Store::Yaml, &rule, &"a.yaml".parse().unwrap())
            .unwrap()
            .strict()
            .is_err()
    );
    let foreign = FILE.replace(
        "    encrypted_regex",
        "    pgp: [{fp: ABCD, enc: x, created_at: x}]\n    encrypted_regex",
    );
    assert_eq!(
        strict(&foreign),
        StrictError::ForeignKey {
            kind: "pgp",
            recipient: "ABCD".to_owned()
        }
    );
    let two = format!("{FILE}---\nkind: Secret\nsops:\n    mac: x\n");
    assert_eq!(strict(&two), StrictError::MetadataDiffers { document: 2 });
    assert_eq!(
        strict(&format!("{FILE}---\nkind: Secret\n")),
        StrictError::MetadataDiffers { document: 2 }
    );
}

#[test]
fn strict_refuses_what_kubernetes_reads_as_something_else() {
    for clear in ["yes", "2024-01-02 3:04:05", "!!binary /w=="] {
        let text = FILE.replace("name: db", &format!("name: {clear}"));
        assert!(
            matches!(strict(&text), StrictError::TwoReadings { .. }),
            "{clear}"
        );
    }
    for clear in [
        "\"yes\"", "!!str on", "0755", "1e3", "2.0", "~", "true", "!local x",
    ] {
        let text = FILE.replace("name: db", &format!("name: {clear}"));
        assert_eq!(sealed(&text).strict(), Ok(()), "{clear}");
    }
    for key in ["on", "y", "!!merge <<"] {
        let text = FILE.replace("name: db", &format!("{key}: db"));
        assert!(
            matches!(strict(&text), StrictError::TwoReadings { .. }),
            "{key}"
        );
    }
    let quoted = FILE.replace("name: db", "\"on\": db");
    assert_eq!(sealed(&quoted).strict(), Ok(()));
}

#[test]
fn reads_what_older_tools_wrote() {
    let old = FILE.replace(
        "    encrypted_regex: ^(data|stringData)$\n",
        "    kms: []\n    pgp: null\n    shamir_threshold: 0\n",
    );
    let file = parse_unfinished_as(Store::Yaml, &old, &"a.yaml".parse().unwrap()).unwrap();
    assert_eq!(file.metadata().rule, Rule::default());
    assert_eq!(file.metadata().groups.len(), 1);
}
