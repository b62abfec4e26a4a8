//! The anchor, while a recovery key gives way to another one.

use crate::command::rotate::Rotate;
use crate::documents::recovery::{with_code, with_codes_of};
use crate::failure::{Explain, Failure, Result, refused};
use crate::files::Changes;
use crate::output::Output;
use crate::pin;
use crate::recovery_key::{code, has_made, makes_codes};
use crate::repository::Repository;
use crate::surroundings::Surroundings;
use signet_api::{ANCHOR_PATH, Anchor};
use signet_provenance::TrustRoot;
use signet_provenance::anchor::AnchorFacts;
use signet_seal::Identity;

/// The anchor in the work tree, which says what this clone believes.
pub(super) struct AnchorHere {
    text: String,
    anchor: Anchor,
    facts: AnchorFacts,
    /// What the last commit that verifies has.
    verified: Anchor,
}

impl AnchorHere {
    /// The anchor, if it names what this clone has pinned: whoever holds the new key alone will believe it.
    pub(super) fn of(around: &Surroundings, asked: &Rotate, out: &Output) -> Result<Self> {
        let repository = Repository::at(around.root().to_owned(), out)?;
        let text = repository.document(&pin::anchor_path())?;
        let anchor = pin::parse(&text).with_context(|| format!("read {ANCHOR_PATH}"))?;
        let facts = AnchorFacts::from(&pin::of(repository.store(), asked.trust)?);
        if AnchorFacts::from(&TrustRoot::try_from(&anchor)?) != facts {
            let commit = facts.introduction.commit;
            return Err(refused(format!(
                "{ANCHOR_PATH} does not name the introduction {commit}, which this clone has pinned"
            ))
            .hint("restore it from the last good commit"));
        }
        let verified = around.verdict()?.tree.read(&pin::anchor_path())?;
        let verified = pin::parse(&String::from_utf8(verified)?);
        Ok(Self {
            text,
            anchor,
            facts,
            verified: verified.context("read the anchor of the last good commit")?,
        })
    }

    /// Refuses an anchor with other codes than the last commit that verifies has of those who stay, but for those of who comes: for
    /// whoever has one of the keys alone they are all there is, and others than its holder cannot tell whether one is right.
    pub(super) fn refuse_other_codes(
        &self,
        come: &[String],
        stays: impl Fn(&String) -> bool,
    ) -> Result<()> {
        let here = self.anchor.macs.iter();
        let here = here.filter(|code| !come.contains(&code.recipient));
        let verified = self.verified.macs.iter();
        if here.eq(verified.filter(|code| stays(&code.recipient))) {
            return Ok(());
        }
        Err(refused(format!(
            "{ANCHOR_PATH} has other codes than in the last good commit, and may prove nothing to who has a recovery key alone"
        ))
        .hint("restore it from the last good commit"))
    }

    /// Refuses an anchor that has no code of one of those who come, where it could have one.
    pub(super) fn refuse_without_code_of(&self, come: &[String]) -> Result<()> {
        let mut come = come.iter().filter(|one| makes_codes(one));
        match come.find(|one| !self.has_code_of(one)) {
            Some(one) => Err(unproven(one)),
            None => Ok(()),
        }
    }

    /// Adds a code by which a new key tells the anchor from a forged one.
    pub(super) fn prove_to(self, new: &Identity, changes: &mut Changes) -> Result<()> {
        let text = with_code(&code(new, &self.facts)?, &self.text)?;
        changes.replace(pin::anchor_path(), self.text, text);
        Ok(())
    }

    /// Takes away the codes of all others than these.
    ///
    /// # Errors
    /// When none would be left: nobody could tell.
    pub(super) fn prove_to_none_but(
        self,
        recipients: &[String],
        changes: &mut Changes,
    ) -> Result<()> {
        if !recipients.iter().any(|one| self.has_code_of(one)) {
            return Err(unproven(&recipients.join(", ")));
        }
        let text = with_codes_of(recipients, &self.text)?;
        changes.replace(pin::anchor_path(), self.text, text);
        Ok(())
    }

    /// Refuses an anchor whose code by a recovery key at hand is not that key's.
    pub(super) fn refuse_unproven_to(&self, key: &Identity) -> Result<()> {
        // Not every recovery key that was named by hand has made one, and those of SSH make none.
        let makes_none = !self.has_code_of(key.recipient());
        if makes_none || has_made(key, &self.anchor, &self.facts)? {
            Ok(())
        } else {
            Err(unproven(key.recipient()))
        }
    }

    fn has_code_of(&self, recipient: &str) -> bool {
        let mut codes = self.anchor.macs.iter();
        codes.any(|code| code.recipient == recipient)
    }
}

fn unproven(recipients: &str) -> Failure {
    refused(format!(
        "{ANCHOR_PATH} has no code that was made with the key of {recipients}, so it proves nothing to who has that alone"
    ))
    .hint("restore it from the commit in which the key came")
}
