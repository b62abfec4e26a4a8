//! Identities that this run makes, and the file that a person keeps one in.

use crate::clock;
use crate::random::from_system;
use secrecy::{ExposeSecret, SecretString};
use signet_api::Identity as IdentityDocument;
use signet_seal::Identity;
use zeroize::Zeroizing;

/// An identity that was just made.
pub(crate) struct NewIdentity {
    name: String,
    identity: Identity,
    secret: SecretString,
}

impl NewIdentity {
    /// A fresh identity for the document of this name.
    pub(crate) fn generate(name: &str) -> Self {
        let (identity, secret) = generate(false);
        Self {
            name: name.to_owned(),
            identity,
            secret,
        }
    }

    /// Its public half.
    pub(crate) fn recipient(&self) -> &str {
        self.identity.recipient()
    }

    /// The text of an identity file, as age-keygen writes it.
    pub(crate) fn identity_file(&self) -> Zeroizing<String> {
        identity_file(self.recipient(), &self.secret)
    }

    /// The text of the document, to be sealed at once.
    pub(crate) fn document(&self) -> Zeroizing<String> {
        self.in_document().to_yaml()
    }

    /// The document.
    #[expect(
        clippy::disallowed_methods,
        reason = "the document of a new identity holds it until it is sealed"
    )]
    pub(crate) fn in_document(&self) -> IdentityDocument {
        IdentityDocument {
            name: self.name.clone(),
            recipient: self.recipient().to_owned(),
            identity: Zeroizing::new(self.secret.expose_secret().to_owned()),
            transitional: Vec::new(),
        }
    }
}

/// A fresh identity and its text; a post-quantum one where that is wanted.
pub(crate) fn generate(post_quantum: bool) -> (Identity, SecretString) {
    if post_quantum {
        Identity::generate_post_quantum(&mut from_system)
    } else {
        Identity::generate(&mut from_system)
    }
}

/// The text of an identity file, as age-keygen writes it.
#[expect(
    clippy::disallowed_methods,
    reason = "an identity is handed to the person who asked for it"
)]
pub(crate) fn identity_file(recipient: &str, secret: &SecretString) -> Zeroizing<String> {
    Zeroizing::new(format!(
        "# created: {:.0}\n# public key: {recipient}\n{}\n",
        clock::now(),
        secret.expose_secret()
    ))
}
