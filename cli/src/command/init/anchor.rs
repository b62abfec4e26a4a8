//! The anchor: names the introduction, authenticated under the recovery key.

use crate::failure::{Explain, Result};
use crate::recovery_key::code;
use crate::repository::Repository;
use signet_api::{Anchor, POLICY_PATH, Policy};
use signet_provenance::anchor::AnchorFacts;
use signet_provenance::{Tree, introduction_of};
use signet_seal::Identity;

/// The anchor of the repository that HEAD introduces.
///
/// # Errors
/// When HEAD introduces nothing: it is not signed by a signer of its own policy.
pub(super) fn of_head(
    repository: &Repository,
    reference: &str,
    recovery: &Identity,
) -> Result<Anchor> {
    let head = repository.resolve("HEAD")?;
    let objects = repository.store().objects();
    let introduction =
        introduction_of(objects.clone(), head).context("read back the introduction")?;
    let facts = AnchorFacts {
        repository: repository_id(&Tree::unverified(objects, head)?)?,
        reference: reference.to_owned(),
        introduction,
    };
    let code = code(recovery, &facts)?;
    Ok(Anchor {
        repository: facts.repository,
        reference: facts.reference,
        introduction: facts.introduction.into(),
        macs: vec![code],
    })
}

/// The text of the file, which says what it is.
pub(super) fn text(anchor: &Anchor) -> String {
    format!(
        "# Where trust in this repository begins. Whoever holds the recovery key can check it with nothing else at hand.\n{}",
        anchor.to_yaml()
    )
}

fn repository_id<M>(tree: &Tree<M>) -> Result<String> {
    let path = POLICY_PATH.parse()?;
    let text = String::from_utf8(tree.read(&path)?)?;
    Ok(Policy::parse(&text, &path)?.repository)
}
