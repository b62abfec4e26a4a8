//! The trust anchor: read and watched by the own account, its status written.

use futures::{Stream, StreamExt};
use kube::{
    Api,
    api::{Patch, PatchParams},
    runtime::watcher,
};
use serde_json::json;
use signet_api::{
    AGENT, API_VERSION,
    crd::{TrustAnchor, TrustAnchorStatus},
};

use crate::{Cluster, Failure, watch, watch::News};

/// The annotation by which a person asks for a reconciliation now; any new value does.
pub const RECONCILE_AT: &str = "signet.dev/reconcile-at";

/// A trust anchor that came, changed or went.
#[derive(Debug, Clone)]
pub enum AnchorChange {
    /// It is there, as it is now. A write to its own status shows here too.
    Present(Box<TrustAnchor>),
    /// It is gone.
    Gone(String),
}

impl Cluster {
    /// Each anchor that is there, and then each change: of its spec, of the annotation [`RECONCILE_AT`], of its status.
    ///
    /// Reconnects by itself and never ends.
    pub fn watch_anchors(&self) -> impl Stream<Item = AnchorChange> + Send + use<> {
        let events = watcher::watcher(self.anchor_api(), watch::config());
        watch::follow(events, "trust anchors", |anchor: TrustAnchor| {
            let name = anchor.metadata.name.clone().unwrap_or_default();
            let version = anchor.metadata.resource_version.clone();
            (name, version, Box::new(anchor))
        })
        .map(change)
    }

    /// Writes `status` to the anchor, unless `anchor` has it already; says whether it wrote.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn report_anchor(
        &self,
        anchor: &TrustAnchor,
        status: &TrustAnchorStatus,
    ) -> Result<bool, Failure> {
        if anchor.status.as_ref() == Some(status) {
            return Ok(false);
        }
        let name = anchor.metadata.name.as_deref().unwrap_or_default();
        let patch = Patch::Apply(json!({
            "apiVersion": API_VERSION,
            "kind": "TrustAnchor",
            "metadata": {"name": name},
            "status": status,
        }));
        let written = self
            .anchor_api()
            .patch_status(name, &PatchParams::apply(AGENT).force(), &patch)
            .await;
        written.map(|_| true).map_err(Failure::of_kube)
    }

    fn anchor_api(&self) -> Api<TrustAnchor> {
        Api::all(self.inner.own.clone())
    }
}

fn change(news: News<String, Box<TrustAnchor>>) -> AnchorChange {
    match news {
        News::Present(_, anchor) => AnchorChange::Present(anchor),
        News::Gone(name) => AnchorChange::Gone(name),
    }
}
