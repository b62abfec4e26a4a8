//! What sops reads, and what it writes again.

use serde_json::Value as Json;
use signet_envelope::Store;
use signet_seal::Identity;
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
    let rule = format!("age: {RECIPIENT}");
    let sealed = sops.encrypt("text.yaml", text.as_bytes(), &rule);
    sealed
        .map(|sealed| String::from_utf8(sealed).unwrap())
        .map_err(|error| format!("{error:#}"))
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
    let path = "text.yaml".parse().unwrap();
    #[expect(
        clippy::disallowed_methods,
        reason = "the tests open what they have sealed"
    )]
    let opened = signet_seal::open_file(sealed, Store::Yaml, &path, &[identity()], None);
    let opened = opened.unwrap_or_else(|error| panic!("{error}"));
    String::from_utf8(opened.to_vec()).unwrap()
}

/// The root of the only document.
pub(crate) fn root(text: &str) -> Node {
    let stream = parse(text, &Limits::SEALED, Aliases::Expand);
    let stream = stream.unwrap_or_else(|error| panic!("{error}\n{text}"));
    stream.documents.into_iter().next().unwrap().root.unwrap()
}
