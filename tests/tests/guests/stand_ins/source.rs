//! A source in a signed commit, in clear text or sealed, rendered and opened as the agent does.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use signet_api::{Fleet, RepoPath, SealedMode};
use signet_envelope::{Rule, Store, recipients};
use signet_provenance::{
    Kind, MemoryObjects, Objects, State, Tree, TrustRoot, Verified, introduction_of, verify,
};
use signet_render::{Kinds, Options, RenderError};
use signet_seal::{Identity, OpenScope, SealPlace, SealRequest, Voucher};
use signet_tests::dice::Dice;
use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

/// 2027-01-15, when everything here is made and looked at.
const SECONDS: i64 = 1_800_000_000;
const REPOSITORY: &str = "6f1c0d6f1c0d6f1c0d6f1c0d6f1c0d6f";
const RECOVERY: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// Files of team-a by their paths in `tenants/team-a`.
pub(super) type Texts = BTreeMap<String, String>;

/// Why a source gives no objects.
#[derive(Debug)]
pub(super) enum Refusal {
    Rendering(RenderError),
    /// A value does not fit where its stand-in stands.
    Splicing(signet_seal::SpliceError),
}

/// The objects as they would be sent, of the source in this folder, with these files sealed.
pub(super) fn sent(
    texts: &Texts,
    folder: &str,
    sealed: &[(&str, Option<Rule>)],
) -> Result<Vec<Value>, Refusal> {
    let mut files = documents();
    let fleet = Fleet::parse(files.iter().map(|(path, text)| {
        let path: RepoPath = path.parse().unwrap();
        (path, text.clone().into_bytes())
    }))
    .unwrap();
    for (path, text) in texts {
        let rule = sealed.iter().find(|(name, _)| name == path);
        let path = format!("tenants/team-a/{path}");
        let text = match rule {
            Some((_, rule)) => seal(&fleet, &path.parse().unwrap(), text, rule.clone()),
            None => text.clone(),
        };
        files.push((path, text));
    }
    let tree = verified(files);
    let desired = signet_render::render(&tree, &options(folder)).map_err(Refusal::Rendering)?;
    let tenant = "team-a".parse().unwrap();
    let scope = OpenScope {
        fleet: &fleet,
        repository: REPOSITORY,
        tenant: &tenant,
        cluster: &"prod".parse().unwrap(),
        mode: SealedMode::Strict,
    };
    let opened = signet_seal::open(&tree, &desired.sealed, &scope, &[identity()]).unwrap();
    let objects = desired.objects.iter().map(|object| {
        let body = signet_seal::splice(&object.json, &object.stand_ins, &opened)?;
        Ok(serde_json::from_slice(body.as_ref()).unwrap())
    });
    objects.collect::<Result<_, _>>().map_err(Refusal::Splicing)
}

fn options(folder: &str) -> Options {
    Options {
        tenant: "team-a".parse().unwrap(),
        source: "apps".parse().unwrap(),
        path: format!("tenants/team-a/{folder}").parse().unwrap(),
        namespace: "team-a".parse().ok(),
        kinds: Arc::new(Kinds::builtin()),
        shared: Vec::new(),
    }
}

fn seal(fleet: &Fleet, path: &RepoPath, text: &str, rule: Option<Rule>) -> String {
    let request = SealRequest {
        path,
        store: Store::of(path),
        place: Some(SealPlace {
            repository: REPOSITORY,
            tenant: &"team-a".parse().unwrap(),
            clusters: &["prod".parse().unwrap()],
            takes_incoming: false,
        }),
        in_fleet: true,
        recipients: &recipients(fleet, path).unwrap(),
        key_groups: None,
        rule,
        mac_only_encrypted: false,
        identities: &[],
        vouched_by: Voucher::Nobody,
        now: Timestamp::from_second(SECONDS).unwrap(),
    };
    let mut dice = Dice::new(7);
    let sealed = signet_seal::seal_file(text, &request, &mut |bytes: &mut [u8]| dice.fill(bytes));
    sealed.unwrap_or_else(|error| panic!("{path}: {error}\n{text}"))
}

/// The tree of a commit that is signed by the one principal of its own policy.
fn verified(files: Vec<(String, String)>) -> Tree<Verified> {
    let objects = MemoryObjects::default();
    let tree = objects.write_files(files);
    let person = format!("alice <alice@example.org> {SECONDS} +0000");
    let head = format!("tree {tree}\nauthor {person}\ncommitter {person}\n");
    let message = "\nintroduce\n";
    let signed = format!("{head}{message}");
    let signature = key()
        .sign("git", HashAlg::Sha512, signed.as_bytes())
        .unwrap();
    let signature = signature.to_pem(LineEnding::LF).unwrap();
    let signature = signature.trim_end().replace('\n', "\n ");
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

/// What the platform says of team-a and its cluster.
fn documents() -> Vec<(String, String)> {
    let recipient = identity().recipient().to_owned();
    let key = key().public_key().to_openssh().unwrap();
    let document = |kind: &str, name: &str, spec: String| {
        format!(
            "apiVersion: signet.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"
        )
    };
    let policy = format!(
        "{{version: 1, repository: {REPOSITORY}, ref: refs/heads/main, principals: {{alice: {{keys: [\"{key}\"]}}}}, groups: {{root: [alice]}}, rules: [{{paths: [\"signet/**\"], signers: root}}, {{paths: [\"tenants/**\"], signers: root}}], recovery: {{recipients: [{RECOVERY}]}}}}"
    );
    let cluster = format!("{{recipient: {recipient}}}");
    let tenant = format!(
        "{{editors: [], clusters: [{{name: prod, recipient: {recipient}, namespaces: [team-a], sources: [{{name: apps, path: tenants/team-a/prod}}]}}]}}"
    );
    vec![
        (
            "signet/policy.yaml".into(),
            document("Policy", "policy", policy),
        ),
        (
            "signet/clusters/prod.yaml".into(),
            document("Cluster", "prod", cluster),
        ),
        (
            "signet/tenants/team-a.yaml".into(),
            document("Tenant", "team-a", tenant),
        ),
    ]
}

fn identity() -> Identity {
    let mut dice = Dice::new(11);
    Identity::generate(&mut |bytes: &mut [u8]| dice.fill(bytes)).0
}

/// A key for tests alone: everybody can compute it.
fn key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]))
}
