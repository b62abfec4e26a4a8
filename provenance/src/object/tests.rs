use super::*;

struct Lying(Object);

impl Objects for Lying {
    fn read(&self, _: &ObjectId) -> Result<Option<Object>, ReadError> {
        Ok(Some(self.0.clone()))
    }
}

fn hello() -> ObjectId {
    "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0".parse().unwrap()
}

#[test]
fn names_objects_as_git_does() {
    // printf hello | git hash-object --stdin
    let objects = MemoryObjects::default();
    assert_eq!(objects.write(Kind::Blob, "hello"), hello());
    // git hash-object -t tree /dev/null
    let empty = objects.write_files(Vec::<(&str, &str)>::new());
    assert_eq!(
        empty.to_string(),
        "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    );
}

#[test]
fn refuses_bytes_that_do_not_hash_to_their_name() {
    let kind = Kind::Blob;
    let store = Lying(Object {
        kind,
        bytes: b"hullo".to_vec(),
    });
    let error = read(&store, &hello(), kind).unwrap_err();
    assert!(
        matches!(error, ObjectError::Corrupt { id, .. } if id == hello()),
        "{error}"
    );
}

#[test]
fn refuses_an_object_of_another_kind() {
    let store = Lying(Object {
        kind: Kind::Blob,
        bytes: b"hello".to_vec(),
    });
    let error = read(&store, &hello(), Kind::Tree).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("object {} is a blob, not a tree", hello())
    );
}

#[test]
fn tells_a_missing_object_from_an_empty_one() {
    let objects = MemoryObjects::default();
    let error = read(&objects, &hello(), Kind::Blob).unwrap_err();
    assert!(matches!(error, ObjectError::Missing { .. }), "{error}");
}

/// One message of the chosen-prefix collision that Leurent and Peyrin published in "SHA-1 is a
/// Shambles" (2020).
#[test]
fn sees_the_marks_of_a_collision_attack() {
    let message = include_bytes!("../../vectors/sha-mbles-1.bin");
    assert_eq!(digest(&[message]), None);
    assert!(digest(&[&message[1..]]).is_some());
}
