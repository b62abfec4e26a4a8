//! YAML: styles, comments, documents, adoption, ssh keys.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;
use signet_api::{ClusterName, RepoPath, SealedMode, TenantName};
use signet_envelope::{Recipients, Rule, Scope, ScopeError, Store, normal_recipient};
use signet_seal::{Identity, OpenError, SealPlace, SealRequest, Voucher, open_file, seal_file};
use signet_tests::tools;
use signet_yaml::{Aliases, Limits, kubernetes};
use tempfile::TempDir;

/// A throw-away identity.
const IDENTITY: &str = "AGE-SECRET-KEY-1SR2DAFS0UW9R92ZMX80UTKY96HPVMG05SC77E2HUYDQY92PQX7HQAC5A36";
const RECIPIENT: &str = "age17acs5qxkm64mnl8y4fyw3rskzqq7zfrrec9g67432ag5c4tu0fvqxgfan5";

/// Every type, style and kind of place, comments wherever people put them.
const SECRETS: &str = "\
# above all
apiVersion: v1
kind: Secret # what it is
metadata:
  name: db
stringData:
  # above the first
  user: app
  password: \"canary \\\"quoted\\\" \u{fc}\" # beside

  # after a blank line
  single: 'it''s: #1'
  empty: \"\"
  none: ~
  key: |
    -----BEGIN KEY-----
    abc

    -----END KEY-----
  folded: >-
    one
    two
  keep: |+
    x

  # last of all
data:
  token: YQ== # beside the last
---
kind: Secret
# between
stringData:
  list:
    # above an element
    - one
    - two # beside an element
    # below the last element
  flow: {a: b, c: [d, \"e\"]}
# at the end
";

/// Values that sops types.
const TYPES: &str = "\
int: 42
negative: -7
octal: 0o17
float: 1.5
large: 1e10
integral: 2.0
\"on\": \"yes\"
quoted: \"true\"
bool: true
time: 2024-01-02T03:04:05Z
date: 2024-01-02T00:00:00Z
clear_unencrypted: stays
nested:
  deep_unencrypted: {a: 1}
  list: [1, x, true, 1.25]
";

struct Files {
    folder: TempDir,
    path: RepoPath,
    tenant: TenantName,
    clusters: Vec<ClusterName>,
    recipients: Recipients,
    identities: Vec<Identity>,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("keys.txt"), IDENTITY).unwrap();
        Self {
            folder,
            path: "tenants/team-a/prod/db.yaml".parse().unwrap(),
            tenant: "team-a".parse().unwrap(),
            clusters: vec!["prod".parse().unwrap()],
            recipients: recipients(&[RECIPIENT]),
            identities: vec![
                Identity::parse(&SecretString::from(IDENTITY))
                    .unwrap_or_else(|error| panic!("{error}")),
            ],
        }
    }

    fn seal(&self, text: &str, rule: Option<Rule>) -> String {
        self.sealed(text, rule, false)
    }

    /// Seals a file for its place that has no seal.
    fn adopt(&self, text: &str) -> String {
        self.sealed(text, None, true)
    }

    fn sealed(&self, text: &str, rule: Option<Rule>, takes_incoming: bool) -> String {
        let versions = [text.to_owned()];
        let request = SealRequest {
            path: &self.path,
            store: Store::Yaml,
            place: Some(SealPlace {
                repository: "6f1c0d",
                tenant: &self.tenant,
                clusters: &self.clusters,
                takes_incoming,
            }),
            in_fleet: true,
            recipients: &self.recipients,
            key_groups: None,
            rule,
            mac_only_encrypted: false,
            identities: &self.identities,
            // As a commit that verifies has it: of a fresh file nothing is asked.
            vouched_by: Voucher::Earlier(&versions),
            now: "2026-01-02T03:04:05Z".parse().unwrap(),
        };
        seal_file(text, &request, &mut counting()).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    fn open(&self, text: &str, mode: SealedMode) -> Result<String, OpenError> {
        let scope = Scope {
            repository: "6f1c0d".to_owned(),
            tenant: self.tenant.clone(),
            cluster: self.clusters.first().cloned(),
            path: self.path.clone(),
            recipients: self.recipients.clone(),
            mode,
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the tests open what they have sealed"
        )]
        let opened = open_file(
            text,
            Store::Yaml,
            &self.path,
            &self.identities,
            Some(&scope),
        )?
        .expose_secret()
        .to_vec();
        Ok(String::from_utf8(opened).unwrap())
    }

    /// What sops says to a file with this text.
    fn sops(&self, arguments: &[&str], text: &str) -> Output {
        fs::write(self.file(), text).unwrap();
        self.run_sops(&[arguments, &["db.yaml"]].concat())
    }

    fn run_sops(&self, arguments: &[&str]) -> Output {
        Command::new(tools::sops())
            .args(arguments)
            .current_dir(self.folder.path())
            .env("SOPS_AGE_KEY_FILE", self.folder.path().join("keys.txt"))
            .env("SOPS_DISABLE_VERSION_CHECK", "1")
            .output()
            .unwrap()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("db.yaml")
    }

    fn decrypted_by_sops(&self, text: &str) -> String {
        stdout(&self.sops(&["decrypt"], text))
    }

    /// Sealed by sops under the settings of a creation rule.
    fn encrypted_by_sops(&self, text: &str, settings: &[(&str, &str)]) -> String {
        let mut config = format!("creation_rules:\n  - age: {RECIPIENT}\n");
        for (name, value) in settings {
            writeln!(config, "    {name}: {value}").unwrap();
        }
        fs::write(self.folder.path().join(".sops.yaml"), config).unwrap();
        stdout(&self.sops(&["encrypt"], text))
    }
}

