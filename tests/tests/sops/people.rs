//! Who can open the files of the tests.

use secrecy::{ExposeSecret, SecretString};
use signet_seal::Identity;

/// For whom a file is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Audience {
    /// One recipient.
    One,
    /// Five, of which the last opens.
    Many,
    /// Three groups with two keys each, of which two are needed; there are keys for the first and the last.
    Shamir,
}

impl Audience {
    pub(crate) const ALL: [Self; 3] = [Self::One, Self::Many, Self::Shamir];

    /// The numbers of the people in each group.
    pub(crate) fn groups(self) -> Vec<Vec<u8>> {
        match self {
            Self::One => vec![vec![1]],
            Self::Many => vec![vec![2, 3, 4, 5, 1]],
            Self::Shamir => vec![vec![1, 2], vec![3, 4], vec![5, 6]],
        }
    }

    /// The numbers of the people who open.
    pub(crate) fn openers(self) -> Vec<u8> {
        match self {
            Self::One | Self::Many => vec![1],
            Self::Shamir => vec![1, 6],
        }
    }

    /// sops' setting of a creation rule.
    pub(crate) fn setting(self) -> String {
        let list = |group: &Vec<u8>| {
            let names: Vec<String> = group.iter().map(|&number| recipient(number)).collect();
            names.join(", ")
        };
        let groups = self.groups();
        if let [group] = groups.as_slice() {
            return format!("age: [{}]", list(group));
        }
        let groups: Vec<String> = groups
            .iter()
            .map(|group| format!("{{age: [{}]}}", list(group)))
            .collect();
        format!("shamir_threshold: 2, key_groups: [{}]", groups.join(", "))
    }
}

/// A person's identity, made of their number.
pub(crate) fn identity(number: u8) -> Identity {
    person(number).0
}

/// The text of the identities that open for an audience, as sops reads them.
#[expect(
    clippy::disallowed_methods,
    reason = "sops reads the throw-away identities from a file"
)]
pub(crate) fn key_file(audience: Audience) -> String {
    let lines: Vec<String> = audience
        .openers()
        .into_iter()
        .map(|number| person(number).1.expose_secret().to_owned())
        .collect();
    lines.join("\n") + "\n"
}

pub(crate) fn recipient(number: u8) -> String {
    identity(number).recipient().to_owned()
}

fn person(number: u8) -> (Identity, SecretString) {
    Identity::generate(&mut |bytes: &mut [u8]| bytes.fill(number))
}
