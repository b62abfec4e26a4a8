//! `signet textconv`: a sealed file as text for `git diff` and `git log -p`.

mod redacted;

use crate::failure::{Explain, Result};
use crate::identities::{IdentityArgs, Lock};
use crate::opening;
use crate::output::Output;
use crate::output::visible::visible;
use crate::reading;
use crate::session::Session;
use crate::store_args::StoreArgs;
use secrecy::ExposeSecret;
use signet_api::RepoPath;
use signet_envelope::{Store, is_sealed};
use signet_seal::ClearText;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Print a sealed file for `git diff`: which values changed, or with --open what they hold
#[derive(clap::Args)]
#[command(
    after_help = "Without --open no key is needed: a digest of the ciphertext stands for each value, and the recipients for the rest.\n\
    With --open, a file that no identity opens is shown so as well. A file that is not sealed is printed as it is.\n\n\
    Example:\n  git config diff.signet.textconv 'signet textconv --'\n  signet textconv tenants/team-a/prod/db.yaml"
)]
pub(crate) struct Textconv {
    /// The file
    file: PathBuf,
    /// Print the plaintext
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    identity: IdentityArgs,
}

impl Textconv {
    /// Prints the text.
    ///
    /// No passphrase is asked for, even at a terminal: Git runs this once for each version of each file, mostly behind a pager
    /// that reads the same keyboard and draws on the same screen.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let doing = || format!("read {}", self.file.display());
        let bytes = match reading::file(&self.file) {
            // It is not sealed, and need not be held to be shown as it is.
            Err(error) if error.kind() == ErrorKind::FileTooLarge => {
                let file = File::open(&self.file).with_context(doing)?;
                return out.stream(file).with_context(doing);
            }
            bytes => bytes.with_context(doing)?,
        };
        let text = str::from_utf8(&bytes).ok().filter(|_| is_sealed(&bytes));
        let (Some(text), Some(path)) = (text, name(&self.file)) else {
            return Ok(out.bytes(&bytes)?);
        };
        let store = self.store.of(&path);
        if self.open {
            // Git shows no difference at all where this fails, and a file that does not open may be why somebody looks.
            match self.opened(store, text, &path, out) {
                Ok(opened) => return Self::show(&opened, out),
                Err(failure) => out.warn(failure.report(false).trim_end()),
            }
        }
        let redacted = redacted::redacted(store, text, &path);
        Ok(out.bytes(shown(redacted.as_bytes()).as_bytes())?)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a person asked to see in a diff what the file holds"
    )]
    fn show(opened: &ClearText, out: &Output) -> Result<()> {
        Ok(out.bytes(shown(opened.expose_secret()).as_bytes())?)
    }

    fn opened(&self, store: Store, text: &str, path: &RepoPath, out: &Output) -> Result<ClearText> {
        let sealed = opening::read(store, text, path, Path::new(path.as_str()))?;
        let found = self.identity.find_unasked(&[Lock::of(&sealed)])?;
        opening::open_sealed(&sealed, &found, out)
    }
}

/// The lines as they are, in which nothing controls the terminal: git passes on to it what this prints.
fn shown(bytes: &[u8]) -> Zeroizing<String> {
    let mut shown = Zeroizing::new(String::with_capacity(bytes.len()));
    for chunk in bytes.utf8_chunks() {
        for (number, part) in chunk.valid().split("\r\n").enumerate() {
            shown.push_str(if number > 0 { "\r\n" } else { "" });
            shown.push_str(&visible(part));
        }
        shown.extend(chunk.invalid().escape_ascii().map(char::from));
    }
    shown
}

/// The file's name, which says what store it is of: Git passes files of its own that end as the file does.
fn name(file: &Path) -> Option<RepoPath> {
    file.file_name()?.to_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn lines_stay_and_nothing_in_them_controls_the_terminal() {
        let text = b"a: \x1b[31mred\r\n\tb: \xff\x9b x\rc\n";
        assert_eq!(
            *shown(text),
            "a: \\u{1b}[31mred\r\n\tb: \\xff\\x9b x\\u{d}c\n"
        );
    }
}