fn stdout(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn recipients(names: &[&str]) -> Recipients {
    Recipients {
        required: names.iter().map(|&name| name.to_owned()).collect(),
        transitional: BTreeSet::new(),
    }
}

/// Bytes that never repeat themselves, so that each initialisation vector is another.
fn counting() -> impl FnMut(&mut [u8]) {
    let mut next = 0_u64;
    move |bytes| {
        for byte in bytes {
            next = next
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = next.to_be_bytes()[0];
        }
    }
}

/// All documents in one typing.
fn documents(text: &str) -> Vec<Json> {
    let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Refuse).unwrap();
    let roots = stream
        .documents
        .iter()
        .filter_map(|document| document.root.as_ref());
    roots
        .map(|root| kubernetes::to_json(root).unwrap())
        .collect()
}

/// The comments of a text, sorted: sops moves some.
fn comments(text: &str) -> Vec<&str> {
    let mut comments: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once("# ").map(|(_, comment)| comment))
        .filter(|comment| !comment.contains('"') && !comment.contains('\''))
        .collect();
    comments.sort_unstable();
    comments
}

fn rule(name: &str, value: &str) -> Rule {
    Rule::named(name, value).unwrap().unwrap()
}

#[test]
fn sops_opens_what_we_sealed() {
    let files = Files::new();
    let sealed = files.seal(SECRETS, None);
    assert!(!sealed.contains("canary"));
    let opened = files.decrypted_by_sops(&sealed);
    assert!(
        !opened.contains("ENC["),
        "each comment was sealed where sops looks for it:\n{opened}"
    );
    assert_eq!(documents(&opened), documents(SECRETS));
    assert_eq!(comments(&opened), comments(SECRETS));
}

#[test]
fn sops_opens_every_rule_that_we_seal_under() {
    let files = Files::new();
    for (name, value) in [
        ("unencrypted_suffix", "_unencrypted"),
        ("encrypted_suffix", "ted"),
        ("unencrypted_regex", "^(clear|nes)"),
        ("encrypted_regex", "^(int|nested|date)$"),
    ] {
        let sealed = files.seal(TYPES, Some(rule(name, value)));
        let opened = files.decrypted_by_sops(&sealed);
        let again = files.decrypted_by_sops(&files.encrypted_by_sops(TYPES, &[]));
        assert_eq!(documents(&opened), documents(&again), "{name}: {value}");
    }
}

#[test]
fn sops_opens_files_with_windows_line_breaks_and_no_end() {
    let files = Files::new();
    for text in [
        SECRETS.replace('\n', "\r\n"),
        "kind: Secret\nstringData:\n  a: b".to_owned(),
    ] {
        let opened = files.decrypted_by_sops(&files.seal(&text, None));
        assert_eq!(documents(&opened), documents(&text));
    }
}

