//! The tenants' accounts, and what there is instead of them when they cannot be had.

use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::{DeleteParams, PostParams};
use kube::config::AuthInfo;
use kube::{Api, Client};
use signet_api::TenantName;
use signet_cluster::{Access, Cluster, ConnectError, TenantError};

use crate::fixture::{self, Fixture, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_without_an_account_waits_for_it() {
    let fixture = Fixture::new().await;
    let tenant: TenantName = "accounts-later".parse().unwrap();
    let missing = fixture.cluster.tenant(&tenant).await.err().unwrap();
    assert_eq!(
        missing,
        TenantError::ServiceAccountMissing {
            tenant: tenant.clone()
        }
    );
    assert_eq!(
        missing.to_string(),
        "the ServiceAccount signet-tenants/accounts-later does not exist"
    );
    fixture.service_account("accounts-later").await;
    fixture.cluster.tenant(&tenant).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_the_right_to_ask_for_tokens_gets_none() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("accounts-forbidden").await;
    // A tenant's own account in the agent's place.
    let mut config = fixture::config().await;
    config.auth_info = AuthInfo::default();
    config.auth_info.token = Some(token(&fixture, "accounts-forbidden").await.into());
    let cluster = Cluster::with_config(&config).unwrap();
    let error = cluster.tenant(&tenant).await.err().unwrap();
    assert_eq!(error, TenantError::Forbidden { tenant });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_not_accepted_is_named_as_ours() {
    let mut config = fixture::config().await;
    config.auth_info = AuthInfo::default();
    config.auth_info.token = Some("nobody".into());
    let cluster = Cluster::with_config(&config).unwrap();
    let tenant: TenantName = "platform".parse().unwrap();
    let error = cluster.tenant(&tenant).await.err().unwrap();
    assert_eq!(error, TenantError::Unauthorized { tenant });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_server_that_is_away_is_named_so() {
    let mut config = fixture::config().await;
    config.cluster_url = "https://127.0.0.1:1".parse().unwrap();
    let cluster = Cluster::with_config(&config).unwrap();
    let error = cluster
        .tenant(&"platform".parse().unwrap())
        .await
        .err()
        .unwrap();
    assert!(matches!(error, TenantError::Unreachable { .. }), "{error}");
    assert!(error.is_transient());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_whose_account_was_made_anew_is_replaced() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("accounts-anew").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    crate::observe::nothing(&client).await;
    let witness = witness(&fixture, "accounts-anew").await;
    assert!(!is_refused(&witness).await);
    fixture
        .service_accounts()
        .delete("accounts-anew", &DeleteParams::default())
        .await
        .unwrap();
    fixture.service_account("accounts-anew").await;
    // The API server accepts old tokens for some seconds out of a cache, the client's no longer than this one.
    until("old tokens are refused", async || {
        is_refused(&witness).await
    })
    .await;
    crate::observe::nothing(&client).await;
}

/// A client with a token of the account as it is now, and with nothing to replace it by.
async fn witness(fixture: &Fixture, account: &str) -> Client {
    let mut config = fixture::config().await;
    config.auth_info = AuthInfo::default();
    config.auth_info.token = Some(token(fixture, account).await.into());
    Client::try_from(config).unwrap()
}

async fn is_refused(client: &Client) -> bool {
    match client.apiserver_version().await {
        Err(kube::Error::Api(status)) => status.code == 401,
        _ => false,
    }
}

async fn token(fixture: &Fixture, account: &str) -> String {
    let accounts: Api<ServiceAccount> = Api::namespaced(fixture.admin.clone(), "signet-tenants");
    let asked = accounts
        .create_token_request(account, &PostParams::default(), &TokenRequest::default())
        .await;
    asked.unwrap().status.unwrap().token.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_runs_no_program_to_authenticate() {
    let path = tempfile::NamedTempFile::new().unwrap();
    let kubeconfig = r#"{"apiVersion": "v1", "kind": "Config", "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "a", "user": {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/false"}}}]}"#;
    std::fs::write(path.path(), kubeconfig).unwrap();
    let access = Access::Kubeconfig {
        path: path.path().to_owned(),
        context: None,
    };
    let error = Cluster::connect(&access).await.err().unwrap();
    assert!(
        matches!(&error, ConnectError::Program { program } if program == "/bin/false"),
        "{error}"
    );
}
