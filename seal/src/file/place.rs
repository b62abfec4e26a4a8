//! Whether a sealed file stands where it claims to, for those that the request names.

use std::collections::BTreeSet;

use signet_api::{ClusterName, RepoPath, SealedMode};
use signet_envelope::{
    Scope, ScopeError, Sealed, StrictError, check_place, check_recipients, normal_recipient,
};

use super::{Incoming, Origin, SealError, SealPlace, SealRequest, Voucher};
use crate::unlock::Opened;

/// What every age identity begins with, the hybrid ones too.
const IDENTITY: &[u8] = b"AGE-SECRET-KEY-";

/// The recipients that the request demands and the file lacks.
///
/// # Errors
/// [`SealError::Scope`] if a claim of the file does not hold, or if it is sealed for somebody who is not to open it:
/// only a new data key takes one away.
pub(super) fn check(sealed: &Sealed, request: &SealRequest<'_>) -> Result<Vec<String>, SealError> {
    check_claims(sealed, request)?;
    match check_recipients(sealed, request.recipients) {
        Err(ScopeError::Recipients { missing, extra, .. }) if extra.is_empty() => Ok(missing),
        result => Ok(result.map(|()| Vec::new())?),
    }
}

/// Compares the claims of the file with the place that the request names; where it takes what comes from elsewhere, its
/// repository and tenant alone.
///
/// What has no seal claims nothing: [`vouch::check`](super::vouch::check) asks where its key comes from.
///
/// # Errors
/// [`SealError::Identity`] if a document of the fleet has no seal: those that are sealed are identities.
/// [`SealError::Incoming`] if it was sealed for another place of the same tenant, neither of which is a document of the fleet:
/// identities stay where they are. [`SealError::Scope`] at the first other claim that does not hold.
pub(super) fn check_claims(sealed: &Sealed, request: &SealRequest<'_>) -> Result<(), SealError> {
    let Some(place) = &request.place else {
        return Ok(());
    };
    let Some(claimed) = sealed.signet() else {
        if is_document(request.path) {
            let path = request.path.clone();
            return Err(SealError::Identity { path });
        }
        return Ok(());
    };
    let holds = compare(sealed, request.path, place.clusters, request);
    let refused = match holds.and_then(|()| same_count(&claimed.clusters, place, request)) {
        Ok(()) => return Ok(()),
        Err(SealError::Scope(error @ (ScopeError::Path { .. } | ScopeError::Cluster { .. }))) => {
            error
        }
        Err(error) => return Err(error),
    };
    let from = claimed.path.parse::<RepoPath>().ok();
    let Some(from) = from.filter(|from| !is_document(from) && !is_document(request.path)) else {
        return Err(refused.into());
    };
    if place.takes_incoming {
        return compare(sealed, &from, &[], request);
    }
    let from = Origin {
        path: from,
        clusters: claimed.clusters.clone(),
    };
    Err(incoming(sealed, Some(from), place, request))
}

/// What a person has to agree to before the file is sealed for the place.
pub(super) fn incoming(
    sealed: &Sealed,
    from: Option<Origin>,
    place: &SealPlace<'_>,
    request: &SealRequest<'_>,
) -> SealError {
    let actual: BTreeSet<String> = sealed
        .metadata()
        .keys()
        .map(|key| normal_recipient(&key.recipient))
        .collect();
    let joins = request.recipients.required.difference(&actual);
    SealError::Incoming(Box::new(Incoming {
        path: request.path.clone(),
        from,
        is_for: place.clusters.to_vec(),
        joins: joins.cloned().collect(),
    }))
}

/// Refuses an identity that was not sealed for its path: whoever opens files there would become who it is.
///
/// # Errors
/// [`SealError::Identity`].
pub(super) fn refuse_identity(
    sealed: &Sealed,
    opened: &[Opened<'_>],
    request: &SealRequest<'_>,
) -> Result<(), SealError> {
    let claimed = sealed.signet().map(|claimed| &*claimed.path);
    if request.place.is_none() || claimed == Some(request.path.as_str()) {
        return Ok(());
    }
    let is_identity = |value: &[u8]| value.windows(IDENTITY.len()).any(|part| part == IDENTITY);
    let mut values = opened.iter().filter_map(|one| one.value.as_ref());
    if values.any(|value| is_identity(&value.bytes)) {
        let path = request.path.clone();
        return Err(SealError::Identity { path });
    }
    Ok(())
}

fn is_document(path: &RepoPath) -> bool {
    path.as_str().starts_with("signet/")
}

fn compare(
    sealed: &Sealed,
    path: &RepoPath,
    clusters: &[ClusterName],
    request: &SealRequest<'_>,
) -> Result<(), SealError> {
    let Some(place) = &request.place else {
        return Ok(());
    };
    for cluster in clusters.iter().map(Some).chain([None]) {
        let scope = Scope {
            repository: place.repository.to_owned(),
            tenant: place.tenant.clone(),
            cluster: cluster.cloned(),
            path: path.clone(),
            recipients: request.recipients.clone(),
            mode: SealedMode::Strict,
        };
        match check_place(sealed, &scope) {
            // Sealing is how a clear comment gets sealed.
            Err(ScopeError::Strict {
                source: StrictError::ClearComment { .. },
                ..
            }) => {}
            result => result?,
        }
    }
    Ok(())
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

/// Whether the file is sealed for another place than the request's.
pub(super) fn is_moved(sealed: &Sealed, request: &SealRequest<'_>) -> bool {
    sealed.signet().is_some() && new_place(sealed, request).is_some()
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

fn same_count(
    claimed: &[String],
    place: &SealPlace<'_>,
    request: &SealRequest<'_>,
) -> Result<(), SealError> {
    match place.clusters.first() {
        Some(expected) if claimed.len() != place.clusters.len() => Err(ScopeError::Cluster {
            path: request.path.clone(),
            claimed: claimed.to_vec(),
            expected: expected.clone(),
        }
        .into()),
        _ => Ok(()),
    }
}