#[test]
fn we_open_what_sops_sealed_under_every_rule() {
    let files = Files::new();
    let rules = [
        ("unencrypted_suffix", "_unencrypted"),
        ("encrypted_suffix", "_unencrypted"),
        ("unencrypted_regex", "^(clear|nes)"),
        ("encrypted_regex", "^(int|nested|date)$"),
        ("unencrypted_comment_regex", "public"),
        ("encrypted_comment_regex", "sealed"),
    ];
    let commented = TYPES
        .replace("float:", "# sealed\nfloat:")
        .replace("nested:", "# public\nnested:");
    for rule in rules {
        for mac_only_encrypted in ["false", "true"] {
            let settings = [rule, ("mac_only_encrypted", mac_only_encrypted)];
            let sealed = files.encrypted_by_sops(&commented, &settings);
            let opened = files.open(&sealed, SealedMode::Compat);
            let opened = opened.unwrap_or_else(|error| panic!("{settings:?}: {error}\n{sealed}"));
            assert_eq!(
                documents(&opened),
                documents(&files.decrypted_by_sops(&sealed)),
                "{settings:?}"
            );
            assert!(!opened.contains("ENC["), "{settings:?}:\n{opened}");
        }
    }
}

#[test]
fn we_open_comments_and_documents_that_sops_sealed() {
    let files = Files::new();
    let sealed = files.encrypted_by_sops(SECRETS, &[("encrypted_regex", "^(data|stringData)$")]);
    let opened = files.open(&sealed, SealedMode::Compat).unwrap();
    assert_eq!(documents(&opened), documents(SECRETS));
    assert_eq!(comments(&opened), comments(SECRETS));
    assert!(!opened.contains("ENC["), "{opened}");
}

#[test]
fn a_file_that_sops_sealed_can_be_adopted() {
    let files = Files::new();
    let plain = files.encrypted_by_sops(SECRETS, &[("encrypted_regex", "^(data|stringData)$")]);
    let refusal = files.open(&plain, SealedMode::Strict);
    assert!(matches!(
        refusal,
        Err(OpenError::Scope(ScopeError::NoSeal { .. }))
    ));
    let adopted = files.adopt(&plain);
    assert!(files.open(&adopted, SealedMode::Strict).is_ok());
    assert_eq!(
        documents(&files.decrypted_by_sops(&adopted)),
        documents(SECRETS)
    );
}

#[test]
fn an_edit_by_sops_drops_the_seal_and_is_told() {
    let files = Files::new();
    fs::write(files.file(), files.seal(TYPES, None)).unwrap();
    stdout(&files.run_sops(&["set", "db.yaml", "[\"int\"]", "43"]));
    let edited = fs::read_to_string(files.file()).unwrap();
    assert!(matches!(
        files.open(&edited, SealedMode::Strict),
        Err(OpenError::Scope(ScopeError::NoSeal { .. }))
    ));
    let again = files.adopt(&edited);
    assert!(
        files
            .open(&again, SealedMode::Strict)
            .unwrap()
            .contains("int: 43")
    );
}

#[test]
fn sops_opens_with_the_ssh_key_of_an_editor() {
    opens_with_ssh_key(&["-t", "ed25519"]);
}

#[test]
fn both_open_with_an_ssh_key_in_the_form_of_openssl() {
    opens_with_ssh_key(&["-t", "rsa", "-b", "2048", "-m", "PKCS8"]);
}

fn opens_with_ssh_key(form: &[&str]) {
    let mut files = Files::new();
    let key = files.folder.path().join("key");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-N", "", "-C", "dave@laptop"])
        .args(form)
        .arg("-f")
        .arg(&key)
        .status();
    assert!(made.unwrap().success());
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    files.recipients.required.insert(normal_recipient(&public));
    let sealed = files.seal(TYPES, None);
    fs::write(files.folder.path().join("keys.txt"), "").unwrap();
    fs::write(files.file(), &sealed).unwrap();
    let opened = Command::new(tools::sops())
        .args(["decrypt", "db.yaml"])
        .current_dir(files.folder.path())
        .env("SOPS_AGE_SSH_PRIVATE_KEY_FILE", &key)
        .output()
        .unwrap();
    assert!(stdout(&opened).contains("quoted: \"true\""));
    let private = SecretString::from(fs::read_to_string(&key).unwrap());
    files.identities = vec![Identity::parse(&private).unwrap_or_else(|error| panic!("{error}"))];
    assert_eq!(
        files
            .open(&sealed, SealedMode::Strict)
            .unwrap()
            .lines()
            .next(),
        Some("int: 42")
    );
}

#[test]
fn sops_refuses_what_we_refuse_without_a_seal() {
    let files = Files::new();
    let sealed = files.seal(TYPES, None);
    let changed = sealed.replace("clear_unencrypted: stays", "clear_unencrypted: moved");
    assert!(!files.sops(&["decrypt"], &changed).status.success());
    assert!(matches!(
        files.open(&changed, SealedMode::Strict),
        Err(OpenError::Seal { .. })
    ));
}
