//! Whether a sealed file stands where it claims to, for those that the request names.

use std::collections::BTreeSet;

use signet_api::{ClusterName, RepoPath, SealedMode, is_steering};
use signet_envelope::{
    Recipients, Scope, ScopeError, Sealed, StrictError, check_place, check_recipients,
    normal_recipient,
};

use super::{Incoming, Origin, SealError, SealPlace, SealRequest, Voucher};
use crate::unlock::Opened;

/// What every age identity begins with, the hybrid ones too.
const IDENTITY: &[u8] = b"AGE-SECRET-KEY-";

/// The recipients that the request demands and the file lacks. Who is too many in a file that has no seal, or is taken in, is left
/// to the new key that it gets.
///
/// # Errors
/// [`SealError::Scope`] if a claim of the file does not hold, or if it is sealed for somebody who is not to open it:
/// only a new data key takes one away.
pub(super) fn check(sealed: &Sealed, request: &SealRequest<'_>) -> Result<Vec<String>, SealError> {
    check_claims(sealed, request)?;
    match check_recipients(sealed, request.recipients) {
        Err(ScopeError::Recipients { missing, extra, .. })
            if extra.is_empty() || gets_new_key(sealed, request) =>
        {
            Ok(missing)
        }
        result => Ok(result.map(|()| Vec::new())?),
    }
}

fn gets_new_key(sealed: &Sealed, request: &SealRequest<'_>) -> bool {
    let is_unplaced = |place: &SealPlace<'_>| place.takes_incoming || sealed.signet().is_none();
    request.place.as_ref().is_some_and(is_unplaced)
}

/// Compares the claims of the file with the place that the request names, but for its clusters, which the fleet says; where
/// the request takes in what comes from elsewhere, its repository and tenant alone.
///
/// What has no seal claims nothing: [`refuse_unplaced`] says what becomes of it.
///
/// # Errors
/// [`SealError::Identity`] if a document of the fleet has no seal: those that are sealed are identities.
/// [`SealError::Incoming`] if it was sealed for another path of the same tenant, neither of which is a document of the fleet:
/// identities stay where they are. [`SealError::Scope`] at the first other claim that does not hold.
pub(super) fn check_claims(sealed: &Sealed, request: &SealRequest<'_>) -> Result<(), SealError> {
    let Some(place) = &request.place else {
        return Ok(());
    };
    let Some(claimed) = sealed.signet() else {
        if is_steering(request.path) {
            let path = request.path.clone();
            return Err(SealError::Identity { path });
        }
        return Ok(());
    };
    let refused = match compare(sealed, request.path, place, request) {
        Err(SealError::Scope(error @ ScopeError::Path { .. })) => error,
        held => return held,
    };
    let from = claimed.path.parse::<RepoPath>().ok();
    let Some(from) = from.filter(|from| !is_steering(from) && !is_steering(request.path)) else {
        return Err(refused.into());
    };
    if place.takes_incoming {
        return compare(sealed, &from, place, request);
    }
    let actual: BTreeSet<String> = sealed
        .metadata()
        .keys()
        .map(|key| normal_recipient(&key.recipient))
        .collect();
    let Recipients {
        required,
        transitional,
    } = request.recipients;
    let joins = required.difference(&actual).cloned().collect();
    let leaves = actual.difference(required);
    let leaves = leaves.filter(|one| !transitional.contains(*one));
    let leaves = leaves.cloned().collect();
    let from = Origin {
        path: from,
        clusters: claimed.clusters.clone(),
    };
    Err(incoming(Some(from), [joins, leaves], place, request))
}

