//! People who sign with OpenPGP keys, as gpg makes them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{Fleet, signet, text};

const POLICY: &str = "signet/policy.yaml";

/// gpg with keys of its own, whose folder has a short name, for an agent's socket is in it.
struct Keyring(TempDir);

impl Keyring {
    fn new() -> Self {
        let home = tempfile::Builder::new().prefix("pgp").tempdir_in("/tmp");
        let home = home.unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
        Self(home)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn gpg(&self, words: &[&str]) -> String {
        let mut gpg = Command::new("gpg");
        gpg.arg("--homedir").arg(self.path());
        gpg.args(["--batch", "--quiet", "--pinentry-mode", "loopback"]);
        let ran = gpg.args(["--passphrase", ""]).args(words).output();
        let ran = ran.unwrap_or_else(|error| {
            panic!("{gpg:?}: {error}; gpg (apt install gnupg) must be installed")
        });
        let errors = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{gpg:?}: {errors}");
        String::from_utf8(ran.stdout).unwrap()
    }

    /// The fingerprints of its keys and subkeys.
    fn fingerprints(&self) -> Vec<String> {
        let listing = self.gpg(&["--list-keys", "--with-colons", "--with-subkey-fingerprint"]);
        let lines = listing.lines().filter(|line| line.starts_with("fpr:"));
        let field = |line: &str| line.split(':').nth(9).unwrap().to_owned();
        lines.map(field).collect()
    }
}

impl Drop for Keyring {
    /// Ends the agent that gpg started.
    fn drop(&mut self) {
        let mut gpgconf = Command::new("gpgconf");
        gpgconf.arg("--homedir").arg(self.path());
        gpgconf.args(["--kill", "all"]).status().ok();
    }
}

#[test]
fn a_commit_by_an_openpgp_subkey_is_good_and_explained_with_full_fingerprints() {
    let keyring = Keyring::new();
    let name = "zoe <zoe@example.org>";
    keyring.gpg(&["--quick-gen-key", name, "ed25519", "cert", "0"]);
    let key = keyring.fingerprints().remove(0);
    keyring.gpg(&["--quick-add-key", &key, "ed25519", "sign", "0"]);
    let subkey = keyring.fingerprints().remove(1);
    let export = ["--armor", "--export-options", "export-minimal", "--export"];
    let certificate = keyring.gpg(&[&export[..], &[&key]].concat());

    let fleet = Fleet::new();
    let place = format!("signet/keys/{key}.asc");
    fleet.alice.write(&place, &certificate).unwrap();
    let mut policy = fleet.alice.read(POLICY).unwrap();
    let principal = format!("  principals:\n    zoe: {{keys: [\"openpgp:{key}\"]}}\n");
    for (from, to) in [
        ("  principals:\n", &*principal),
        ("version: 2", "version: 3"),
        ("team-a: [", "team-a: [zoe, "),
    ] {
        assert!(policy.contains(from), "{policy}");
        policy = policy.replacen(from, to, 1);
    }
    fleet.alice.write(POLICY, &policy).unwrap();
    fleet.alice.commit("Take zoe in").unwrap();
    fleet.alice.push().unwrap();

    let zoe = fleet.dave.clone_of(&fleet.remote).unwrap();
    signet(&zoe, &["verify", "--trust", &fleet.introduction()]).succeeded();
    zoe.write("tenants/team-a/prod/map.yaml", "# zoe's\n")
        .unwrap();
    zoe.git(&["add", "--all"]).unwrap();
    // As gpg.program, which takes no arguments.
    let program = keyring.path().join("program");
    let home = keyring.path().display();
    fs::write(
        &program,
        format!("#!/bin/sh\nexec gpg --homedir {home} --batch \"$@\"\n"),
    )
    .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let program = format!("gpg.openpgp.program={}", text(&program));
    let signing = format!("user.signingkey={key}");
    let settings = ["-c", "gpg.format=openpgp", "-c", &program, "-c", &signing];
    let commit = ["commit", "--quiet", "--gpg-sign", "--message", "By zoe"];
    zoe.git(&[&settings[..], &commit].concat()).unwrap();

    let explained = signet(&zoe, &["verify", "--explain"]).succeeded().stdout;
    let by = format!("zoe openpgp:{key} (its subkey openpgp:{subkey})");
    assert!(explained.contains(&by), "{explained}");
    let said = format!("signed by zoe (openpgp:{key})");
    let summary = signet(&zoe, &["verify"]).succeeded();
    let summary = summary.stdout + &summary.stderr;
    assert!(summary.contains(&said), "{summary}");
    let listed = signet(&zoe, &["verify", "-o", "json"]).succeeded().stdout;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let step = listed["items"].as_array().unwrap().last().unwrap();
    assert_eq!(step["fingerprint"], format!("openpgp:{key}"));
    assert_eq!(step["subkey"], format!("openpgp:{subkey}"));
    assert!(
        step["algorithm"]
            .as_str()
            .unwrap()
            .starts_with("openpgp-ed25519-")
    );
    // A subkey that is lost is told of by what it signed.
    let words = ["revoke", &*subkey, "--hard", "--since", "1h", "--dry-run"];
    let told = signet(&zoe, &words).succeeded().stderr;
    assert!(
        told.contains(&format!("revokes openpgp:{subkey} of zoe since")),
        "{told}"
    );
    assert!(
        told.contains("it has a part in the accepted commit"),
        "{told}"
    );
}

#[test]
fn a_key_that_its_certificate_revokes_for_good_is_told_of() {
    let keyring = Keyring::new();
    let name = "zoe <zoe@example.org>";
    keyring.gpg(&["--quick-gen-key", name, "ed25519", "cert,sign", "0"]);
    let key = keyring.fingerprints().remove(0);
    // As gpg makes it beside the key, with a colon in front lest it be read by mistake.
    let place = format!("openpgp-revocs.d/{key}.rev");
    let revocation = fs::read_to_string(keyring.path().join(place)).unwrap();
    let ready = keyring.path().join("revocation");
    fs::write(&ready, revocation.replace(":-----BEGIN", "-----BEGIN")).unwrap();
    keyring.gpg(&["--import", &text(&ready)]);
    let export = ["--armor", "--export-options", "export-minimal", "--export"];
    let certificate = keyring.gpg(&[&export[..], &[&key]].concat());

    let fleet = Fleet::new();
    let place = format!("signet/keys/{key}.asc");
    fleet.alice.write(&place, &certificate).unwrap();
    let policy = fleet.alice.read(POLICY).unwrap();
    let principal = format!("  principals:\n    zoe: {{keys: [\"openpgp:{key}\"]}}\n");
    let policy = policy.replacen("  principals:\n", &principal, 1);
    let policy = policy.replacen("version: 2", "version: 3", 1);
    fleet.alice.write(POLICY, &policy).unwrap();
    let run = signet(&fleet.alice, &["policy", "check"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let said = run.stdout + &run.stderr;
    let told = "a key of zoe is revoked for good by its certificate";
    assert!(said.contains(told), "{said}");
}
