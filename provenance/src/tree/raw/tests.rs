use super::*;

fn tree(entries: &[(&str, &str)]) -> Result<RawTree, RawTreeError> {
    let mut bytes = Vec::new();
    for (mode, name) in entries {
        bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        bytes.extend_from_slice(&[7; 20]);
    }
    RawTree::parse(&bytes)
}

#[test]
fn reads_entries_in_gits_order() {
    let read = tree(&[
        ("100644", "a-b"),
        ("40000", "a"),
        ("100755", "a0"),
        ("120000", "l"),
        ("160000", "m"),
    ]);
    let read = read.unwrap();
    assert_eq!(read.entries.len(), 5);
    assert_eq!(read.get(b"a").unwrap().mode, Mode::Folder);
    assert_eq!(read.get(b"a0").unwrap().mode, Mode::Executable);
    assert!(read.get(b"b").is_none());
    assert!(RawTree::parse(b"").unwrap().entries.is_empty());
}

#[test]
fn refuses_a_tree_out_of_order() {
    let name = || "a".into();
    assert_eq!(
        tree(&[("100644", "b"), ("100644", "a")]),
        Err(RawTreeError::Order { name: name() })
    );
    assert_eq!(
        tree(&[("100644", "a"), ("100644", "a")]),
        Err(RawTreeError::Order { name: name() })
    );
    // As files "a" comes first; as a folder it sorts behind "a-b".
    assert_eq!(
        tree(&[("40000", "a"), ("100644", "a-b")]),
        Err(RawTreeError::Order { name: "a-b".into() })
    );
}

#[test]
fn refuses_a_file_and_a_folder_of_one_name() {
    let twice = tree(&[("100644", "a"), ("100644", "a-b"), ("40000", "a")]);
    assert_eq!(twice, Err(RawTreeError::Twice { name: "a".into() }));
}

#[test]
fn refuses_names_that_are_paths() {
    for name in [
        "",
        ".",
        "..",
        ".git",
        ".GIT",
        "git~1",
        "a/b",
        "../x",
        &"x".repeat(256),
    ] {
        let read = tree(&[("100644", name)]);
        assert!(
            matches!(read, Err(RawTreeError::Name { .. })),
            "{name}: {read:?}"
        );
    }
}

#[test]
fn refuses_modes_that_git_does_not_write() {
    for mode in ["040000", "100664", "0", "", "100600", "140000", "-40000"] {
        let read = tree(&[(mode, "a")]);
        assert!(
            matches!(read, Err(RawTreeError::Mode { .. })),
            "{mode}: {read:?}"
        );
    }
}

#[test]
fn refuses_a_truncated_tree() {
    for bytes in [
        &b"100644 a"[..],
        b"100644 a\0",
        b"100644 a\x001234567890123456789",
        b"100644a\0",
    ] {
        assert_eq!(RawTree::parse(bytes), Err(RawTreeError::Truncated));
    }
}

#[test]
fn refuses_a_tree_that_is_too_large() {
    let bytes = vec![0; MAX_TREE + 1];
    assert_eq!(
        RawTree::parse(&bytes),
        Err(RawTreeError::TooLarge { bytes: bytes.len() })
    );
}
