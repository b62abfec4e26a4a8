//! Whether a file stands where it was sealed for, and is sealed for whom it should be.

use signet_api::{ClusterName, RepoPath, SealedMode, TenantName};

use crate::recipients::names_on;
use crate::{Recipients, SealScope, Sealed, StrictError};

/// Where a file stands and who is about to open it.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The repository's identifier.
    pub repository: String,
    /// The tenant on whose behalf it is opened.
    pub tenant: TenantName,
    /// The cluster that opens it; nothing for a person.
    pub cluster: Option<ClusterName>,
    /// The file's path.
    pub path: RepoPath,
    /// For whom the path demands that it is sealed.
    pub recipients: Recipients,
    /// Whether a plain SOPS file will do.
    pub mode: SealedMode,
}

/// A file that was sealed for another place, or for other people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// The file has no seal.
    #[error("{path} is a plain SOPS file without a seal (`signet seal` adds one)")]
    NoSeal {
        /// The file.
        path: RepoPath,
    },
    /// The file leaves room for another reading.
    #[error("{path} is ambiguous")]
    Strict {
        /// The file.
        path: RepoPath,
        /// Where and why.
        #[source]
        source: StrictError,
    },
    /// The file was sealed for another repository.
    #[error("{path} was sealed for the repository {claimed}, not {expected}")]
    Repository {
        /// The file.
        path: RepoPath,
        /// What it was sealed for.
        claimed: String,
        /// Where it stands.
        expected: String,
    },
    /// The file was sealed for another tenant.
    #[error("{path} was sealed for tenant {claimed}, not {expected}")]
    Tenant {
        /// The file.
        path: RepoPath,
        /// What it was sealed for.
        claimed: String,
        /// Where it stands.
        expected: TenantName,
    },
    /// The file was sealed for other clusters.
    #[error("{path} was sealed for the clusters {}, not {expected}", claimed.join(", "))]
    Cluster {
        /// The file.
        path: RepoPath,
        /// What it was sealed for.
        claimed: Vec<String>,
        /// Which one opens it.
        expected: ClusterName,
    },
    /// The file was sealed for another path.
    #[error("{path} was sealed for the path {claimed}")]
    Path {
        /// The file.
        path: RepoPath,
        /// What it was sealed for.
        claimed: String,
    },
    /// The recipients are not those that the path demands.
    #[error(
        "{path} is not sealed for those that its path demands{}{}",
        listed("missing", missing),
        listed("not allowed", extra)
    )]
    Recipients {
        /// The file.
        path: RepoPath,
        /// Those that are missing.
        missing: Vec<String>,
        /// Those that should not be there.
        extra: Vec<String>,
    },
}

/// Checks what a file claims and for whom it is sealed. Until its seal is checked, this only sorts out honest mistakes.
///
/// # Errors
/// [`ScopeError`] at the first claim that does not hold.
pub fn check_scope(sealed: &Sealed, expected: &Scope) -> Result<(), ScopeError> {
    check_place(sealed, expected)?;
    check_recipients(sealed, &expected.recipients)
}

/// Checks what a file claims about its place, and that it has one reading; for whom it is sealed is left out.
///
/// # Errors
/// [`ScopeError`] at the first claim that does not hold, then [`ScopeError::Strict`].
pub fn check_place(sealed: &Sealed, expected: &Scope) -> Result<(), ScopeError> {
    let path = || expected.path.clone();
    match (sealed.signet(), expected.mode) {
        (Some(claimed), _) => {
            check_claim(claimed, expected)?;
            sealed.strict().map_err(|source| ScopeError::Strict {
                path: path(),
                source,
            })
        }
        (None, SealedMode::Strict) => Err(ScopeError::NoSeal { path: path() }),
        (None, SealedMode::Compat) => Ok(()),
    }
}

fn check_claim(claimed: &SealScope, expected: &Scope) -> Result<(), ScopeError> {
    let path = || expected.path.clone();
    if claimed.repository != expected.repository {
        let (claimed, expected) = (claimed.repository.clone(), expected.repository.clone());
        return Err(ScopeError::Repository {
            path: path(),
            claimed,
            expected,
        });
    }
    if claimed.tenant != expected.tenant.as_str() {
        let (claimed, expected) = (claimed.tenant.clone(), expected.tenant.clone());
        return Err(ScopeError::Tenant {
            path: path(),
            claimed,
            expected,
        });
    }
    if let Some(cluster) = &expected.cluster
        && !claimed.clusters.iter().any(|name| name == cluster.as_str())
    {
        let (claimed, expected) = (claimed.clusters.clone(), cluster.clone());
        return Err(ScopeError::Cluster {
            path: path(),
            claimed,
            expected,
        });
    }
    if claimed.path != expected.path.as_str() {
        return Err(ScopeError::Path {
            path: path(),
            claimed: claimed.path.clone(),
        });
    }
    Ok(())
}

/// Compares the recipients of a file with those that its path demands: required ⊆ recipients ⊆ required ∪ transitional.
///
/// # Errors
/// [`ScopeError::Recipients`] with those missing and those too many.
pub fn check_recipients(sealed: &Sealed, expected: &Recipients) -> Result<(), ScopeError> {
    let actual = names_on(sealed);
    let missing: Vec<String> = expected.required.difference(&actual).cloned().collect();
    let allowed =
        |name: &&String| expected.required.contains(*name) || expected.transitional.contains(*name);
    let extra: Vec<String> = actual
        .iter()
        .filter(|name| !allowed(name))
        .cloned()
        .collect();
    if missing.is_empty() && extra.is_empty() {
        return Ok(());
    }
    Err(ScopeError::Recipients {
        path: sealed.path().clone(),
        missing,
        extra,
    })
}

fn listed(what: &str, names: &[String]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!("; {what}: {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests;
