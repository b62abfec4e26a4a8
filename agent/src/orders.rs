//! What the sources are told: the history that is believed, and what the operator has stopped.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use signet_api::{ClusterName, Fleet, TenantName, crd::TrustAnchorSpec};
use signet_provenance::{ObjectId, Verdict};
use tokio::{sync::watch, time::Instant};

use crate::clock::due;

/// A verified revision, and the fleet's documents in it.
pub(crate) struct Believed {
    pub(crate) verdict: Verdict,
    pub(crate) fleet: Arc<Fleet>,
    /// The branch, for people.
    branch: String,
}

impl Believed {
    pub(crate) fn new(verdict: Verdict, fleet: Fleet, reference: &str) -> Self {
        let branch = reference
            .strip_prefix("refs/heads/")
            .unwrap_or(reference)
            .to_owned();
        Self {
            verdict,
            fleet: Arc::new(fleet),
            branch,
        }
    }

    /// The commit.
    pub(crate) fn commit(&self) -> ObjectId {
        self.verdict.tree.commit()
    }

    /// The commit as status shows it: `main@sha1:<full id>`.
    pub(crate) fn revision(&self) -> String {
        format!("{}@sha1:{}", self.branch, self.commit())
    }
}

/// What each source works from.
#[derive(Clone)]
pub(crate) struct Orders {
    pub(crate) believed: Arc<Believed>,
    /// This cluster's name in the fleet.
    pub(crate) cluster: ClusterName,
    /// The repository's id.
    pub(crate) repository: String,
    /// The Secret with the cluster's identity.
    pub(crate) identity: String,
    pub(crate) brake: Brake,
    /// Rises when a person asks for a reconciliation now.
    pub(crate) pokes: u64,
}

impl Orders {
    pub(crate) fn new(
        believed: Arc<Believed>,
        spec: &TrustAnchorSpec,
        brake: Brake,
        pokes: u64,
    ) -> Self {
        Self {
            believed,
            cluster: spec.cluster.clone(),
            repository: spec.repository.id.clone(),
            identity: spec.identity.secret_ref.clone(),
            brake,
            pokes,
        }
    }

    /// Whether a source would do anything else under these.
    pub(crate) fn differ(&self, other: &Self) -> bool {
        self.believed.commit() != other.believed.commit() || self.say_otherwise(other)
    }

    /// Whether an operator says anything else in these, whatever Git says.
    pub(crate) fn say_otherwise(&self, other: &Self) -> bool {
        let Self {
            believed: _,
            cluster,
            repository,
            identity,
            brake,
            pokes,
        } = self;
        *cluster != other.cluster
            || *repository != other.repository
            || *identity != other.identity
            || *brake != other.brake
            || *pokes != other.pokes
    }
}

impl Orders {
    /// Waits until work for a tenant under these is to end: at once when the tenant is to be left alone, and soon when
    /// there is another revision. What takes no longer than that is finished and told.
    pub(crate) async fn overtaken(&self, mut newer: watch::Receiver<Self>, tenant: TenantName) {
        let mut end = None;
        loop {
            tokio::select! {
                Ok(()) = newer.changed() => {
                    let newer = newer.borrow_and_update();
                    if newer.brake.on(&tenant) != self.brake.on(&tenant) {
                        return;
                    }
                    if newer.believed.commit() != self.believed.commit() {
                        end.get_or_insert(Instant::now() + FINISH);
                    }
                }
                () = due(end) => return,
            }
        }
    }
}

/// How long work on a revision that is no longer the newest may go on.
const FINISH: Duration = Duration::from_secs(5);

/// What is not to be written, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Brake {
    /// Why nothing at all is written.
    all: Option<String>,
    tenants: BTreeSet<TenantName>,
}

impl Brake {
    /// The operator's, and a doubt about what is applied already.
    pub(crate) fn of(spec: &TrustAnchorSpec, doubt: Option<&str>) -> Self {
        let operator = spec
            .suspend
            .all
            .then_some("the TrustAnchor suspends everything (spec.suspend.all)");
        Self {
            all: operator.or(doubt).map(str::to_owned),
            tenants: spec.suspend.tenants.iter().cloned().collect(),
        }
    }

    /// Nobody says what to believe.
    pub(crate) fn without_anchor() -> Self {
        Self {
            all: Some("there is no TrustAnchor".to_owned()),
            tenants: BTreeSet::new(),
        }
    }

    /// Why nothing at all is written.
    pub(crate) fn on_all(&self) -> Option<&str> {
        self.all.as_deref()
    }

    /// Why nothing of this tenant is written.
    pub(crate) fn on(&self, tenant: &TenantName) -> Option<&str> {
        let tenants = self
            .tenants
            .contains(tenant)
            .then_some("the TrustAnchor suspends the tenant (spec.suspend.tenants)");
        self.on_all().or(tenants)
    }
}
