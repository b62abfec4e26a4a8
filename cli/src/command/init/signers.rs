//! The first signers: those that were named, or the person whose git this is.

use super::place::Place;
use crate::documents::policy::Signer;
use crate::failure::{Explain, Result, failed, refused};
use crate::gitcmd::Git;
use crate::output::Output;
use crate::signing_key;

/// The signers that were named or, without any, the key that git signs with.
pub(super) fn or_configured(
    named: Vec<Signer>,
    place: &Place,
    out: &Output,
) -> Result<Vec<Signer>> {
    if !named.is_empty() {
        return Ok(named);
    }
    let git = Git::at(place.root(), out);
    let key = signing_key::of(&git)?.ok_or_else(|| {
        refused("git has no user.signingkey, and no --signer is given").hint(signing_key::SETUP)
    })?;
    let signer = Signer {
        name: person(&git)?,
        key: Some(key.hint("say who signs with --signer NAME=PUBLICKEY")?),
    };
    Ok(vec![signer])
}

/// What stands before the `@` of the person's address.
fn person(git: &Git) -> Result<String> {
    let address = git.config("user.email")?.or(git.config("user.name")?);
    let name = address.as_deref().map(name_from).unwrap_or_default();
    if name.is_empty() {
        return Err(failed("git has neither user.email nor user.name")
            .hint("say who signs with --signer NAME=PUBLICKEY"));
    }
    Ok(name)
}

fn name_from(address: &str) -> String {
    let local = address.split('@').next().unwrap_or_default().to_lowercase();
    let name: String = local
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || ".-_".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect();
    name.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::name_from;

    #[test]
    fn a_person_is_called_as_their_address_begins() {
        assert_eq!(name_from("Alice.Doe@example.org"), "alice.doe");
        assert_eq!(name_from("Bob Smith"), "bob-smith");
        assert_eq!(name_from("@"), "");
    }
}
