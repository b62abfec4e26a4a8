//! `signet init`: a state repository in two signed commits.

mod anchor;
mod place;
mod policy;
mod rehearsal;
mod signers;

use crate::documents::policy::Signer;
use crate::failure::{Explain, Result, failed};
use crate::files::Changes;
use crate::output::{Output, some_of};
use crate::random;
use crate::recovery_key::hand_out;
use crate::repository::Repository;
use crate::session::Session;
use crate::{clock, new_identity, pin};
use place::Place;
use signet_api::{ANCHOR_PATH, Anchor, POLICY_PATH, RepoPath};
use signet_provenance::{State, TrustRoot, uncovered, verify};
use std::path::PathBuf;

/// Make a state repository in the current Git work tree
#[derive(clap::Args)]
#[command(
    after_help = "Makes the policy, a signed commit that introduces the repository, and the anchor that names it.\n\
    Your git must sign with an SSH key: gpg.format ssh and user.signingkey.\n\n\
    Example:\n  signet init --recovery-out /media/usb/recovery.key"
)]
pub(crate) struct Init {
    /// Who may change the policy (default: the key that `git config user.signingkey` names)
    #[arg(long = "signer", value_name = "NAME=PUBLICKEY")]
    signers: Vec<Signer>,
    /// Write the recovery key to this new file (mode 0600) instead of printing it once to the terminal
    #[arg(long, value_name = "FILE")]
    recovery_out: Option<PathBuf>,
    /// The ref that clusters follow (default: the current branch, or refs/heads/main)
    #[arg(long = "ref", value_name = "REF")]
    reference: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl Init {
    /// Makes the repository; until the first commit stands, nothing is left behind when something fails.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let place = Place::find(self.reference.as_deref(), out)?;
        let signers = signers::or_configured(self.signers, &place, out)?;
        let (recovery, secret) = new_identity::generate(false);
        let policy = policy::text(
            &random::identifier(),
            place.reference(),
            &signers,
            recovery.recipient(),
        )?;
        rehearsal::sign(place.signing_folder(), &policy, out)?;
        if self.dry_run {
            out.note(format!(
                "would sign and commit {POLICY_PATH} and {ANCHOR_PATH} in {}",
                place.root().display()
            ));
            return Ok(());
        }
        let key = hand_out(
            self.recovery_out.as_deref(),
            place.root(),
            &recovery,
            &secret,
            out,
        )?;
        let repository = introduce(&place, policy, out)?;
        if let Some(key) = key {
            key.keep();
        }
        let anchor = anchor::of_head(&repository, place.reference(), &recovery)?;
        let without_rule = verify_in_process(&repository, &anchor)?;
        pin::write(repository.store(), &anchor)?;
        commit_anchor(&repository, &anchor)?;
        report(&repository, &anchor, &without_rule, out)
    }
}

/// The first signed commit: the policy.
fn introduce<'a>(place: &Place, policy: String, out: &'a Output) -> Result<Repository<'a>> {
    place.create(out)?;
    place.tell(out);
    let repository = Repository::at(place.root().to_owned(), out)?;
    let mut changes = Changes::to(repository.root());
    changes.create(POLICY_PATH.parse()?, policy)?;
    changes.apply()?;
    if let Err(failure) = commit(
        &repository,
        POLICY_PATH,
        "signet: introduce the state repository",
    ) {
        place::clear_away(&repository);
        return Err(failure);
    }
    Repository::at(place.root().to_owned(), out)
}

/// The second signed commit, which names the first.
fn commit_anchor(repository: &Repository, anchor: &Anchor) -> Result<()> {
    let mut changes = Changes::to(repository.root());
    changes.create(ANCHOR_PATH.parse()?, anchor::text(anchor))?;
    changes.apply()?;
    commit(repository, ANCHOR_PATH, "signet: name the introduction")
        .hint(format!("the introduction stands; finish with: git commit -S -m 'signet: name the introduction' -- {ANCHOR_PATH}"))
}

fn commit(repository: &Repository, path: &str, message: &str) -> Result<()> {
    let git = repository.git();
    git.run(&["add", "--", path])?;
    git.run(&["commit", "--quiet", "-S", "-m", message, "--", path])
        .with_context(|| format!("commit {path}"))
        .hint("what git or a hook of this repository said stands above")
}

/// What was there before, and nobody may change by the policy: what was just committed must be what everybody else will accept.
fn verify_in_process(repository: &Repository, anchor: &Anchor) -> Result<Vec<String>> {
    let head = repository.resolve("HEAD")?;
    let root = TrustRoot::try_from(anchor)?;
    let verdict = verify(
        repository.store().objects(),
        head,
        &[],
        &root,
        &State::default(),
        clock::now(),
    )
    .context("verify the introduction")?;
    if let Some(refusal) = verdict.refused {
        return Err(failed(refusal).context("verify the introduction"));
    }
    let paths = verdict.tree.paths()?.into_iter();
    let paths = paths.filter_map(|(path, _)| str::from_utf8(&path).ok()?.parse().ok());
    let paths: Vec<RepoPath> = paths.collect();
    let without_rule = uncovered(&verdict.policy, &paths);
    Ok(without_rule.iter().map(RepoPath::to_string).collect())
}

fn report(
    repository: &Repository,
    anchor: &Anchor,
    without_rule: &[String],
    out: &Output,
) -> Result<()> {
    out.line(format!("repository    {}", anchor.repository))?;
    out.line(format!("ref           {}", anchor.reference))?;
    out.line(format!("introduction  {}", anchor.introduction.commit))?;
    out.line(format!("signed by     {}", anchor.introduction.signer))?;
    out.note(format!(
        "pinned for this clone in {}",
        pin::place(repository.store()).display()
    ));
    if !without_rule.is_empty() {
        out.note(format!(
            "no rule of {POLICY_PATH} names these, so nobody may change them until the root group adds one: {}",
            some_of(without_rule)
        ));
    }
    out.note("next: signet cluster add NAME --identity-out FILE");
    Ok(())
}
