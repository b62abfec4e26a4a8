use super::*;
use crate::MemoryObjects;

const POD: &str = "kind: Pod\nspec:\n  containers:\n    - {name: app, image: app:1}\n";

fn pointers(texts: &[&str]) -> Vec<FieldPointer> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn beyond(old: &str, new: &str, form: Form, fields: &[&str]) -> Option<String> {
    let objects = MemoryObjects::default();
    let [old, new] = [old, new].map(|text| objects.write(Kind::Blob, text));
    let comparisons = Comparisons::default();
    let compared = comparisons.of(&objects, old, new, form).unwrap();
    compared.beyond(&pointers(fields))
}

#[track_caller]
fn says(old: &str, new: &str, form: Form, message: &str) {
    let why = beyond(old, new, form, &["/spec"]).unwrap();
    assert!(why.contains(message), "{why}");
}

#[test]
fn what_is_at_or_below_a_pointer_may_differ_and_nothing_else() {
    let new = POD.replace("app:1", "app:2");
    for fields in ["/spec/containers/*/image", "/spec/containers/0", "/*"] {
        assert_eq!(beyond(POD, &new, Form::Yaml, &[fields]), None, "{fields}");
    }
    for fields in ["/spec/image", "/spec/containers/1/image", "/kind"] {
        let why = beyond(POD, &new, Form::Yaml, &[fields]);
        assert_eq!(why.unwrap(), "/spec/containers/0/image changed");
    }
    let all = new.replace("name: app", "name: x").replace("Pod", "Job");
    let why = beyond(POD, &all, Form::Yaml, &["/spec/containers/*/image"]);
    assert_eq!(why.unwrap(), "/kind and 1 more changed");
    let both = ["/kind", "/spec/containers/*/*"];
    assert_eq!(beyond(POD, &all, Form::Yaml, &both), None);
    let why = beyond("a\n", "b\n", Form::Yaml, &["/a"]);
    assert_eq!(why.unwrap(), "the document changed");
}

#[test]
fn what_has_more_than_one_reading_or_is_sealed_has_no_fields_in_either_version() {
    for (text, message) in [
        (
            "spec: ENC[AES256_GCM,data:x]\nsops: {mac: x}\n",
            "a sealed file",
        ),
        ("a: 1\n---\nspec: 1\nsops: {mac: x}\n", "a sealed file"),
        ("spec: &a 1\n", "anchors and aliases are not allowed"),
        ("spec: 1\nspec: 2\n", "the key \"spec\" stands already"),
        ("spec: [\n", "not valid YAML"),
    ] {
        says("spec: 1\n", text, Form::Yaml, "it is ");
        says("spec: 1\n", text, Form::Yaml, message);
        says(text, "spec: 1\n", Form::Yaml, "it was ");
        says(text, "spec: 1\n", Form::Yaml, message);
    }
    let deep = format!("spec: {}1{}\n", "[".repeat(32), "]".repeat(32));
    says("spec: 1\n", &deep, Form::Yaml, "nested more than 32 levels");
    let long = format!("spec: {}\n", "x".repeat(1 << 20));
    says("spec: 1\n", &long, Form::Yaml, "more than 1048576 bytes");
    let many = format!("spec: [{}]\n", "1,".repeat(50_000));
    says("spec: 1\n", &many, Form::Yaml, "more than 50000 nodes");
}

#[test]
fn bytes_that_are_no_text_have_no_fields() {
    let objects = MemoryObjects::default();
    let old = objects.write(Kind::Blob, "spec: 1\n");
    let new = objects.write(Kind::Blob, b"spec: \xff\n");
    let compared = Comparisons::default().of(&objects, old, new, Form::Yaml);
    let why = compared.unwrap().beyond(&pointers(&["/spec"]));
    assert_eq!(why.unwrap(), "it is not UTF-8");
}

#[test]
fn a_file_of_json_stays_json() {
    let old = "{\"spec\": \"a\", \"b\": 1}\n";
    for new in ["{\"spec\": \"c\", \"b\": 1}\n", "{\"spec\": 2, \"b\": 1}\n"] {
        assert_eq!(beyond(old, new, Form::Json, &["/spec"]), None);
    }
    for new in ["{\"spec\": c, \"b\": 1}\n", "{\"spec\": 'c', \"b\": 1}\n"] {
        assert_eq!(beyond(old, new, Form::Yaml, &["/spec"]), None);
        says(old, new, Form::Json, "it is not JSON at line 1");
        says(new, old, Form::Json, "it was not JSON at line 1");
    }
}

