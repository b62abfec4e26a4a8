//! The tenants' accounts, and what there is instead of them when they cannot be had.

use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use kube::config::AuthInfo;
use signet_api::TenantName;
use signet_cluster::{Access, Cluster, ConnectError, TenantError};

use crate::fixture::{self, Fixture};

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
    let accounts: Api<ServiceAccount> = Api::namespaced(fixture.admin.clone(), "signet-tenants");
    let token = accounts
        .create_token_request(
            "accounts-forbidden",
            &PostParams::default(),
            &TokenRequest::default(),
        )
        .await
        .unwrap();
    let mut config = fixture::config().await;
    config.auth_info = AuthInfo::default();
    config.auth_info.token = token.status.unwrap().token.map(Into::into);
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
    fixture
        .service_accounts()
        .delete("accounts-anew", &DeleteParams::default())
        .await
        .unwrap();
    fixture.service_account("accounts-anew").await;
    // The API server may accept the old token for some seconds out of a cache: either way the tenant sees its objects.
    for _ in 0..3 {
        crate::observe::nothing(&client).await;
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    }
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
