//! A file whose every byte is known, made outside this code and opened by sops.

use secrecy::SecretString;

use super::*;
use crate::testing::open_file;

const FILE: &str = include_str!("vector.yaml");
const IDENTITY: &str = "AGE-SECRET-KEY-1SR2DAFS0UW9R92ZMX80UTKY96HPVMG05SC77E2HUYDQY92PQX7HQAC5A36";

fn identities() -> Vec<Identity> {
    vec![Identity::parse(&SecretString::from(IDENTITY)).ok().unwrap()]
}

#[test]
fn opens_the_known_answer_vector() {
    let opened = open_file(FILE, &"kat.yaml".parse().unwrap(), &identities(), None);
    let opened = opened.unwrap_or_else(|error| panic!("{}", chain(&error)));
    let expected = "\
# note
kind_unencrypted: v1
data:
    pw: hunter2
    empty: \"\"
    none: null
    list:
        - 42
        - 1.5
        - true
";
    assert_eq!(std::str::from_utf8(&opened).unwrap(), expected);
}

#[test]
fn a_plain_sops_file_needs_compat() {
    use signet_envelope::ScopeError;
    let identities = identities();
    let mut place = Place::team_a();
    place.recipients.required = [identities[0].recipient().to_owned()].into();
    let open = |scope: &Scope| open_file(FILE, &place.path, &identities, Some(scope));
    assert!(matches!(
        open(&place.scope()),
        Err(OpenError::Scope(ScopeError::NoSeal { .. }))
    ));
    assert!(
        open(&Scope {
            mode: SealedMode::Compat,
            ..place.scope()
        })
        .is_ok()
    );
}

#[test]
fn the_mac_is_checked_without_a_seal_too() {
    let changed = FILE.replace("kind_unencrypted: v1", "kind_unencrypted: v2");
    let refusal = open_file(&changed, &"kat.yaml".parse().unwrap(), &identities(), None);
    assert!(matches!(refusal, Err(OpenError::Mac { .. })));
}