#[test]
fn the_name_of_a_file_tells_its_form() {
    for (path, form) in [
        ("a.yaml", Some(Form::Yaml)),
        ("x/b.yml", Some(Form::Yaml)),
        ("c.json", Some(Form::Json)),
        ("d.env", None),
        ("yaml", None),
        ("x.yaml/y", None),
        ("e.YAML", None),
    ] {
        assert_eq!(Form::of(path.as_bytes()), form, "{path}");
    }
    let checked = |path: &[u8], content: &str| {
        check_fields(path, content.as_bytes()).map_err(|error| error.to_string())
    };
    assert_eq!(checked(b"a.yaml", POD), Ok(()));
    let name = "neither YAML nor JSON by its name (.yaml, .yml, .json)";
    assert_eq!(checked(b"a.txt", POD), Err(name.to_owned()));
    assert!(
        checked(b"a.json", POD)
            .unwrap_err()
            .starts_with("not JSON at")
    );
    let sealed = checked(b"a.yaml", "sops: {}\n");
    assert_eq!(sealed, Err("a sealed file".to_owned()));
}

#[test]
fn what_comes_goes_or_is_no_file_has_no_fields() {
    let id = ObjectId::new([7; 20]);
    let (file, link) = (Some((Mode::File, id)), Some((Mode::Symlink, id)));
    let executable = Some((Mode::Executable, id));
    let of = |old, new| contents(b"a.yaml", old, new).unwrap_err();
    assert_eq!(of(None, file), "the file came");
    assert_eq!(of(file, None), "the file went");
    assert_eq!(of(file, executable), "its mode changed");
    assert_eq!(of(file, link), "it is a symbolic link");
    assert_eq!(of(link, file), "it was a symbolic link");
    assert_eq!(of(link, link), "it is a symbolic link");
    assert_eq!(of(Some((Mode::Submodule, id)), file), "it was a submodule");
    for same in [file, executable] {
        assert_eq!(contents(b"a.yaml", same, same), Ok((id, id, Form::Yaml)));
    }
    let other = contents(b"a.txt", file, file).unwrap_err();
    assert!(other.contains("by its name"), "{other}");
}

#[test]
fn what_a_message_shows_of_a_key_is_short_and_disturbs_no_terminal() {
    let of = |key: &str, value: usize| format!("\"{key}\": {value}\n");
    let why = |key: &str| beyond(&of(key, 1), &of(key, 2), Form::Yaml, &["/a"]).unwrap();
    assert_eq!(why("x\\e[2J"), "/x\\x1b[2J changed");
    assert!(why(&"x".repeat(1_000)).len() < 300);
    let came = beyond("a: 1\n", &of(&"x".repeat(1_000), 1), Form::Yaml, &["/a"]);
    assert!(came.unwrap().len() < 300);
}

#[test]
fn what_was_compared_is_kept_within_a_bound_and_compared_once() {
    let mut known = Known::default();
    for number in 0..100 {
        let key = (
            ObjectId::new([number; 20]),
            ObjectId::new([0; 20]),
            Form::Yaml,
        );
        let fields = vec!["k".repeat(70); 10];
        let compared = Compared {
            fields: Ok(fields),
            bytes: 0,
        };
        known.keep(key, Rc::new(compared), 50_000);
        let kept: usize = known.compared.values().map(|one| one.kept()).sum();
        assert_eq!(kept, known.bytes);
        assert!(known.bytes <= 50_000 && known.compared.contains_key(&key));
    }
    assert!((2..100).contains(&known.compared.len()));

    let objects = MemoryObjects::default();
    let [old, new] = ["a: 1\n", "a: 2\n"].map(|text| objects.write(Kind::Blob, text));
    let comparisons = Comparisons::default();
    let one = comparisons.of(&objects, old, new, Form::Yaml).unwrap();
    let nowhere = MemoryObjects::default();
    let again = comparisons.of(&nowhere, old, new, Form::Yaml).unwrap();
    assert!(Rc::ptr_eq(&one, &again));
    assert_eq!((one.bytes, one.beyond(&pointers(&["/a"]))), (10, None));
    let missing = comparisons.of(&nowhere, new, old, Form::Yaml);
    assert!(matches!(missing, Err(ObjectError::Missing { .. })));
}

#[test]
fn what_cannot_be_read_counts_as_much_as_the_largest_object() {
    let objects = MemoryObjects::default();
    let file = objects.write(Kind::Blob, "a: 1\n");
    let tree = objects.write(Kind::Tree, "");
    for (old, new) in [(file, tree), (tree, file)] {
        let comparisons = Comparisons::default();
        let compared = comparisons.of(&objects, old, new, Form::Yaml).unwrap();
        assert!(compared.beyond(&pointers(&["/a"])).is_some());
        assert_eq!(compared.work(1), 5 + (16 << 20));
    }
}
