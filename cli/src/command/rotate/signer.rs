//! `signet rotate signer`: a key of a principal gives way to another one.

use crate::belief::Belief;
use crate::command::Answer;
use crate::documents::policy::public_key;
use crate::documents::revocation;
use crate::documents::signer::{Fate, KeyChange};
use crate::failure::{Explain, Failure, Result, refused, usage};
use crate::files::Changes;
use crate::moment::Moment;
use crate::output::Output;
use crate::output::shell::word;
use crate::output::visible::lines_of;
use crate::pin::Trust;
use crate::place::Place;
use crate::repository::Repository;
use crate::session::Session;
use crate::{clock, named_key, signing_key};
use jiff::Timestamp;
use signet_api::{POLICY_PATH, Policy, PolicyKey, RepoPath, Revocation, certificate_path};
use signet_provenance::{
    Authority, Certificates, PolicyRemark, Succession, fingerprint_of, key_fingerprint,
};

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
        let text = repository.read(&path)?;
        let text = text.ok_or_else(|| refused(format!("the work tree has no {path}")))?;
        let exchange = Exchange::of(&self, review.authority(), &text)?;
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

/// Which key gives way to which.
struct Exchange<'a> {
    principal: &'a str,
    /// The fingerprint of the one that gives way.
    old: String,
    /// That of the one that comes.
    new: String,
    /// The latter as the policy names it.
    key: &'a str,
    /// Whether the new one is in the policy of the work tree.
    has_come: bool,
    /// Whether it is in the one that governs, too.
    is_committed: bool,
    governing: &'a Authority,
    /// The work tree's.
    text: &'a str,
    proposed: Policy,
}

impl<'a> Exchange<'a> {
    /// What is asked, if the new key may be the principal's.
    fn of(asked: &'a RotateSigner, governing: &'a Authority, text: &'a str) -> Result<Self> {
        let principal = &asked.principal;
        let proposed = Policy::parse(text, &POLICY_PATH.parse()?)?;
        let Some(known) = governing.policy().principals.get(principal) else {
            return Err(unknown(principal, governing.policy()));
        };
        let fingerprint = fingerprint(&asked.key)?;
        refuse_revoked(&fingerprint, [governing.policy(), &proposed])?;
        let has = |policy: &Policy| named_in(policy, principal, &fingerprint).is_some();
        let exchange = Self {
            principal,
            old: old(asked, &fingerprint, &known.keys)?,
            has_come: has(&proposed),
            is_committed: has(governing.policy()),
            new: fingerprint,
            key: &asked.key,
            governing,
            text,
            proposed,
        };
        exchange.refuse_anothers()?;
        Ok(exchange)
    }

    /// Refuses a key that somebody else has, or had until now.
    fn refuse_anothers(&self) -> Result<()> {
        let new = &self.new;
        let owner = self.governing.principal_of(new);
        let owner = owner.or_else(|| {
            let mut names = self.proposed.principals.keys();
            let other = names.find(|name| named_in(&self.proposed, name, new).is_some());
            other.map(String::as_str)
        });
        match owner.filter(|owner| *owner != self.principal) {
            Some(owner) => Err(refused(format!("{new} is a key of {owner}"))
                .hint("each person has keys of their own; `ssh-keygen -t ed25519` makes one")),
            None => Ok(()),
        }
    }

    /// The policy's text once the old key has this fate.
    fn text(&self, fate: Fate) -> Result<String> {
        let old = named_in(&self.proposed, self.principal, &self.old);
        if old.is_none() && fate == Fate::Goes && self.has_come && !self.is_committed {
            return Ok(self.text.to_owned());
        }
        let old = old.ok_or_else(|| {
            refused(format!(
                "the policy in the work tree has no key {} of {} any more",
                self.old, self.principal
            ))
        })?;
        let change = KeyChange {
            principal: self.principal,
            old,
            new: (!self.has_come).then_some(self.key),
        };
        change.in_policy(fate, self.text, self.governing.policy().version)
    }

