//! `open --extract` beside `sops decrypt --extract`.

use crate::loner::Loner;

const VALUES: &str = "str: x y\nlines: |\n  one\n  two\nint: 5432\noct: 0755\nbig: 9007199254740993\nfloat: 1.50\nlarge: 1.0e+6\nsmall: 0.00001\n\
    inf: .inf\nbool: True\nword: \"yes\"\nnul: ~\nempty: \"\"\ntime: 2024-01-02T03:04:05Z\ndate: 2024-01-02\n\
    map:\n  deep:\n    y: |\n      l1\n      l2\n    z: \"q\"\n  list:\n    - a\n    - b: 1\n      c: [1, 2]\n";

#[test]
fn every_scalar_is_printed_as_sops_prints_it_sealed_or_in_the_clear() {
    let loner = Loner::new();
    for rule in ["", ", encrypted_regex: ^none$"] {
        loner.seal_by_sops_under("values.yaml", VALUES, rule);
        for key in [
            "str", "lines", "int", "oct", "big", "float", "large", "small", "inf", "bool", "word",
            "nul", "empty", "time", "date",
        ] {
            let path = format!("[\"{key}\"]");
            let ours = loner
                .signet(&["open", "values.yaml", "--extract", &path])
                .succeeded();
            let theirs = loner.sops(
                "values.yaml",
                &["decrypt", "--extract", &path, "values.yaml"],
            );
            assert_eq!(ours.stdout.as_bytes(), theirs, "{key} {rule}");
        }
    }
}

#[test]
fn a_collection_means_what_sops_prints() {
    let loner = Loner::new();
    loner.seal_by_sops("values.yaml", VALUES);
    for path in [
        r#"["map"]"#,
        r#"["map"]["deep"]"#,
        r#"["map"]["list"]"#,
        r#"["map"]["list"][1]"#,
    ] {
        let ours = loner
            .signet(&["open", "values.yaml", "--extract", path])
            .succeeded();
        let theirs = loner.sops(
            "values.yaml",
            &["decrypt", "--extract", path, "values.yaml"],
        );
        let read = |text: &str| {
            let stream = signet_yaml::parse(
                text,
                &signet_yaml::Limits::SEALED,
                signet_yaml::Aliases::Refuse,
            );
            signet_yaml::kubernetes::to_json(stream.unwrap().documents[0].root.as_ref().unwrap())
                .unwrap()
        };
        assert_eq!(
            read(&ours.stdout),
            read(std::str::from_utf8(&theirs).unwrap()),
            "{path}\n{}",
            ours.stdout
        );
    }
}
