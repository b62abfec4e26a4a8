//! The `TrustAnchor` as the operator last changed it.

use std::sync::Arc;

use futures::StreamExt;
use signet_api::crd::TrustAnchor;
use signet_cluster::{AnchorChange, Cluster, RECONCILE_AT};
use tokio::sync::watch;

/// Sends the anchor of this name whenever an operator changed it; our own reports are no change.
pub(crate) async fn watch_anchor(
    cluster: Cluster,
    name: String,
    anchors: watch::Sender<Option<Arc<TrustAnchor>>>,
) {
    let mut changes = cluster.watch_anchors().boxed();
    while let Some(change) = changes.next().await {
        match change {
            AnchorChange::Present(anchor) if anchor.metadata.name.as_ref() == Some(&name) => {
                anchors.send_if_modified(|known| replace(known, *anchor));
            }
            AnchorChange::Gone(gone) if gone == name => {
                tracing::warn!(
                    "the TrustAnchor {name} is gone: nothing is written until there is one"
                );
                anchors.send_replace(None);
            }
            AnchorChange::Present(_) | AnchorChange::Gone(_) => {}
        }
    }
}

fn replace(known: &mut Option<Arc<TrustAnchor>>, anchor: TrustAnchor) -> bool {
    let is_news = known
        .as_deref()
        .is_none_or(|known| words(known) != words(&anchor));
    if is_news {
        *known = Some(Arc::new(anchor));
    }
    is_news
}

/// What an operator says: which object it is, its spec's generation, and the call to reconcile.
fn words(anchor: &TrustAnchor) -> (Option<&str>, Option<i64>, Option<&str>) {
    let annotations = anchor.metadata.annotations.as_ref();
    let poke = annotations.and_then(|annotations| annotations.get(RECONCILE_AT));
    (
        anchor.metadata.uid.as_deref(),
        anchor.metadata.generation,
        poke.map(String::as_str),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::anchor;

    #[test]
    fn a_call_to_reconcile_is_news_and_a_report_is_not() {
        let mut known = None;
        assert!(replace(&mut known, anchor()));
        let mut reported = anchor();
        reported.status = Some(signet_api::crd::TrustAnchorStatus::default());
        assert!(!replace(&mut known, reported));
        let mut poked = anchor();
        poked.metadata.annotations = Some([(RECONCILE_AT.to_owned(), "now".to_owned())].into());
        assert!(replace(&mut known, poked));
    }

    #[test]
    fn a_changed_spec_is_news() {
        let mut known = None;
        replace(&mut known, anchor());
        let mut changed = anchor();
        changed.metadata.generation = Some(2);
        assert!(replace(&mut known, changed));
    }
}
