//! Whether a sealed file stands where it claims to, for those that the request names.

use signet_api::SealedMode;
use signet_envelope::{Scope, ScopeError, Sealed, StrictError, check_place, check_recipients};

use super::{SealError, SealPlace, SealRequest};

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

/// Compares the claims of the file with the place that the request names.
///
/// # Errors
/// [`SealError::Scope`] at the first one that does not hold.
pub(super) fn check_claims(sealed: &Sealed, request: &SealRequest<'_>) -> Result<(), SealError> {
    let (Some(place), Some(claimed)) = (&request.place, sealed.signet()) else {
        return Ok(());
    };
    for cluster in place.clusters.iter().map(Some).chain([None]) {
        let scope = Scope {
            repository: place.repository.to_owned(),
            tenant: place.tenant.clone(),
            cluster: cluster.cloned(),
            path: request.path.clone(),
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
    same_count(&claimed.clusters, place, request)
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
