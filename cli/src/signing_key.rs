//! The key with which the person's git signs.

use crate::failure::{Explain, Result};
use crate::gitcmd::Git;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What makes git sign with an SSH key.
pub(crate) const SETUP: &str = "make git sign with an SSH key:\n  \
    git config --global gpg.format ssh\n  \
    git config --global user.signingkey ~/.ssh/id_ed25519.pub";

/// The public key that `user.signingkey` names, or why it cannot be read; none where nothing is named.
///
/// # Errors
/// When git cannot be asked.
pub(crate) fn of(git: &Git) -> Result<Option<Result<String>>> {
    let configured = git.config("user.signingkey")?;
    Ok(configured.map(|configured| public_key(&configured)))
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
    let text = fs::read_to_string(&public).with_context(|| {
        format!(
            "read the public key {} that user.signingkey names",
            public.display()
        )
    })?;
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
    use super::public_key;

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
