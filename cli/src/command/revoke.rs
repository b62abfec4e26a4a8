//! `signet revoke`: a key that is not believed any more, in the policy.

use crate::belief::Belief;
use crate::beneath::Beneath;
use crate::clock;
use crate::consent::Consent;
use crate::documents::revocation;
use crate::failure::{Explain, Result, refused, usage};
use crate::files::Changes;
use crate::moment::Moment;
use crate::named_key;
use crate::output::shell::word;
use crate::pin::Trust;
use crate::place::Place;
use crate::repository::Repository;
use crate::session::Session;
use jiff::Timestamp;
use signet_api::{POLICY_PATH, Policy, Revocation, RevocationMode};
use signet_provenance::{Authority, PolicyRemark, Signer, Step, fingerprint_of};
use std::fmt::Write as _;

/// Revoke a key in the policy: it signs and approves nothing from then on
#[derive(clap::Args)]
#[command(
    after_help = "Writes to the work tree and leaves signing and committing to you. A soft revocation, for a key whose holder left, refuses what comes \
    after it. A hard one, for a key that was stolen, also casts doubt on what was accepted since then: agents stop at a history that the key has a part in, \
    until what it signed was reviewed. A cluster believes its own TrustAnchor first: there a key is revoked at once, whatever Git holds.\n\n\
    Example:\n  signet revoke dave\n  signet revoke SHA256:4f9c… --hard --since 2026-11-20T08:00:00Z"
)]
pub(crate) struct Revoke {
    /// The key's fingerprint, the public key or a file with it, or a principal who has one key
    #[arg(value_name = "KEY")]
    key: String,
    /// Cast doubt on what was accepted since then, too
    #[arg(long, requires = "since")]
    hard: bool,
    /// From when on: 2026-11-20T08:00:00Z, a date, or how long ago, such as 12h or 3d (default: now)
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Say what it would mean and which file would change, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    consent: Consent,
}

impl Revoke {
    /// Writes the policy, once it is said what the key has a part in.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let repository = Repository::here(out)?;
        let head = repository.resolve("HEAD")?;
        let belief = Belief::of(repository.store(), self.trust)?;
        let judged = belief.judge(head)?;
        let steps = belief.steps(&judged)?;
        let review = judged.review;
        let policy = review.authority().policy();
        let now = clock::now();
        let revocation = Revocation {
            key: fingerprint(&self.key, policy)?,
            mode: if self.hard {
                RevocationMode::Hard
            } else {
                RevocationMode::Soft
            },
            since: match self.since {
                Some(since) => since.back(now)?,
                // What was signed in this very second stays.
                None => Timestamp::from_second(now.as_second() + 1)?,
            },
        };
        let text = repository.document(&POLICY_PATH.parse()?)?;
        let proposed = Policy::parse(&text, &POLICY_PATH.parse()?)?;
        let beneath = Beneath::reviewed(&repository, &review);
        refuse_twice(&revocation, &proposed)?;
        let mut changes = Changes::to(repository.root());
        let text = revocation::added_to(&text, &revocation, policy.version)?;
        let left = left_without(
            &text,
            review.authority(),
            revocation.since.max(now),
            &repository,
        )?;
        changes.write(POLICY_PATH.parse()?, text);
        if let Some(doubt) = &review.doubt {
            out.warn(format!("agents stop here: {doubt}"));
        }
        if let Some(refusal) = &review.refused {
            out.warn(format!(
                "{refusal}; what follows is about what is good before that"
            ));
        }
        out.note(told(&revocation, policy, &steps));
        for rule in left {
            out.warn(rule);
        }
        beneath.tell_of_own(&proposed, out)?;
        beneath.agree(self.consent.rehearsed_if(self.dry_run))?;
        changes.list(out)?;
        if self.dry_run {
            return Ok(());
        }
        changes.apply()?;
        let file = word(&Place::of(repository.root())?.name(POLICY_PATH));
        out.note(format!(
            "next: git add {file} && git commit -S -m 'Revoke a key'; `signet policy check` names what the policy lacks now"
        ));
        out.note(format!(
            "at once, in each cluster: kubectl edit trustanchor, and under spec.revoked:\n  - {}",
            revocation::entry(&revocation)
        ));
        Ok(())
    }
}

