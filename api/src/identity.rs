//! The sealed key that opens a tenant's files on a cluster: `signet/identities/<cluster>/<tenant>.yaml`.

use serde::Deserialize;
use signet_yaml::quote;
use zeroize::Zeroizing;

use crate::document::{self, Sealable};
use crate::{API_VERSION, DocumentError, RepoPath, recipient};

const KIND: &str = "Identity";

/// An identity, sealed as it stands in the repository or opened.
///
/// Has no `Debug` and no `Clone`: opened, it is a private key.
pub struct Identity {
    /// The tenant, or `cluster` for the cluster's own; the file is called so too.
    pub name: String,
    /// The public half.
    pub recipient: String,
    /// The private half: `ENC[…]` in a sealed file.
    pub identity: Zeroizing<String>,
    /// Those that it takes the place of, which open files too until it has.
    pub transitional: Vec<TransitionalIdentity>,
}

/// An identity that another one takes the place of. Has no `Debug` and no `Clone` either.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TransitionalIdentity {
    /// The public half.
    #[serde(deserialize_with = "recipient::one")]
    pub recipient: String,
    /// The private half: `ENC[…]` in a sealed file.
    #[serde(deserialize_with = "private")]
    pub identity: Zeroizing<String>,
}

/// The written form of [`Identity`].
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    #[serde(deserialize_with = "recipient::one")]
    recipient: String,
    #[serde(deserialize_with = "private")]
    identity: Zeroizing<String>,
    #[serde(default)]
    transitional: Vec<TransitionalIdentity>,
}

fn private<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(deserializer).map(Zeroizing::new)
}

impl Identity {
    /// Reads an Identity document, sealed or opened. SOPS' metadata are skipped, not checked.
    ///
    /// # Errors
    /// [`DocumentError`] with the place of the first offence; a name that is not the file's is one.
    pub fn parse(text: &str, path: &RepoPath) -> Result<Self, DocumentError> {
        let read = document::read::<Spec>(text, path, KIND, Sealable::Yes)?;
        let label: crate::Namespace = read.name()?;
        let Spec {
            recipient,
            identity,
            transitional,
        } = read.spec;
        Ok(Self {
            name: label.to_string(),
            recipient,
            identity,
            transitional,
        })
    }

    /// The document as it is before sealing: whoever asks for it seals it at once.
    pub fn to_yaml(&self) -> Zeroizing<String> {
        let Self {
            name,
            recipient,
            identity,
            transitional,
        } = self;
        let head = format!(
            "apiVersion: {API_VERSION}\nkind: {KIND}\nmetadata:\n  name: {}\nspec:\n",
            quote(name)
        );
        let own = pair(recipient, identity, "  ");
        let others = transitional.iter().map(|other| {
            let other = pair(&other.recipient, &other.identity, "    ");
            Zeroizing::new(other.replacen("    ", "  - ", 1))
        });
        let others: Vec<Zeroizing<String>> = others.collect();
        let key = (!others.is_empty()).then_some("  transitional:\n");
        let parts = [head.as_str(), own.as_str()].into_iter().chain(key);
        let parts = parts.chain(others.iter().map(|other| other.as_str()));
        Zeroizing::new(parts.collect::<Vec<_>>().concat())
    }
}

/// The two halves, each on a line of its own.
fn pair(recipient: &str, identity: &str, indent: &str) -> Zeroizing<String> {
    let (recipient, identity) = (quote(recipient), Zeroizing::new(quote(identity)));
    Zeroizing::new(format!(
        "{indent}recipient: {recipient}\n{indent}identity: {}\n",
        *identity
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> RepoPath {
        "signet/identities/prod/team-a.yaml".parse().unwrap()
    }

    #[test]
    fn reads_what_it_wrote() {
        let identity = Identity {
            name: "team-a".to_owned(),
            recipient: "age1x".to_owned(),
            identity: Zeroizing::new("AGE-SECRET-KEY-1X".to_owned()),
            transitional: Vec::new(),
        };
        let text = identity.to_yaml();
        assert!(text.ends_with("spec:\n  recipient: age1x\n  identity: AGE-SECRET-KEY-1X\n"));
        let again = Identity::parse(&text, &path()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(*again.identity, "AGE-SECRET-KEY-1X");
    }

    #[test]
    fn reads_what_it_wrote_of_an_identity_that_takes_the_place_of_another() {
        let text = Identity {
            name: "team-a".to_owned(),
            recipient: "age1new".to_owned(),
            identity: Zeroizing::new("AGE-SECRET-KEY-1NEW".to_owned()),
            transitional: vec![TransitionalIdentity {
                recipient: "age1old".to_owned(),
                identity: Zeroizing::new("AGE-SECRET-KEY-1OLD".to_owned()),
            }],
        }
        .to_yaml();
        let end = "  transitional:\n  - recipient: age1old\n    identity: AGE-SECRET-KEY-1OLD\n";
        assert!(text.ends_with(end));
        let again = Identity::parse(&text, &path()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(again.recipient, "age1new");
        assert_eq!(again.transitional[0].recipient, "age1old");
        assert_eq!(*again.transitional[0].identity, "AGE-SECRET-KEY-1OLD");
    }

    #[test]
    fn no_complaint_quotes_the_text() {
        for text in [
            "kind: [canary",
            "kind: canary",
            "apiVersion: signet.dev/v1alpha1\nkind: Identity\nspec: canary\n",
        ] {
            let Err(error) = Identity::parse(text, &path()) else {
                panic!("{text} is no Identity");
            };
            assert_eq!(error.excerpt, None);
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }

    #[test]
    fn takes_a_sealed_file() {
        let text = "\
apiVersion: signet.dev/v1alpha1
kind: Identity
metadata: {name: team-a}
spec: {recipient: age1x, identity: 'ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]'}
sops: {mac: x, version: 3.11.0}
";
        assert!(Identity::parse(text, &path()).is_ok());
    }

    #[test]
    fn never_repeats_the_private_key_in_an_error() {
        for text in [
            "apiVersion: signet.dev/v1alpha1\nkind: Identity\nmetadata: {name: team-a}\nspec: {recipient: AGE-SECRET-KEY-1CANARY, identity: AGE-SECRET-KEY-1CANARY}\n",
            "apiVersion: signet.dev/v1alpha1\nkind: Identity\nmetadata: {name: team-a}\nspec: {recipient: age1x, identity: [AGE-SECRET-KEY-1CANARY]}\n",
        ] {
            let Err(error) = Identity::parse(text, &path()) else {
                panic!("accepted {text}")
            };
            assert!(!error.to_string().contains("CANARY"), "{error}");
        }
    }
}
