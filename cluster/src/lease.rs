//! The Lease: one agent at a time.
//!
//! As client-go's leader election: a record that has not changed for its whole duration, measured by our own clock
//! since we first saw it, belongs to nobody any more. The times in the record are for people; clocks may differ.
//! It is not a fence: whoever holds it has to end its work before the duration has passed without a renewal, with time
//! to spare for requests that are on their way.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::{
    api::coordination::v1::{Lease as Record, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
};
use kube::{Api, api::PostParams};
use signet_api::SYSTEM_NAMESPACE;
use tokio::time::Instant;

use crate::{Cluster, Failure};

/// The Lease's name in `signet-system`; `signet bootstrap` makes it.
pub const LEASE: &str = "signet-agent";

/// Our part in the election: who we are and what we last saw.
pub struct Lease {
    cluster: Cluster,
    holder: String,
    duration: Duration,
    seen: Option<Seen>,
}

/// Who holds the Lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// We do, for the Lease's duration from before this was asked.
    Ours,
    /// Somebody else does.
    Theirs {
        /// Their name.
        holder: String,
    },
}

struct Seen {
    version: Option<String>,
    since: Instant,
}

impl Cluster {
    /// A part in the election as `holder`, which is unique to this process. A Lease is good for `duration`.
    pub fn lease(&self, holder: String, duration: Duration) -> Lease {
        Lease {
            cluster: self.clone(),
            holder,
            duration,
            seen: None,
        }
    }
}

impl Lease {
    /// Takes the Lease if it is free or ours, and says who holds it. Ask again every third of its duration, and end
    /// all work when two thirds have passed since a renewal that succeeded was asked for.
    ///
    /// # Errors
    /// [`Failure`]; a Lease that could not be renewed is still ours until its duration has passed.
    pub async fn renew(&mut self, now: Timestamp) -> Result<Standing, Failure> {
        let mut record = self.records().get(LEASE).await.map_err(Failure::of_kube)?;
        let unchanged = self.observe(&record);
        let spec = record.spec.take().unwrap_or_default();
        if let Some(holder) = held_by_another(&spec, &self.holder, unchanged) {
            return Ok(Standing::Theirs { holder });
        }
        record.spec = Some(taken(&spec, &self.holder, self.duration, now));
        match self
            .records()
            .replace(LEASE, &PostParams::default(), &record)
            .await
            .map_err(Failure::of_kube)
        {
            Ok(_) => Ok(Standing::Ours),
            Err(failure) if failure.is_conflict() => Ok(Standing::Theirs {
                holder: "another agent".into(),
            }),
            Err(failure) => Err(failure),
        }
    }

    /// Gives the Lease back, so that the next agent need not wait it out.
    ///
    /// # Errors
    /// [`Failure`]; then it runs out by itself.
    pub async fn release(self) -> Result<(), Failure> {
        let mut record = self.records().get(LEASE).await.map_err(Failure::of_kube)?;
        let spec = record.spec.get_or_insert_default();
        if spec.holder_identity.as_deref() != Some(&self.holder) {
            return Ok(());
        }
        spec.holder_identity = None;
        self.records()
            .replace(LEASE, &PostParams::default(), &record)
            .await
            .map_err(Failure::of_kube)?;
        Ok(())
    }

    /// How long the record has not changed, by our clock.
    fn observe(&mut self, record: &Record) -> Duration {
        let version = &record.metadata.resource_version;
        match &self.seen {
            Some(seen) if seen.version == *version => seen.since.elapsed(),
            _ => {
                self.seen = Some(Seen {
                    version: version.clone(),
                    since: Instant::now(),
                });
                Duration::ZERO
            }
        }
    }

    fn records(&self) -> Api<Record> {
        Api::namespaced(self.cluster.inner.own.clone(), SYSTEM_NAMESPACE)
    }
}

/// The other agent to whom the record belongs, given for how long it has not changed.
fn held_by_another(spec: &LeaseSpec, us: &str, unchanged: Duration) -> Option<String> {
    let holder = spec
        .holder_identity
        .as_deref()
        .filter(|holder| !holder.is_empty() && *holder != us)?;
    let seconds = spec
        .lease_duration_seconds
        .and_then(|seconds| u64::try_from(seconds).ok());
    (unchanged < Duration::from_secs(seconds.unwrap_or_default())).then(|| holder.to_owned())
}

fn taken(before: &LeaseSpec, us: &str, duration: Duration, now: Timestamp) -> LeaseSpec {
    let renewed = before.holder_identity.as_deref() == Some(us);
    LeaseSpec {
        holder_identity: Some(us.to_owned()),
        lease_duration_seconds: i32::try_from(duration.as_secs()).ok(),
        acquire_time: if renewed {
            before.acquire_time.clone()
        } else {
            Some(MicroTime(now))
        },
        renew_time: Some(MicroTime(now)),
        lease_transitions: Some(before.lease_transitions.unwrap_or_default() + i32::from(!renewed)),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DURATION: Duration = Duration::from_secs(15);

    fn record(holder: &str) -> LeaseSpec {
        taken(
            &LeaseSpec::default(),
            holder,
            DURATION,
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn a_free_lease_belongs_to_nobody() {
        assert_eq!(
            held_by_another(&LeaseSpec::default(), "us", Duration::ZERO),
            None
        );
        assert_eq!(held_by_another(&record("us"), "us", Duration::ZERO), None);
    }

    #[test]
    fn anothers_lease_is_respected_until_it_has_not_changed_for_its_duration() {
        assert_eq!(
            held_by_another(&record("them"), "us", Duration::from_secs(14)).as_deref(),
            Some("them")
        );
        assert_eq!(held_by_another(&record("them"), "us", DURATION), None);
    }

    #[test]
    fn renewing_keeps_the_time_of_acquiring() {
        let later = Timestamp::from_second(60).unwrap();
        let ours = taken(&record("us"), "us", DURATION, later);
        assert_eq!(ours.acquire_time, record("us").acquire_time);
        assert_eq!(ours.lease_transitions, Some(1));
        let stolen = taken(&record("them"), "us", DURATION, later);
        assert_eq!(
            (stolen.acquire_time, stolen.lease_transitions),
            (Some(MicroTime(later)), Some(2))
        );
    }
}