/// The rules of a new policy that too few are left for at this time, and were not before, each as a sentence about their paths.
fn left_without(
    text: &str,
    governing: &Authority,
    at: Timestamp,
    repository: &Repository,
) -> Result<Vec<String>> {
    let policy = Policy::parse(text, &POLICY_PATH.parse()?)?;
    let certificates = repository.certificates(&policy)?;
    let authority = Authority::new(policy, &certificates);
    let authority = authority.context("the policy without the key would be refused")?;
    let before = governing.review(at);
    let left = authority.review(at).into_iter();
    let left = left.filter(|remark| !before.contains(remark));
    let told = left.filter_map(|remark| match &remark {
        PolicyRemark::TooFewAtPresent { rule, .. } => {
            let rule = authority.policy().rules.get(rule.checked_sub(1)?)?;
            let paths: Vec<String> = rule.paths.iter().map(ToString::to_string).collect();
            let paths = paths.join(", ");
            Some(format!("once that is in, nobody can change {paths}: {remark}; give the group another member, or a member another key"))
        }
        _ => None,
    });
    Ok(told.collect())
}

/// The fingerprint of the key that is meant.
fn fingerprint(named: &str, policy: &Policy) -> Result<String> {
    if let Some(principal) = policy.principals.get(named) {
        let keys = principal.keys.iter();
        let keys: Vec<String> = keys.filter_map(|key| fingerprint_of(&key.key)).collect();
        return match &keys[..] {
            [key] => Ok(key.clone()),
            _ => Err(
                usage(format!("{named} has {} keys; name the one", keys.len()))
                    .hint(keys.join(", ")),
            ),
        };
    }
    named_key::fingerprint(named, "no principal of the policy")
}

/// An entry of the work tree counts too: it is about to be committed.
fn refuse_twice(revocation: &Revocation, policy: &Policy) -> Result<()> {
    let key = &revocation.key;
    let is_same = |there: &&Revocation| fingerprint_of(&there.key).as_ref() == Some(key);
    match policy.revoked.iter().find(is_same) {
        None => Ok(()),
        Some(there) => {
            let entry = revocation::entry(there);
            let again = refused(format!("{key} is revoked already: {entry}"));
            Err(again.hint(format!("change the entry in {POLICY_PATH}")))
        }
    }
}

/// What the revocation means for the history that was accepted.
fn told(revocation: &Revocation, policy: &Policy, steps: &[Step]) -> String {
    let Revocation { key, mode, since } = revocation;
    let holder = policy.principals.iter().find(|(_, principal)| {
        let mut keys = principal.keys.iter();
        keys.any(|held| fingerprint_of(&held.key).as_ref() == Some(key))
    });
    // A subkey stands in no policy, and in what it signed.
    let holder = holder.map(|(name, _)| name.clone());
    let holder = holder.or_else(|| {
        let signer = steps.iter().find_map(|step| by_key(step, revocation))?;
        Some(signer.principal.clone())
    });
    let whose = match holder {
        Some(name) => format!(" of {name}"),
        None => ", which no principal has,".to_owned(),
    };
    let mut text = format!("revokes {key}{whose} since {since}\n");
    let has_part = |step: &&Step| step.refused.is_none() && by_key(step, revocation).is_some();
    let all: Vec<&Step> = steps.iter().filter(has_part).collect();
    let is_later = |step: &&&Step| step.committed.is_some_and(|at| at >= *since);
    let later: Vec<&&Step> = all.iter().filter(is_later).collect();
    let _ = match later[..] {
        [] => write!(
            text,
            "it has a part in no accepted commit that is dated since then"
        ),
        [one] => write!(
            text,
            "it has a part in the accepted commit {}, which is dated since then: review what it changed",
            one.commit
        ),
        [first, .., last] => write!(
            text,
            "it has a part in {} accepted commits that are dated since then, from {} to {}: review what they changed",
            later.len(),
            first.commit,
            last.commit
        ),
    };
    if *mode == RevocationMode::Hard && !all.is_empty() {
        text.push_str(
            "\nonce this is committed, agents and clones stop where they saw it sign or approve since then; a clone that is made \
            later sees all of that only then, and stops unless `signet verify --at-least` says how far agents have gone",
        );
    }
    text
}

/// Who signed or approved a commit with a key that a revocation is of.
fn by_key<'a>(step: &'a Step, revocation: &Revocation) -> Option<&'a Signer> {
    let approvers = step.approvals.iter().map(|one| &one.signer);
    let mut signers = step.signer.iter().chain(approvers);
    signers.find(|signer| signer.is_named_by(revocation))
}