    /// What is to become of the old key: what the work tree makes of it already, where the new one stands there alone; else what is
    /// asked, and no later end than it has.
    ///
    /// # Errors
    /// When it is to count for a time and is gone in the work tree.
    fn fate(&self, overlap: Option<Moment>) -> Result<Fate> {
        let is_pending = self.has_come && !self.is_committed;
        let there = self.end_in(&self.proposed);
        match (overlap, there) {
            (Some(_), None) if is_pending => Err(self.gone_already()),
            (Some(overlap), there) => {
                let at = overlap.ahead(clock::now()).context("read --overlap")?;
                let before = there.flatten();
                Ok(Fate::Ends(before.map_or(at, |before| before.min(at))))
            }
            (None, Some(Some(at)))
                if is_pending && there != self.end_in(self.governing.policy()) =>
            {
                Ok(Fate::Ends(at))
            }
            (None, _) => Ok(Fate::Goes),
        }
    }

    fn gone_already(&self) -> Failure {
        let old = &self.old;
        refused(format!(
            "the work tree has this exchange already, and {old} is gone there: --overlap has nothing to say"
        ))
        .hint(format!(
            "`git restore {POLICY_PATH}` first, where nothing else is new there"
        ))
    }

    /// When the old key ends, where the exchange is committed, and so asks for no more.
    fn ended(&self, fate: Fate) -> Option<Timestamp> {
        let Fate::Ends(at) = fate else { return None };
        let [governing, proposed] = [self.governing.policy(), &self.proposed];
        let is_so = |policy: &Policy| self.end_in(policy) == Some(Some(at));
        let has_both = self.has_come && self.is_committed;
        (has_both && is_so(governing) && is_so(proposed)).then_some(at)
    }

    /// Whether the new key may come beside the old one before anything becomes of that.
    fn may_come_first(&self) -> bool {
        let has_both = self.has_come && self.is_committed;
        !has_both && self.end_in(&self.proposed).is_some()
    }

    /// When the old key ends in a policy, if ever; nothing where it is not.
    fn end_in(&self, policy: &Policy) -> Option<Option<Timestamp>> {
        let number = named_in(policy, self.principal, &self.old)?;
        Some(policy.principals[self.principal].keys[number].valid_before)
    }
}

/// What the work tree is to hold next, and who can sign that.
struct Next {
    fate: Fate,
    text: String,
    authority: Authority,
    succession: Succession,
}

impl Next {
    /// What follows from the policy that governs and that of the work tree, where the old key is to have this fate.
    fn of(exchange: &Exchange, asked: Fate, repository: &Repository) -> Result<Self> {
        let with = |fate| Self::with(exchange, fate, exchange.text(fate)?, repository);
        let mut next = with(asked)?;
        if !next.succession.is_possible() && exchange.may_come_first() {
            next = with(Fate::Stays)?;
        }
        if next.succession.is_possible() {
            return Ok(next);
        }
        Err(refused(format!(
            "a change of the policy takes {} of the root group, each with a key that counts before and after it, and this one leaves {}",
            next.succession.threshold,
            next.succession.signers.len()
        ))
        .hint("`signet policy check` says which keys have ended or are revoked"))
    }

    fn with(
        exchange: &Exchange,
        fate: Fate,
        text: String,
        repository: &Repository,
    ) -> Result<Self> {
        let policy = Policy::parse(&text, &POLICY_PATH.parse()?)?;
        let certificates = Certificates::of(&policy, |path| {
            let text = repository.read(path)?;
            Ok::<_, Failure>(text.map(String::into_bytes))
        })?;
        let authority = Authority::new(policy, &certificates);
        let authority = authority.context("the policy with the new key would be refused")?;
        Ok(Self {
            fate,
            succession: exchange.governing.succession(&authority, clock::now()),
            authority,
            text,
        })
    }

    fn summary(&self, exchange: &Exchange) -> String {
        let (name, old, new) = (exchange.principal, &exchange.old, &exchange.new);
        match self.fate {
            Fate::Goes => format!("{new} takes the place of {old} of {name}"),
            Fate::Ends(at) => format!("{old} of {name} counts until {at}, beside {new}"),
            Fate::Stays => format!(
                "{new} comes beside {old} of {name} first: a change of the policy is signed with keys that count before and after it, and without \
                 that one the root group has too few"
            ),
        }
    }

