//! The first signers: those that were named, or the person whose git this is.

use super::place::Place;
use crate::documents::policy::Signer;
use crate::failure::{Explain, Result, failed, refused};
use crate::gitcmd::Git;
use crate::output::Output;
use std::path::{Path, PathBuf};
use std::{env, fs};

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
    let key = git.config("user.signingkey")?.ok_or_else(|| {
        refused("git has no user.signingkey, and no --signer is given").hint(
            "git config --global gpg.format ssh\n  \
             git config --global user.signingkey ~/.ssh/id_ed25519.pub",
        )
    })?;
    let signer = Signer {
        name: person(&git)?,
        key: Some(public_key(&key)?),
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

/// The public key that `user.signingkey` means: itself, or a file (gitconfig, `user.signingKey`).
fn public_key(configured: &str) -> Result<String> {
    if let Some(key) = configured.strip_prefix("key::") {
        return Ok(key.trim().to_owned());
    }
    if configured.starts_with("ssh-") {
        return Ok(configured.to_owned());
    }
    let file = in_home(configured);
    let public = match file.extension() {
        Some(extension) if extension == "pub" => file,
        _ => PathBuf::from(format!("{}.pub", file.display())),
    };
    let text = fs::read_to_string(&public)
        .with_context(|| {
            format!(
                "read the public key {} that user.signingkey names",
                public.display()
            )
        })
        .hint("say who signs with --signer NAME=PUBLICKEY")?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

fn in_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), env::var_os("HOME")) {
        (Some(below), Some(home)) => Path::new(&home).join(below),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::{name_from, public_key};

    #[test]
    fn a_person_is_called_as_their_address_begins() {
        assert_eq!(name_from("Alice.Doe@example.org"), "alice.doe");
        assert_eq!(name_from("Bob Smith"), "bob-smith");
        assert_eq!(name_from("@"), "");
    }

    #[test]
    fn a_key_may_stand_in_the_configuration_itself() {
        let key = |text| public_key(text).expect("a key");
        assert_eq!(
            key("key::sk-ssh-ed25519@openssh.com AAAA me"),
            "sk-ssh-ed25519@openssh.com AAAA me"
        );
        assert_eq!(key("ssh-ed25519 AAAA me"), "ssh-ed25519 AAAA me");
    }

    #[test]
    fn of_a_private_key_the_public_file_beside_it_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("id"), "PRIVATE").expect("written");
        std::fs::write(folder.path().join("id.pub"), "ssh-ed25519 AAAA me\n").expect("written");
        let configured = folder.path().join("id");
        let key = public_key(configured.to_str().expect("UTF-8")).expect("a key");
        assert_eq!(key, "ssh-ed25519 AAAA me");
    }
}
