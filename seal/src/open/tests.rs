use super::*;
use crate::testing::{CANARY, Place, chain, identity};

mod hostile;
mod vector;

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: team-a
stringData:
  # how to get in
  password: canary-7f3a-hunter2
  port: 5432
  user: app
data:
  token: YQ==
";

fn sealed() -> String {
    Place::team_a().seal(SECRET).unwrap()
}

fn wanted(sealed: &Sealed, pointer: &str) -> (StandIn, Pointer) {
    let (name, leaf) = sealed
        .stand_ins("")
        .find(|(_, leaf)| leaf.pointer.as_str() == pointer)
        .unwrap();
    (name, leaf.pointer.clone())
}

fn open_one(
    text: &str,
    pointer: &str,
    place: &Place,
    identity: &Identity,
) -> Result<Opened, OpenError> {
    let sealed = read(text.as_bytes(), &place.path)?;
    let (name, pointer) = wanted(&sealed, pointer);
    open_in(place, sealed, identity, (&name, &pointer))
}

/// Opens what is asked for in a file that stands in a tree as the blob of twenty times `b`.
fn open_in(
    place: &Place,
    sealed: Sealed,
    identity: &Identity,
    wanted: (&StandIn, &Pointer),
) -> Result<Opened, OpenError> {
    let file = File {
        name: Some(StandIn::file("", &place.path, &[b'b'; 20])),
        scope: place.scope(),
        sealed,
    };
    let mut opened = Opened::default();
    file.open(&[identity], &[wanted], &mut opened)?;
    Ok(opened)
}

#[test]
fn hands_out_the_leaves_that_were_asked_for_and_no_more() {
    let (place, text) = (Place::team_a(), sealed());
    let opened = open_one(
        &text,
        "/0/stringData/password",
        &place,
        &place.identities[1],
    )
    .ok()
    .unwrap();
    assert_eq!(opened.len(), 1);
    let (name, _) = wanted(
        &read(text.as_bytes(), &place.path).unwrap(),
        "/0/stringData/password",
    );
    assert_eq!(
        opened.with(&name, |_, bytes| bytes == CANARY.as_bytes()),
        Some(true)
    );
}

#[test]
fn a_file_that_was_asked_for_as_a_whole_opens_to_its_text() {
    let place = Place::team_a();
    let open = |name: &StandIn| {
        let sealed = read(sealed().as_bytes(), &place.path)?;
        let whole = Pointer::whole_file();
        open_in(&place, sealed, &place.identities[1], (name, &whole))
    };
    let name = StandIn::file("", &place.path, &[b'b'; 20]);
    let opened = open(&name).ok().unwrap();
    let is_text = |_, bytes: &[u8]| bytes == SECRET.as_bytes();
    assert_eq!(opened.with(&name, is_text), Some(true));
    let other = open(&StandIn::file("", &place.path, &[b'c'; 20]));
    assert!(matches!(other, Err(OpenError::UnknownLeaf { .. })));
}

#[test]
fn opens_with_the_identity_of_the_place_alone() {
    let (place, text) = (Place::team_a(), sealed());
    let refusal = open_one(&text, "/0/stringData/password", &place, &identity(9))
        .err()
        .unwrap();
    assert_eq!(
        refusal.to_string(),
        format!(
            "{} is not sealed for {}",
            place.path,
            identity(9).recipient()
        )
    );
}

#[test]
fn a_seal_leaves_nothing_to_trying_identities_on_each_key() {
    let place = Place::team_a();
    let renamed = sealed().replace(place.identities[0].recipient(), "age1other");
    let refusal = crate::testing::open_file(&renamed, &place.path, &place.identities[..1], None);
    assert!(matches!(refusal, Err(OpenError::NotForIdentity { .. })));
}

#[test]
fn a_stand_in_of_other_ciphertext_is_not_opened() {
    let (place, text) = (Place::team_a(), sealed());
    let sealed = read(text.as_bytes(), &place.path).unwrap();
    let (name, _) = wanted(&sealed, "/0/stringData/password");
    let (_, other) = wanted(&sealed, "/0/stringData/user");
    let result = open_in(&place, sealed, &place.identities[0], (&name, &other));
    assert!(matches!(result, Err(OpenError::UnknownLeaf { .. })));
}

#[test]
fn what_is_no_text_is_refused() {
    let path = "a.yaml".parse().unwrap();
    assert!(matches!(
        read(b"\xff", &path),
        Err(OpenError::NotText { .. })
    ));
}

#[test]
fn no_error_holds_a_value() {
    for changed in hostile::corpus() {
        let refusal = changed
            .open()
            .err()
            .unwrap_or_else(|| panic!("{} was opened", changed.name));
        let message = format!("{} {refusal:?}", chain(&refusal));
        assert!(
            !message.contains(CANARY) && !message.contains("5432"),
            "{message}"
        );
    }
}