    /// What is to be known of the new key, which may count all the same.
    fn remarks(&self, exchange: &Exchange) -> Vec<PolicyRemark> {
        let policy = self.authority.policy();
        let new = named_in(policy, exchange.principal, &exchange.new);
        let mut remarks = self.authority.review(clock::now());
        remarks.retain(|remark| match remark {
            PolicyRemark::WeakKey { principal, key, .. } => {
                principal == exchange.principal && Some(*key) == new
            }
            _ => false,
        });
        remarks
    }

    /// What to do where git signs here with a key by which the commit would be refused.
    fn mismatch(&self, repository: &Repository) -> Result<Option<String>> {
        let configured = signing_key::of(&repository.git())?.and_then(Result::ok);
        let configured = configured.and_then(|key| fingerprint_of(&key));
        let mut keys = self.succession.signers.values();
        Ok(configured
            .filter(|key| !keys.any(|keys| keys.contains(key)))
            .map(|key| {
                format!(
                    "git signs here with {key}, by which agents would refuse that commit: `git -c user.signingkey=FILE commit -S …` signs with another key"
                )
            }))
    }
}

/// The number of a principal's key, from 0.
fn named_in(policy: &Policy, principal: &str, fingerprint: &str) -> Option<usize> {
    let mut keys = policy.principals.get(principal)?.keys.iter();
    keys.position(|key| fingerprint_of(&key.key).as_deref() == Some(fingerprint))
}

/// The fingerprint of the key that comes.
///
/// # Errors
/// When it is none whose signatures count.
fn fingerprint(key: &str) -> Result<String> {
    match fingerprint_of(key) {
        Some(fingerprint) => Ok(fingerprint),
        None if key.starts_with("openpgp:") => Err(usage(format!(
            "{key} is no OpenPGP key by its full fingerprint, 40 or 64 hexadecimal digits"
        ))),
        None => key_fingerprint(key).context("read --key"),
    }
}

fn unknown(principal: &str, policy: &Policy) -> Failure {
    let names: Vec<&str> = policy.principals.keys().map(String::as_str).collect();
    usage(format!("the policy has no principal {principal}"))
        .hint(format!("its principals are:{}", lines_of(names)))
}

/// A key that is revoked signs nothing, whoever has it.
fn refuse_revoked(fingerprint: &str, policies: [&Policy; 2]) -> Result<()> {
    let mut revoked = policies.into_iter().flat_map(|policy| &policy.revoked);
    let is_same = |one: &&Revocation| fingerprint_of(&one.key).as_deref() == Some(fingerprint);
    match revoked.find(is_same) {
        Some(there) => Err(refused(format!(
            "{fingerprint} is revoked: {}",
            revocation::entry(there)
        ))
        .hint("make a new key: `ssh-keygen -t ed25519`")),
        None => Ok(()),
    }
}

/// The fingerprint of the key that gives way, of those that the principal has.
fn old(asked: &RotateSigner, new: &str, keys: &[PolicyKey]) -> Result<String> {
    let name = &asked.principal;
    let keys = keys.iter().filter_map(|key| fingerprint_of(&key.key));
    let others: Vec<String> = keys.filter(|key| key != new).collect();
    if others.is_empty() {
        return Err(refused(format!(
            "{new} is the only key of {name} already: none gives way to it"
        )));
    }
    let mut meant = others.clone();
    if let Some(old) = &asked.old {
        if others.iter().any(|key| key.starts_with(old.as_str())) {
            meant.retain(|key| key.starts_with(old.as_str()));
        } else {
            let neither = format!("the beginning of no key of {name}");
            let old = named_key::fingerprint(old, &neither)?;
            meant.retain(|key| *key == old);
        }
    }
    let problem = match (&meant[..], &asked.old) {
        ([one], _) => return Ok(one.clone()),
        ([], _) => format!("that is no key of {name}"),
        (_, None) => format!("{name} has {} keys; name the one with --old", others.len()),
        (_, Some(old)) => format!("several keys of {name} begin with {old}"),
    };
    Err(usage(problem).hint(others.join(", ")))
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
