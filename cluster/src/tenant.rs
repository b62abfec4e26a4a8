//! The tenants' accounts: a tenant's work is done with the tenant's rights.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use http::{Request, Response, StatusCode, header::AUTHORIZATION};
use kube::{Client, client::Body};
use signet_api::{TENANTS_NAMESPACE, TenantName};
use tower::BoxError;

use crate::{Cluster, Failure, pool, tenant::token::TokenSource};

mod token;

/// Speaks as the `ServiceAccount` `signet-tenants/<tenant>`: the only way to read or write a tenant's objects.
///
/// Its token is asked for when it is needed and renewed at 80 % of its life. Cheap to clone.
#[derive(Clone)]
pub struct TenantClient {
    name: TenantName,
    cluster: Cluster,
    client: Client,
}

/// Why a tenant's token cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TenantError {
    /// The platform has not made it yet, or has removed it.
    #[error("the ServiceAccount {TENANTS_NAMESPACE}/{tenant} does not exist")]
    ServiceAccountMissing {
        /// The tenant.
        tenant: TenantName,
    },
    /// The agent may not ask for tokens.
    #[error(
        "the agent may not create tokens for ServiceAccounts in {TENANTS_NAMESPACE} (tenant {tenant})"
    )]
    Forbidden {
        /// The tenant.
        tenant: TenantName,
    },
    /// The agent's own credential is not accepted.
    #[error(
        "the API server does not accept the agent's own credential (asking for the token of {tenant})"
    )]
    Unauthorized {
        /// The tenant.
        tenant: TenantName,
    },
    /// No answer.
    #[error("asking for the token of {tenant}: {cause}")]
    Unreachable {
        /// The tenant.
        tenant: TenantName,
        /// What went wrong on the way.
        cause: String,
    },
    /// Any other answer.
    #[error("asking for the token of {tenant}: {cause}")]
    Refused {
        /// The tenant.
        tenant: TenantName,
        /// What the server said.
        cause: String,
        /// Whether the same request may succeed later.
        transient: bool,
    },
}

impl TenantError {
    /// Whether the same request may succeed later with nothing changed in the cluster.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { transient, .. } => *transient,
            Self::ServiceAccountMissing { .. }
            | Self::Forbidden { .. }
            | Self::Unauthorized { .. } => false,
        }
    }

    fn of(tenant: &TenantName, failure: &Failure) -> Self {
        let tenant = tenant.clone();
        match failure.code() {
            Some(404) => Self::ServiceAccountMissing { tenant },
            Some(403) => Self::Forbidden { tenant },
            Some(401) => Self::Unauthorized { tenant },
            Some(_) => Self::Refused {
                tenant,
                cause: failure.to_string(),
                transient: failure.is_transient(),
            },
            None => Self::Unreachable {
                tenant,
                cause: failure.to_string(),
            },
        }
    }
}

impl Cluster {
    /// The client of `tenant`, with a token that is good now.
    ///
    /// # Errors
    /// [`TenantError`] by variant; there is no other account to fall back to.
    pub async fn tenant(&self, tenant: &TenantName) -> Result<TenantClient, TenantError> {
        let account = self.inner.tenants.account(tenant);
        account.tokens.header().await?;
        Ok(TenantClient {
            name: tenant.clone(),
            cluster: self.clone(),
            client: account.client,
        })
    }
}

impl TenantClient {
    /// The tenant.
    pub fn name(&self) -> &TenantName {
        &self.name
    }

    /// The cluster that it speaks to.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }
}

/// The accounts that were asked for so far.
pub(crate) struct Tenants {
    own: Client,
    pool: Client,
    accounts: Mutex<BTreeMap<TenantName, Account>>,
}

#[derive(Clone)]
struct Account {
    tokens: Arc<TokenSource>,
    client: Client,
}

impl Tenants {
    pub(crate) fn new(own: Client, pool: Client) -> Self {
        Self {
            own,
            pool,
            accounts: Mutex::default(),
        }
    }

    fn account(&self, tenant: &TenantName) -> Account {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts
            .entry(tenant.clone())
            .or_insert_with(|| self.open(tenant))
            .clone()
    }

    fn open(&self, tenant: &TenantName) -> Account {
        let tokens = Arc::new(TokenSource::new(tenant.clone(), self.own.clone()));
        let (source, pool) = (tokens.clone(), self.pool.clone());
        let service =
            tower::service_fn(move |request| send_as(source.clone(), pool.clone(), request));
        Account {
            tokens,
            client: Client::new(service, tenant.to_string()),
        }
    }
}

/// Sends with the tenant's token; a token that is not accepted (any more) is replaced once.
async fn send_as(
    tokens: Arc<TokenSource>,
    pool: Client,
    mut request: Request<Body>,
) -> Result<Response<Body>, BoxError> {
    let token = tokens.header().await?;
    request.headers_mut().insert(AUTHORIZATION, token.clone());
    let again = copy(&request);
    let response = pool::send(pool.clone(), request).await?;
    let (StatusCode::UNAUTHORIZED, Some(mut again)) = (response.status(), again) else {
        return Ok(response);
    };
    tokens.discard(&token).await;
    again
        .headers_mut()
        .insert(AUTHORIZATION, tokens.header().await?);
    pool::send(pool, again).await
}

/// A second copy of a request, if its body can be sent twice.
fn copy(request: &Request<Body>) -> Option<Request<Body>> {
    let mut again = Request::new(request.body().try_clone()?);
    *again.method_mut() = request.method().clone();
    *again.uri_mut() = request.uri().clone();
    *again.headers_mut() = request.headers().clone();
    Some(again)
}
