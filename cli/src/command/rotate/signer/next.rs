//! What the policy is to hold next, and who can sign that.

use super::exchange::{Exchange, named_in};
use crate::documents::signer::Fate;
use crate::failure::{Explain, Result, refused};
use crate::repository::Repository;
use crate::{clock, signing_key};
use signet_api::{POLICY_PATH, Policy};
use signet_provenance::{Authority, PolicyRemark, Succession, fingerprint_of};

/// What the work tree is to hold next, and who can sign that.
pub(super) struct Next {
    pub(super) fate: Fate,
    pub(super) text: String,
    authority: Authority,
    pub(super) succession: Succession,
}

impl Next {
    /// What follows from the policy that governs and that of the work tree, where the old key is to have this fate.
    pub(super) fn of(exchange: &Exchange, asked: Fate, repository: &Repository) -> Result<Self> {
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
        let certificates = repository.certificates(&policy)?;
        let authority = Authority::new(policy, &certificates);
        let authority = authority.context("the policy with the new key would be refused")?;
        Ok(Self {
            fate,
            succession: exchange.governing.succession(&authority, clock::now()),
            authority,
            text,
        })
    }

    pub(super) fn summary(&self, exchange: &Exchange) -> String {
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
    pub(super) fn remarks(&self, exchange: &Exchange) -> Vec<PolicyRemark> {
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
    pub(super) fn mismatch(&self, repository: &Repository) -> Result<Option<String>> {
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
