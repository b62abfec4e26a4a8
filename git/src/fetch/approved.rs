//! Bringing approvals: as many of them as can be had.

use signet_provenance::TagRef;

use crate::session::{FetchError, Limit, Session};

/// The most that one request for approvals brings, with what they were made of. Whoever may push such tags must not
/// keep the ref itself from being fetched.
const APPROVED: Limit = Limit {
    bytes: 64 << 20,
    is: "approvals bring at most 64 MiB at once",
};

/// How often a remote is asked in one fetch: enough to find one bad tag among all that are looked at.
const REQUESTS: usize = 16;

/// Brings those of these approvals that are not here, by requests for several at once; each time those that are here are
/// kept, and no others. Where a request fails for what it would bring, its halves are asked for. Those of the last request
/// that failed, or that took all the time there was, come last in the next fetch. A tag that brings too much by itself is
/// not asked for again for some time. The answer is why not all are here.
///
/// # Errors
/// [`FetchError::Interrupted`] and [`FetchError::Store`]. Any other failure keeps approvals away and nothing else.
pub(super) fn bring(
    session: &Session,
    approvals: &[TagRef],
    is_here: impl Fn(&TagRef) -> bool,
    mut request: impl FnMut(&[&TagRef]) -> Result<(), FetchError>,
) -> Result<Option<String>, FetchError> {
    let store = &session.store;
    let keep = || {
        let here = approvals.iter().filter(|tag| is_here(tag));
        store.keep_approvals(&here.cloned().collect::<Vec<_>>())
    };
    keep()?;
    let missing = approvals.iter().filter(|tag| !is_here(tag));
    let (given_up, missing): (Vec<&TagRef>, Vec<&TagRef>) =
        missing.partition(|tag| store.given_up(tag).is_some());
    let mut shortfall = given_up.first().and_then(|tag| store.given_up(tag));
    let (suspects, others): (Vec<&TagRef>, Vec<&TagRef>) =
        missing.into_iter().partition(|tag| store.suspects(tag));
    let mut groups = halves(suspects);
    groups.push(others);
    for _ in 0..REQUESTS {
        let Some(group) = groups.pop() else {
            break;
        };
        if group.is_empty() {
            continue;
        }
        if !session.has_room_for(APPROVED) {
            break;
        }
        store.suspect(&group);
        match session.within(APPROVED, || request(&group)) {
            Ok(()) => {
                store.suspect(&[]);
                keep()?;
            }
            Err(error @ (FetchError::Interrupted { .. } | FetchError::Store(_))) => {
                return Err(error);
            }
            Err(error @ (FetchError::TooLarge { .. } | FetchError::Protocol { .. })) => {
                let why = shortfall.insert(error.to_string());
                match group[..] {
                    [tag] if matches!(error, FetchError::TooLarge { .. }) => {
                        store.give_up(tag, why);
                    }
                    [_] => {}
                    _ => groups.extend(halves(group)),
                }
            }
            Err(error) => return Ok(Some(error.to_string())),
        }
    }
    Ok(shortfall)
}

fn halves(mut group: Vec<&TagRef>) -> Vec<Vec<&TagRef>> {
    let others = group.split_off(group.len() / 2);
    vec![others, group]
}
