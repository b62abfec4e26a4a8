//! Whether the newest verified commit is as young as the operator wants: a host that withholds newer ones shows an old one as long
//! as it likes.

use jiff::Timestamp;
use signet_api::crd::{Freshness, OnStale};

/// How old the newest verified commit is, for an operator who says how old it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Age {
    /// As young as it has to be.
    Fresh,
    /// Too old.
    Stale {
        /// Since when, and what that may mean.
        told: String,
        /// Whether nothing is to be applied.
        stops: bool,
    },
}

/// The age of a commit of this committer date.
pub(crate) fn age(wanted: &Freshness, committed: Timestamp, now: Timestamp) -> Age {
    let age = now.duration_since(committed).unsigned_abs();
    if now <= committed || age <= wanted.max_age.as_std() {
        return Age::Fresh;
    }
    let told = format!(
        "the newest verified commit is of {committed}, and spec.freshness.maxAge is {}: nobody committed since, or the remote \
         withholds what came",
        wanted.max_age
    );
    let stops = wanted.on_stale == OnStale::Suspend;
    Age::Stale {
        told: if stops {
            format!("{told}; nothing is applied (spec.freshness.onStale)")
        } else {
            told
        },
        stops,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_stale_once_it_is_older_than_the_operator_wants() {
        let committed: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let at = |seconds| Timestamp::from_second(committed.as_second() + seconds).unwrap();
        let mut wanted = Freshness {
            max_age: "1h".parse().unwrap(),
            on_stale: OnStale::Alert,
        };
        for young in [-600, 0, 3600] {
            assert_eq!(age(&wanted, committed, at(young)), Age::Fresh, "{young}");
        }
        for on_stale in [OnStale::Alert, OnStale::Suspend] {
            wanted.on_stale = on_stale;
            let Age::Stale { told, stops } = age(&wanted, committed, at(3601)) else {
                panic!("it is an hour and a second old");
            };
            assert!(
                told.contains("2026-01-02T03:04:05Z") && told.contains("maxAge is 1h"),
                "{told}"
            );
            assert_eq!(stops, on_stale == OnStale::Suspend);
        }
    }
}
