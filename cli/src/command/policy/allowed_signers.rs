//! `signet policy allowed-signers`: the policy's keys for people's own git.

use crate::belief::Belief;
use crate::failure::Result;
use crate::pin::Trust;
use crate::repository::Repository;
use crate::session::Session;
use signet_provenance::allowed_signers;

/// Print the keys of the policy that verifies, for `gpg.ssh.allowedSignersFile` of people's own git
#[derive(clap::Args)]
#[command(
    after_help = "The policy is that of the last commit up to the revision that may be believed, so that nobody who can only push adds a key. \
    With the file, git and ssh-keygen from OpenSSH 9.1 on tell whose signature a commit has; whether that person may change its paths, \
    whether the committer's date is right, and whether somebody touched a security key, only `signet verify` tells. Keys that the policy no longer names are not in it.\n\n\
    Example:\n  signet policy allowed-signers > .git/allowed-signers\n  \
    git config gpg.ssh.allowedSignersFile .git/allowed-signers\n  git log --show-signature"
)]
pub(crate) struct AllowedSigners {
    /// A revision
    #[arg(value_name = "REV", default_value = "HEAD")]
    revision: String,
    #[command(flatten)]
    trust: Trust,
}

impl AllowedSigners {
    /// Prints a line for each key.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let repository = Repository::here(out)?;
        let tip = repository.resolve(&self.revision)?;
        let review = Belief::of(repository.store(), self.trust)?
            .judge(tip)?
            .review;
        let good = review.commit;
        if let Some(doubt) = &review.doubt {
            out.warn(format!(
                "agents stop here: {doubt}; the policy is that of {good}, and in doubt too"
            ));
        }
        if let Some(refusal) = &review.refused {
            out.warn(format!(
                "{refusal}; the policy is that of {good}, the last good commit"
            ));
        }
        let signers = allowed_signers(review.authority());
        for key in &signers.left_out {
            out.note(key);
        }
        let lines = signers.lines.iter().flat_map(|line| [line.as_str(), "\n"]);
        Ok(out.bytes(lines.collect::<String>().as_bytes())?)
    }
}
