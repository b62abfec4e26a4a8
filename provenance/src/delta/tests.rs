use super::*;
use crate::MemoryObjects;

/// Two trees that differ in a content, a deletion, a symbolic link, a mode and a submodule.
fn trees(objects: &MemoryObjects) -> (ObjectId, ObjectId) {
    let blob = |text: &str| objects.write(Kind::Blob, text);
    let (one, two) = (blob("1"), blob("2"));
    let old = objects.write_tree([
        (Mode::File, "changed", one),
        (Mode::Executable, "gone", one),
        (Mode::File, "kept", one),
        (Mode::File, "mode", one),
    ]);
    let new = objects.write_tree([
        (Mode::File, "changed", two),
        (Mode::File, "kept", one),
        (Mode::Executable, "mode", one),
    ]);
    let old = objects.write_tree([(Mode::Folder, "a", old)]);
    let submodule = ObjectId::from_hex(&[b'0'; 40]).unwrap();
    let new = objects.write_tree([
        (Mode::Folder, "a", new),
        (Mode::Symlink, "a-b", blob("a/new")),
        (Mode::Submodule, "ü", submodule),
    ]);
    (old, new)
}

fn between(within: Option<&str>) -> Option<String> {
    let objects = MemoryObjects::default();
    let (old, new) = trees(&objects);
    let within = within.map(|path| path.parse().unwrap());
    let delta = Delta::between(&objects, old, new, within.as_ref()).unwrap();
    delta.map(|delta| delta.to_string())
}

/// Computed with Python:
/// ```python
/// import hashlib, struct
/// s = lambda x: struct.pack(">I", len(x)) + x
/// h = lambda x: hashlib.sha256(x).digest()
/// lines = [
///     (b"a/changed", b"100644", h(b"1"), b"100644", h(b"2")),
///     (b"a/gone", b"100755", h(b"1"), b"", b""),
///     (b"a-b", b"", b"", b"120000", h(b"a/new")),
///     (b"a/mode", b"100644", h(b"1"), b"100755", h(b"1")),
///     ("ü".encode(), b"", b"", b"160000", h(b"0" * 40)),
/// ]
/// delta = lambda lines: h(b"".join(s(field) for line in sorted(lines) for field in line)).hex()
/// print(delta(lines))
/// print(delta([line for line in lines if line[0].startswith(b"a/")]))
/// print(delta(lines[:1]))
/// ```
#[test]
fn is_the_documented_formula() {
    let all = "3a9053a91d84800ce8fe8ec421ba42ca1e95f78cbf63da429261803a9b3b6bfc";
    let folder = "8f726583369fb74bceb9ed07463c35aafc6a16c71c54405d974d157de55c72a6";
    let file = "e65809e716dc118b7edceb59fd941fee4cfbcb398b901d0372b69e5b142a15f6";
    assert_eq!(between(None).as_deref(), Some(all));
    assert_eq!(between(Some("a")).as_deref(), Some(folder));
    assert_eq!(between(Some("a/changed")).as_deref(), Some(file));
}

#[test]
fn is_none_where_nothing_differs() {
    assert_eq!(between(Some("a/kept")), None);
    assert_eq!(between(Some("a/change")), None);
    let objects = MemoryObjects::default();
    let (old, _) = trees(&objects);
    assert_eq!(Delta::between(&objects, old, old, None).unwrap(), None);
}

#[test]
fn has_one_spelling() {
    let delta = between(None).unwrap();
    assert_eq!(delta.parse::<Delta>().unwrap().to_string(), delta);
    for text in [
        "",
        &delta[1..],
        &delta.to_uppercase(),
        &format!("{delta}00"),
    ] {
        assert_eq!(text.parse::<Delta>(), Err(DeltaError), "{text}");
    }
}
