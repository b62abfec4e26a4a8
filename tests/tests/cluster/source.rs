//! A verified source in memory: one signed commit that introduces itself.

use std::sync::Arc;

use jiff::Timestamp;
use kube::core::ObjectMeta;
use signet_api::{Drift, Fleet, Namespaces, RepoPath, SealedMode, TenantName};
use signet_cluster::{Applied, TenantClient, apply, observe};
use signet_envelope::{Store, recipients};
use signet_plan::{ApplySetId, Limits, Plan, apply_set_id, diff};
use signet_provenance::{
    Kind, MemoryObjects, Objects, State, Tree, TrustRoot, Verified, introduction_of, verify,
};
use signet_render::{Desired, ObjectRef, Options, render};
use signet_seal::{Identity, OpenScope, Opened, SealPlace, SealRequest, Voucher, open, seal_file};
use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

/// 2027-01-15, when every commit here is made and looked at.
const SECONDS: i64 = 1_800_000_000;
pub(crate) const REPOSITORY: &str = "6f1c0d6f1c0d6f1c0d6f1c0d6f1c0d6f";
pub(crate) const RECOVERY: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// A manifest as good as any.
pub(crate) const CONFIG: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n";

/// One tenant's source: manifests below `tenants/<tenant>/prod/`, those sealed whose name says `sealed`.
pub(crate) struct Source {
    pub(crate) tenant: TenantName,
    pub(crate) namespaces: Namespaces,
    pub(crate) tree: Tree<Verified>,
}

impl Source {
    pub(crate) fn new(tenant: &TenantName, manifests: &[(&str, &str)]) -> Self {
        let namespace = tenant.as_str().parse().unwrap();
        Self::with_namespaces(tenant, Namespaces::List(vec![namespace]), manifests)
    }

    pub(crate) fn with_namespaces(
        tenant: &TenantName,
        namespaces: Namespaces,
        manifests: &[(&str, &str)],
    ) -> Self {
        let mut files = documents(tenant);
        for (name, text) in manifests {
            files.push((
                format!("tenants/{tenant}/prod/{name}"),
                seal(tenant, name, text),
            ));
        }
        Self {
            tenant: tenant.clone(),
            namespaces,
            tree: verified(files),
        }
    }

    /// Opens what a plan needs with the tenant's identity, as the agent does.
    pub(crate) fn open(&self, plan: &Plan<Verified>) -> Opened {
        let fleet = self.tree.fleet().unwrap();
        let scope = OpenScope {
            fleet: &fleet,
            repository: REPOSITORY,
            tenant: &self.tenant,
            cluster: &"prod".parse().unwrap(),
            mode: SealedMode::Strict,
        };
        open(&self.tree, &plan.sealed(), &scope, &[identity()]).unwrap()
    }

    /// The whole way but for fetching: render, observe, diff, apply.
    pub(crate) async fn apply(&self, client: &TenantClient, previous: &[ObjectRef]) -> Applied {
        let plan = self.plan(client, previous).await;
        let opened = self.open(&plan);
        apply(client, plan, &opened).await
    }

    pub(crate) async fn plan(
        &self,
        client: &TenantClient,
        previous: &[ObjectRef],
    ) -> Plan<Verified> {
        let previous = previous.iter().cloned().collect();
        let desired = self.desired(client).await;
        let live = observe(client, &desired, &previous).await.unwrap();
        diff(desired, &live, &previous, &self.limits()).unwrap()
    }

    pub(crate) async fn desired(&self, client: &TenantClient) -> Desired<Verified> {
        let options = Options {
            tenant: self.tenant.clone(),
            source: "apps".parse().unwrap(),
            path: format!("tenants/{}/prod", self.tenant).parse().unwrap(),
            namespace: self.tenant.as_str().parse().ok(),
            kinds: client.cluster().kinds().await.unwrap(),
            shared: Vec::new(),
        };
        render(&self.tree, &options).unwrap()
    }

    pub(crate) fn set(&self) -> ApplySetId {
        apply_set_id(&format!("{}-apps", self.tenant), self.tenant.as_str())
    }

    fn limits(&self) -> Limits {
        Limits {
            tenant: self.tenant.clone(),
            source: "apps".parse().unwrap(),
            namespaces: self.namespaces.clone(),
            sinks: Vec::new(),
            prune: true,
            drift: Drift::Correct,
            apply_set: self.set(),
        }
    }
}