/// Refuses a file without a seal whose data key is that of no version that was sealed for the place, unless the request takes it
/// in; one that holds an identity in any case: whoever opens files there would become who it is.
///
/// # Errors
/// [`SealError::Identity`], [`SealError::Incoming`]; [`SealError::Scope`] if it has more than one reading, a seal behind its first
/// document among them.
pub(super) fn refuse_unplaced(
    sealed: &Sealed,
    opened: &[Opened<'_>],
    place: &SealPlace<'_>,
    request: &SealRequest<'_>,
) -> Result<(), SealError> {
    refuse_identity(opened, request)?;
    if !place.takes_incoming {
        let joins = request.recipients.required.iter().cloned().collect();
        return Err(incoming(None, [joins, Vec::new()], place, request));
    }
    match sealed.strict() {
        // Sealing is how a clear comment gets sealed.
        Ok(()) | Err(StrictError::ClearComment { .. }) => Ok(()),
        Err(source) => Err(ScopeError::Strict {
            path: request.path.clone(),
            source,
        }
        .into()),
    }
}

/// Refuses what holds an age identity, in a fleet's repository.
///
/// # Errors
/// [`SealError::Identity`].
pub(super) fn refuse_identity(
    opened: &[Opened<'_>],
    request: &SealRequest<'_>,
) -> Result<(), SealError> {
    let is_identity = |value: &[u8]| value.windows(IDENTITY.len()).any(|part| part == IDENTITY);
    let mut values = opened.iter().filter_map(|one| one.value.as_ref());
    if request.in_fleet && values.any(|value| is_identity(&value.bytes)) {
        let path = request.path.clone();
        return Err(SealError::Identity { path });
    }
    Ok(())
}

fn incoming(
    from: Option<Origin>,
    [joins, leaves]: [Vec<String>; 2],
    place: &SealPlace<'_>,
    request: &SealRequest<'_>,
) -> SealError {
    SealError::Incoming(Box::new(Incoming {
        path: request.path.clone(),
        from,
        tenant: place.tenant.clone(),
        is_for: place.clusters.to_vec(),
        joins,
        leaves,
    }))
}

/// Compares what the file claims, but for its clusters, with the place and this path.
fn compare(
    sealed: &Sealed,
    path: &RepoPath,
    place: &SealPlace<'_>,
    request: &SealRequest<'_>,
) -> Result<(), SealError> {
    let scope = Scope {
        repository: place.repository.to_owned(),
        tenant: place.tenant.clone(),
        cluster: None,
        path: path.clone(),
        recipients: request.recipients.clone(),
        mode: SealedMode::Strict,
    };
    match check_place(sealed, &scope) {
        // Sealing is how a clear comment gets sealed.
        Err(ScopeError::Strict {
            source: StrictError::ClearComment { .. },
            ..
        }) => Ok(()),
        result => Ok(result?),
    }
}

/// Whether a person answers for what the file holds or for its coming to its place, so that it is to get a new key.
pub(super) fn is_answered_for(request: &SealRequest<'_>) -> bool {
    let is_taken_in = |place: &SealPlace<'_>| place.takes_incoming;
    let is_persons = matches!(request.vouched_by, Voucher::Person);
    request
        .place
        .as_ref()
        .is_some_and(|place| is_persons || is_taken_in(place))
}

/// Whether the file is sealed for another path than the request's.
pub(super) fn is_moved(sealed: &Sealed, request: &SealRequest<'_>) -> bool {
    let claimed = sealed.signet().filter(|_| request.place.is_some());
    claimed.is_some_and(|claimed| claimed.path != request.path.as_str())
}

/// Whether the file claims all of the request's place.
pub(super) fn is_claimed(sealed: &Sealed, request: &SealRequest<'_>) -> bool {
    sealed.signet().is_some_and(|claimed| {
        let is_place = |place: &SealPlace<'_>| {
            (place.repository, place.tenant.as_str()) == (&*claimed.repository, &*claimed.tenant)
        };
        request.place.as_ref().is_some_and(is_place) && new_place(sealed, request).is_none()
    })
}

/// The place for which the file is to be sealed, where it is sealed for none or for another one.
pub(super) fn new_place<'p>(
    sealed: &Sealed,
    request: &'p SealRequest<'_>,
) -> Option<&'p SealPlace<'p>> {
    let place = request.place.as_ref()?;
    let clusters: BTreeSet<&str> = place.clusters.iter().map(ClusterName::as_str).collect();
    let is_there = sealed.signet().is_some_and(|claimed| {
        let claims: BTreeSet<&str> = claimed.clusters.iter().map(String::as_str).collect();
        claimed.path == request.path.as_str() && claims == clusters
    });
    (!is_there).then_some(place)
}
