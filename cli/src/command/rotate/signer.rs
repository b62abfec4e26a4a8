//! `signet rotate signer`: a key of a principal gives way to another one.

mod exchange;
mod next;

use crate::belief::Belief;
use crate::beneath::Beneath;
use crate::command::Answer;
use crate::consent::Consent;
use crate::documents::policy::{public_key, refuse_other};
use crate::documents::signer::Fate;
use crate::failure::Result;
use crate::files::Changes;
use crate::moment::Moment;
use crate::output::Output;
use crate::output::shell::word;
use crate::pin::Trust;
use crate::place::Place;
use crate::repository::Repository;
use crate::session::Session;
use exchange::Exchange;
use next::Next;
use signet_api::{POLICY_PATH, RepoPath, certificate_path};
use signet_provenance::Succession;

/// Have a key of a principal give way to another one in the policy
#[derive(clap::Args)]
#[command(
    after_help = "Writes to the work tree and leaves signing and committing to you. The old key goes at once; with --overlap it counts for so long beside the new one. \
    Whoever signs a change of the policy has to have the same key before and after it. Where the root group would be too few for that, as where \
    its only signer gets another key, the new key comes beside the old one first, in a commit that the old one signs, and the same command again takes the old \
    one away, in a commit that the new one signs.\n\
    What the old key signs in an overlap counts for whoever sees it before that ends; a clone that is made later takes `signet verify --at-least`. \
    A key that was stolen is revoked: `signet revoke`, once the new one is there.\n\n\
    Example:\n  signet rotate signer dave --key dave-2.pub\n  \
    signet rotate signer dave --key 'ssh-ed25519 AAAA… dave' --old SHA256:4f9c --overlap 7d"
)]
pub(super) struct RotateSigner {
    /// The principal
    #[arg(value_name = "NAME")]
    principal: String,
    /// The key that comes: the public key, a file with it, or openpgp: and a full fingerprint
    #[arg(long, value_name = "PUBLICKEY", value_parser = coming)]
    key: String,
    /// The key that goes, where the principal has several: its fingerprint or the beginning of it, the public key, or a file with it
    #[arg(long, value_name = "KEY")]
    old: Option<String>,
    /// Have the old key count for so long, such as 12h or 7d, or until a date
    #[arg(long, value_name = "DURATION")]
    overlap: Option<Moment>,
    /// Say what would be done, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    consent: Consent,
}

/// A key as the policy names it.
fn coming(text: &str) -> std::result::Result<String, String> {
    if text.starts_with("openpgp:") {
        return Ok(text.to_owned());
    }
    public_key(text)
}

impl RotateSigner {
    /// Writes the policy, and says who signs it with which key.
    pub(super) fn run(self, session: &Session) -> Result<Answer> {
        let out = &session.out;
        let repository = Repository::here(out)?;
        let head = repository.resolve("HEAD")?;
        let judged = Belief::of(repository.store(), self.trust)?.judge(head)?;
        let review = judged.review;
        if let Some(refusal) = &review.refused {
            out.warn(format!("{refusal}; this follows what is good before that"));
        }
        let path: RepoPath = POLICY_PATH.parse()?;
        let text = repository.document(&path)?;
        let governing = review.authority();
        let exchange = Exchange::of(&self, &review, &text)?;
        let others = exchange.without_its_step();
        refuse_other(&others, governing.policy(), review.commit)?;
        let asked = exchange.fate(self.overlap)?;
        if let Some(at) = exchange.ended(asked) {
            out.note(format!(
                "{} of {} ends at {at} already, beside {}",
                exchange.old, self.principal, exchange.new
            ));
            return Ok(Answer::Done);
        }
        let next = Next::of(&exchange, asked, &repository)?;
        out.note(next.summary(&exchange));
        for remark in next.remarks(&exchange) {
            out.warn(remark);
        }
        let beneath = Beneath::reviewed(&repository, &review);
        beneath.agree(self.consent.rehearsed_if(self.dry_run))?;
        if next.text == text && beneath.has_policy(&text)? {
            out.note("HEAD has that already, and nothing is written: it is so once HEAD verifies");
            return Ok(Answer::Done);
        }
        if next.text != text {
            let mut changes = Changes::to(repository.root());
            changes.replace(path, text.as_str(), next.text.clone());
            changes.list(out)?;
            if !self.dry_run {
                changes.apply()?;
            }
        }
        if !self.dry_run {
            self.tell(&exchange, &next, &repository, out)?;
        }
        Ok(Answer::Done)
    }

    /// Says who commits that and how, and what then is next.
    fn tell(
        &self,
        exchange: &Exchange,
        next: &Next,
        repository: &Repository,
        out: &Output,
    ) -> Result<()> {
        let place = Place::of(repository.root())?;
        let certificate = self.key.strip_prefix("openpgp:");
        let certificate = certificate.map(|key| certificate_path(key).to_string());
        let files = std::iter::once(POLICY_PATH).chain(certificate.as_deref());
        let files: Vec<String> = files.map(|file| word(&place.name(file))).collect();
        out.note(format!(
            "next: git add {} && git commit -S -m {} && git push",
            files.join(" "),
            word(&format!("Rotate a key of {}", self.principal))
        ));
        out.note(format!("signed by {}", signers(&next.succession)));
        if let Some(warning) = next.mismatch(repository)? {
            out.warn(warning);
        }
        let old = &exchange.old;
        out.note(match next.fate {
            Fate::Stays => format!(
                "then: once that is in and git signs with {} (user.signingkey), the same command again {} {old}",
                exchange.new,
                if self.overlap.is_some() { "gives an end to" } else { "takes away" }
            ),
            Fate::Goes => format!(
                "once that is in, what {old} signed counts no more where it is not in before: branches are signed anew, and approvals are given anew"
            ),
            Fate::Ends(at) => format!(
                "what {old} signed counts no more where it is not in before {at}: branches are signed anew, and approvals are given anew"
            ),
        });
        Ok(())
    }
}

/// Who can sign a change of the policy, each with which key.
fn signers(succession: &Succession) -> String {
    let signers = succession.signers.iter().map(|(name, keys)| {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        format!("{name} with {}", keys.join(" or "))
    });
    let signers = signers.collect::<Vec<_>>().join(", or ");
    match succession.threshold {
        0 | 1 => signers,
        threshold => format!(
            "{signers}; {} more of them have to approve it with such a key (`signet approve`)",
            threshold - 1
        ),
    }
}
