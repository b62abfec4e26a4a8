//! What sops reads, and what it writes again.

use secrecy::ExposeSecret;
use serde_json::Value as Json;
use signet_envelope::{Recipients, Rule, Store, parse_as};
use signet_seal::{Identity, OpenError, OpenedText, SealError, SealRequest, Voucher};
use signet_tests::dice::Dice;
use signet_tests::sops::{Sops, Version};
use signet_yaml::{Aliases, Limits, Node, parse};

/// A throw-away identity.
const IDENTITY: &str = "AGE-SECRET-KEY-1SR2DAFS0UW9R92ZMX80UTKY96HPVMG05SC77E2HUYDQY92PQX7HQAC5A36";
const RECIPIENT: &str = "age17acs5qxkm64mnl8y4fyw3rskzqq7zfrrec9g67432ag5c4tu0fvqxgfan5";

/// A folder in which sops has the key.
pub(crate) fn sops() -> Sops {
    Sops::new(Version::V3_13, IDENTITY).unwrap()
}

fn identity() -> Identity {
    Identity::parse(&IDENTITY.to_owned().into()).unwrap_or_else(|error| panic!("{error}"))
}

/// The file as sops encrypts it, each value of it; its own message where it refuses.
pub(crate) fn encrypted(sops: &Sops, text: &str) -> Result<String, String> {
    encrypted_file(sops, "text.yaml", text.as_bytes())
}

/// As [`encrypted`], for a file of this name.
pub(crate) fn encrypted_file(sops: &Sops, name: &str, bytes: &[u8]) -> Result<String, String> {
    let rule = format!("age: {RECIPIENT}");
    let sealed = sops.encrypt(name, bytes, &rule);
    sealed
        .map(|sealed| String::from_utf8(sealed).unwrap())
        .map_err(|error| format!("{error:#}"))
}

/// The file as sops encrypts it under another selection rule.
pub(crate) fn encrypted_but(sops: &Sops, text: &str, selection: &str) -> String {
    let rule = format!("{{age: {RECIPIENT}, {selection}}}");
    let sealed = sops.encrypt("text.yaml", text.as_bytes(), &rule).unwrap();
    String::from_utf8(sealed).unwrap()
}

/// The plaintext as sops writes it.
pub(crate) fn decrypted(sops: &Sops, sealed: &str) -> String {
    let text = sops.decrypt("text.yaml", sealed.as_bytes());
    String::from_utf8(text.unwrap()).unwrap()
}

/// The plaintext in JSON, as sops writes it.
pub(crate) fn decrypted_to_json(sops: &Sops, sealed: &str) -> Json {
    std::fs::write(sops.path("text.yaml"), sealed).unwrap();
    let json = sops.run(&["decrypt", "--output-type", "json", "text.yaml"]);
    serde_json::from_slice(&json.unwrap()).unwrap()
}

/// What we open of a file that sops encrypted.
pub(crate) fn opened(sealed: &str) -> String {
    opened_with_notes(sealed).0
}

/// As [`opened`], and how many comments stay sealed.
pub(crate) fn opened_with_notes(sealed: &str) -> (String, usize) {
    let opened = opened_as(Store::Yaml, sealed).unwrap_or_else(|error| panic!("{error}"));
    (
        String::from_utf8(bytes_of(&opened)).unwrap(),
        opened.unopened.len(),
    )
}

/// The bytes of what was opened.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests compare what they have sealed"
)]
pub(crate) fn bytes_of(opened: &OpenedText) -> Vec<u8> {
    opened.text.expose_secret().to_vec()
}

/// What we open of a file of this store.
pub(crate) fn opened_as(store: Store, sealed: &str) -> Result<OpenedText, OpenError> {
    let sealed = parse_as(store, sealed, &"text".parse().unwrap())?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the tests open what they have sealed"
    )]
    signet_seal::open_sealed(&sealed, &[identity()], None)
}

/// The text as we seal it, each value of it, without a seal.
pub(crate) fn sealed(text: &str) -> Result<String, SealError> {
    let path = "text.yaml".parse().unwrap();
    let recipients = Recipients {
        required: [RECIPIENT.to_owned()].into(),
        transitional: [].into(),
    };
    let request = SealRequest {
        path: &path,
        store: Store::Yaml,
        place: None,
        in_fleet: false,
        recipients: &recipients,
        key_groups: None,
        rule: Some(Rule::default()),
        mac_only_encrypted: false,
        identities: &[],
        vouched_by: Voucher::Nobody,
        now: "2026-01-02T03:04:05Z".parse().unwrap(),
    };
    let mut dice = Dice::new(7);
    signet_seal::seal_file(text, &request, &mut |bytes: &mut [u8]| dice.fill(bytes))
}

/// The root of the only document.
pub(crate) fn root(text: &str) -> Node {
    let stream = parse(text, &Limits::SEALED, Aliases::Expand);
    let stream = stream.unwrap_or_else(|error| panic!("{error}\n{text}"));
    stream.documents.into_iter().next().unwrap().root.unwrap()
}
