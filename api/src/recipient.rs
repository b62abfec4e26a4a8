//! Recipients: the public halves of identities, as age writes them.

use serde::{Deserialize, Deserializer, de};

/// Reads one recipient.
pub(crate) fn one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Recipient::deserialize(deserializer).map(|recipient| recipient.0)
}

/// Reads a list of recipients.
pub(crate) fn many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let recipients = Vec::<Recipient>::deserialize(deserializer)?;
    Ok(recipients
        .into_iter()
        .map(|recipient| recipient.0)
        .collect())
}

/// A text of the right kind; whether it is a key is for `seal` to say, which has the ciphers.
struct Recipient(String);

impl<'de> Deserialize<'de> for Recipient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
            return Err(de::Error::custom(
                "this is a private key, and whoever can read the file has it: a recipient begins with `age1`",
            ));
        }
        if !text.starts_with("age1") && !text.starts_with("ssh-") {
            return Err(de::Error::custom(
                "a recipient begins with `age1` or `ssh-`",
            ));
        }
        Ok(Self(text))
    }
}