/// The tree of a commit that is signed by the one principal of its own policy.
fn verified(files: Vec<(String, String)>) -> Tree<Verified> {
    let objects = MemoryObjects::default();
    let tree = objects.write_files(files);
    let person = format!("alice <alice@example.org> {SECONDS} +0000");
    let head = format!("tree {tree}\nauthor {person}\ncommitter {person}\n");
    let message = "\nintroduce\n";
    let signature = key()
        .sign(
            "git",
            HashAlg::Sha512,
            format!("{head}{message}").as_bytes(),
        )
        .unwrap();
    let signature = signature
        .to_pem(LineEnding::LF)
        .unwrap()
        .trim_end()
        .replace('\n', "\n ");
    let commit = objects.write(Kind::Commit, format!("{head}gpgsig {signature}\n{message}"));
    let objects: Arc<dyn Objects> = Arc::new(objects);
    let root = TrustRoot {
        repository: REPOSITORY.into(),
        reference: "refs/heads/main".into(),
        introduction: introduction_of(objects.clone(), commit).unwrap(),
        revoked: Vec::new(),
    };
    let now = Timestamp::from_second(SECONDS).unwrap();
    verify(objects, commit, &[], &root, &State::default(), now)
        .unwrap()
        .tree
}

fn policy() -> String {
    let key = key().public_key().to_openssh().unwrap();
    format!(
        "apiVersion: signet.dev/v1alpha1
kind: Policy
metadata: {{name: policy}}
spec:
  version: 1
  repository: {REPOSITORY}
  ref: refs/heads/main
  principals: {{alice: {{keys: [\"{key}\"]}}}}
  groups: {{root: [alice]}}
  rules:
    - {{paths: [\"signet/**\"], signers: root}}
    - {{paths: [\"tenants/**\"], signers: root}}
  recovery: {{recipients: [{RECOVERY}]}}
"
    )
}

/// What the platform says of the tenant and the cluster.
fn documents(tenant: &TenantName) -> Vec<(String, String)> {
    let recipient = identity().recipient().to_owned();
    let head = |kind: &str, name: &str| {
        format!("apiVersion: signet.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\n")
    };
    let cluster = format!(
        "{}spec: {{recipient: {recipient}}}\n",
        head("Cluster", "prod")
    );
    let of_tenant = format!(
        "{}spec:
  editors: []
  clusters:
    - name: prod
      recipient: {recipient}
      namespaces: [{tenant}]
      sources: [{{name: apps, path: tenants/{tenant}/prod}}]
",
        head("Tenant", tenant.as_str())
    );
    vec![
        ("signet/policy.yaml".into(), policy()),
        ("signet/clusters/prod.yaml".into(), cluster),
        (format!("signet/tenants/{tenant}.yaml"), of_tenant),
    ]
}

/// The manifest, sealed if its name says so.
fn seal(tenant: &TenantName, name: &str, text: &str) -> String {
    if !name.contains("sealed") {
        return text.to_owned();
    }
    let path: RepoPath = format!("tenants/{tenant}/prod/{name}").parse().unwrap();
    let files = documents(tenant)
        .into_iter()
        .map(|(path, text)| (path.parse().unwrap(), text.into_bytes()));
    let fleet = Fleet::parse(files).unwrap();
    let place = SealPlace {
        repository: REPOSITORY,
        tenant,
        clusters: &["prod".parse().unwrap()],
        takes_incoming: false,
    };
    let request = SealRequest {
        path: &path,
        store: Store::Yaml,
        place: Some(place),
        in_fleet: true,
        recipients: &recipients(&fleet, &path).unwrap(),
        key_groups: None,
        rule: None,
        mac_only_encrypted: false,
        identities: &[],
        vouched_by: Voucher::Nobody,
        now: Timestamp::from_second(SECONDS).unwrap(),
    };
    seal_file(text, &request, &mut predictable()).unwrap()
}

/// The same bytes each time: what is sealed here is no secret.
fn predictable() -> impl FnMut(&mut [u8]) {
    let mut next = 0_u8;
    move |bytes| {
        for byte in bytes {
            next = next.wrapping_add(41);
            *byte = next;
        }
    }
}

fn identity() -> Identity {
    Identity::generate(&mut predictable()).0
}

/// A key for tests alone: everybody can compute it.
fn key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]))
}

pub(crate) fn reference(kind: &str, namespace: &str, name: &str) -> ObjectRef {
    ObjectRef {
        group: String::new(),
        version: "v1".into(),
        kind: kind.into(),
        namespace: Some(namespace.into()),
        name: name.into(),
    }
}

/// Name and namespace, for objects that an administrator makes.
pub(crate) fn metadata(namespace: &str, name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.into()),
        namespace: Some(namespace.into()),
        ..Default::default()
    }
}
