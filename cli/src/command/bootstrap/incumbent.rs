//! What the cluster follows already.

use super::ANCHOR;
use crate::failure::{Explain, Result, refused};
use kube::{Api, Client};
use signet_api::crd::{TrustAnchor, TrustAnchorSpec};
use signet_cluster::install::Installation;

/// Makes sure that the cluster follows nothing yet, or just what is to be installed: another anchor would leave the
/// tenants of the one before without anybody who looks after them.
///
/// # Errors
/// Names what the cluster follows.
pub(super) async fn gives_way(client: &Client, installation: &Installation) -> Result<()> {
    let Some(there) = anchor(client).await? else {
        return Ok(());
    };
    let new = &installation.anchor;
    if is_same(&there, new) {
        return Ok(());
    }
    Err(refused(format!(
        "this cluster follows the repository {} as {}, introduced by {}; that is another than {} as {}, introduced by {}",
        there.repository.url,
        there.cluster,
        there.introduction.commit,
        new.repository.url,
        new.cluster,
        new.introduction.commit,
    ))
    .hint(format!(
        "is it the right cluster? If so: `kubectl delete trustanchor {ANCHOR}` ends what it follows, and leaves what was applied"
    )))
}

async fn anchor(client: &Client) -> Result<Option<TrustAnchorSpec>> {
    match Api::<TrustAnchor>::all(client.clone()).get(ANCHOR).await {
        Ok(anchor) => Ok(Some(anchor.spec)),
        // Also where the kind is not known yet.
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
        Err(error) => Err(error).context("look for a trust anchor in the cluster"),
    }
}

/// A repository may move: its id and introduction say which it is.
fn is_same(there: &TrustAnchorSpec, new: &TrustAnchorSpec) -> bool {
    there.cluster == new.cluster
        && there.repository.id == new.repository.id
        && there.introduction == new.introduction
}
