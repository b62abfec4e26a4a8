//! Bringing approvals: as many of them as can be had.

use std::collections::VecDeque;

use signet_provenance::TagRef;

use super::FetchError;
use super::session::{Limit, Session};

/// The most that one request for approvals brings, with what they were made of. Whoever may push such tags must not
/// keep the ref itself from being fetched.
const APPROVED: Limit = Limit {
    bytes: 64 << 20,
    is: "approvals bring at most 64 MiB at once",
};

/// How often a remote is asked in one fetch. One bad tag among many leaves an eighth of them for the next.
const REQUESTS: usize = 8;

/// Brings these, which are missing, by requests for several at once. Where one fails for what it would bring, its halves are asked for, one
/// after the other, and a tag that fails alone is not asked for again by this process. The answer is why not all are here.
///
/// # Errors
/// [`FetchError::Interrupted`] and [`FetchError::Store`]. Any other failure keeps approvals away and nothing else.
pub(super) fn bring(
    session: &Session,
    missing: Vec<&TagRef>,
    mut request: impl FnMut(&[&TagRef]) -> Result<(), FetchError>,
) -> Result<Option<String>, FetchError> {
    let why = |tag: &TagRef| session.store.given_up(tag);
    let mut shortfall = missing.iter().find_map(|tag| why(tag));
    let missing = missing.into_iter().filter(|tag| why(tag).is_none());
    let mut groups = VecDeque::from([missing.collect::<Vec<_>>()]);
    for _ in 0..REQUESTS {
        let Some(mut group) = groups.pop_front() else {
            break;
        };
        if group.is_empty() {
            continue;
        }
        match session.within(APPROVED, || request(&group)) {
            Ok(()) => {}
            Err(error @ (FetchError::Interrupted { .. } | FetchError::Store(_))) => {
                return Err(error);
            }
            Err(error @ (FetchError::TooLarge { .. } | FetchError::Protocol { .. })) => {
                let error = shortfall.insert(error.to_string());
                if let [tag] = group[..] {
                    session.store.give_up(tag, error);
                    continue;
                }
                let others = group.split_off(group.len() / 2);
                groups.extend([group, others]);
            }
            Err(error) => return Ok(Some(error.to_string())),
        }
    }
    Ok(shortfall)
}
