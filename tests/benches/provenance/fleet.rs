//! The history of a fleet: many tenants, a policy with a rule for each, commits that change a file of one.

use std::fmt::Write;

use anyhow::Result;
use gix::ObjectId;
use gix::objs::Kind;
use signet_git::Store;
use signet_provenance::{TrustRoot, introduction_of};
use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use crate::repository::{Folder, Repository};

const TENANTS: usize = 50;
const PERSONS_EACH: usize = 3;
/// In each of a tenant's two folders.
const FILES: usize = 20;
const REPOSITORY: &str = "6f1c0d5e9a7b4c2d8e3f1a0b9c8d7e6f";
const BEGIN: i64 = 1_767_225_600;
const ANY: &str = "a string takes any text";

/// A fleet of 50 tenants with three persons and 40 files each, and a history of it.
pub(crate) struct Fleet {
    pub(crate) repository: Repository,
    pub(crate) root: TrustRoot,
    pub(crate) commits: Vec<ObjectId>,
    /// The date of the last commit, in seconds since 1970.
    pub(crate) clock: i64,
}

impl Fleet {
    /// A history of so many commits behind the introduction: each changes one file of one tenant, and one of its persons
    /// signed it.
    pub(crate) fn of(commits: usize) -> Result<Self> {
        let repository = Repository::new()?;
        let mut folder = Folder::default();
        let policy = repository.write(Kind::Blob, policy().as_bytes())?;
        folder.put("signet/policy.yaml", policy);
        for tenant in 0..TENANTS {
            for file in 0..FILES * 2 {
                let blob = repository.write(Kind::Blob, manifest(file, 0).as_bytes())?;
                folder.put(&path(tenant, file), blob);
            }
        }
        let keys: Vec<_> = (0..TENANTS * PERSONS_EACH).map(key).collect();
        let mut history = vec![commit(
            &repository,
            &mut folder,
            &key(usize::MAX),
            None,
            BEGIN,
        )?];
        let mut clock = BEGIN;
        for number in 0..commits {
            clock += 60;
            let tenant = number * 7 % TENANTS;
            let file = number / TENANTS % (FILES * 2);
            let blob = repository.write(Kind::Blob, manifest(file, number + 1).as_bytes())?;
            folder.put(&path(tenant, file), blob);
            let signer = &keys[tenant * PERSONS_EACH + number % PERSONS_EACH];
            let parent = history.last().copied();
            history.push(commit(&repository, &mut folder, signer, parent, clock)?);
        }
        repository.pack(history[commits])?;
        let store = Store::open(repository.path())?;
        let introduction = introduction_of(store.objects(), ours(history[0]))?;
        let root = TrustRoot {
            repository: REPOSITORY.to_owned(),
            reference: "refs/heads/main".to_owned(),
            introduction,
            revoked: Vec::new(),
        };
        Ok(Self {
            repository,
            root,
            commits: history,
            clock,
        })
    }

    /// The file for git with everybody who signed.
    pub(crate) fn allowed_signers() -> Result<String> {
        let mut text = String::new();
        for number in 0..TENANTS * PERSONS_EACH {
            let line = key(number).public_key().to_openssh()?;
            writeln!(text, "p{number} namespaces=\"git\" {line}")?;
        }
        Ok(text)
    }
}

pub(crate) fn ours(id: ObjectId) -> signet_provenance::ObjectId {
    let text = id.to_string();
    text.parse().expect("git's names are names")
}

fn path(tenant: usize, file: usize) -> String {
    let folder = if file < FILES { "prod" } else { "staging" };
    format!(
        "tenants/team-{tenant:02}/{folder}/service-{:02}.yaml",
        file % FILES
    )
}

/// A manifest of half a kilobyte whose image changes.
fn manifest(service: usize, version: usize) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: service-{service}\nspec:\n  replicas: 2\n  selector:\n    \
         matchLabels: {{app: service-{service}}}\n  template:\n    metadata:\n      labels: {{app: service-{service}}}\n    \
         spec:\n      containers:\n        - name: main\n          image: registry.example.org/service-{service}:1.{version}\n          \
         ports: [{{containerPort: 8080}}]\n          resources:\n            requests: {{cpu: 10m, memory: 32Mi}}\n            \
         limits: {{memory: 64Mi}}\n"
    )
}

/// The root group, the platform's and one for each tenant, each with a rule.
fn policy() -> String {
    let mut text = format!(
        "apiVersion: signet.dev/v1alpha1\nkind: Policy\nspec:\n  version: 1\n  repository: {REPOSITORY}\n  ref: refs/heads/main\n  principals:\n"
    );
    let mut principal = |name: &str, number: usize| {
        let line = key(number)
            .public_key()
            .to_openssh()
            .expect("a public key is text");
        writeln!(text, "    {name}: {{keys: [\"{line}\"]}}").expect(ANY);
    };
    principal("root", usize::MAX);
    for number in 0..TENANTS * PERSONS_EACH {
        principal(&format!("p{number}"), number);
    }
    text += "  groups:\n    root: [root]\n    platform: [root, p0, p1]\n";
    for tenant in 0..TENANTS {
        let first = tenant * PERSONS_EACH;
        let persons: Vec<_> = (first..first + PERSONS_EACH)
            .map(|number| format!("p{number}"))
            .collect();
        writeln!(text, "    team-{tenant:02}: [{}]", persons.join(", ")).expect(ANY);
    }
    text += "  rules:\n    - {paths: [\"signet/**\"], signers: root}\n    - {paths: [\"clusters/**\"], signers: platform}\n";
    for tenant in 0..TENANTS {
        let team = format!("team-{tenant:02}");
        writeln!(
            text,
            "    - {{paths: [\"tenants/{team}/**\"], signers: {team}}}"
        )
        .expect(ANY);
    }
    text += "  recovery: {recipients: [age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj]}\n";
    text
}

/// The throw-away key of a person.
fn key(number: usize) -> PrivateKey {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&number.to_be_bytes());
    PrivateKey::from(Ed25519Keypair::from_seed(&seed))
}

/// A signed commit of the folder.
fn commit(
    repository: &Repository,
    folder: &mut Folder,
    signer: &PrivateKey,
    parent: Option<ObjectId>,
    second: i64,
) -> Result<ObjectId> {
    let tree = repository.write_folder(folder)?;
    let parent = parent.map_or_else(String::new, |parent| format!("parent {parent}\n"));
    let people = format!(
        "author A <a@example.org> {second} +0000\ncommitter C <c@example.org> {second} +0000\n"
    );
    let (head, rest) = (
        format!("tree {tree}\n{parent}{people}"),
        "\nRelease another version\n",
    );
    let payload = format!("{head}{rest}");
    let signature = signer.sign("git", HashAlg::Sha512, payload.as_bytes())?;
    let signature = signature.to_pem(LineEnding::LF)?;
    let header = format!("gpgsig {}\n", signature.trim_end().replace('\n', "\n "));
    repository.write(Kind::Commit, format!("{head}{header}{rest}").as_bytes())
}
