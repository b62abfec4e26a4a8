//! Files of sops for keys of clouds and vaults beside those of age: they open by age, and nothing becomes of the others here.

use std::fs;

use signet_tests::sops::{Sops, Version};

use crate::plain::Plain;
use crate::rotating::another;

const FILE: &str = "db.yaml";
const CLEAR: &str = "user: shop\npassword: canary-9f3a1c\n";
const CHANGED: &str = "user: late\npassword: canary-9f3a1c\n";

/// Keys that nobody here has: of which list, the entry as sops writes it, what it is called here, and how `sops rotate` is told to
/// take it out. What they wrap was made up.
const KEYS: [Key; 5] = [
    Key {
        kind: "kms",
        entry: &[
            "arn: arn:aws:kms:eu-central-1:111122223333:key/6d1c1f9e-4f3a-4b57-9a6e-0a1b2c3d4e5f",
            "aws_profile: \"\"",
            "context:",
            "    app: shop",
            "created_at: \"2024-01-01T00:00:00Z\"",
            "enc: AQICAHhtYWRlIHVwLCBhcyBsb25nIGFzIGl0IHRha2Vz/+0=",
            "role: arn:aws:iam::111122223333:role/sops",
        ],
        name: "arn:aws:kms:eu-central-1:111122223333:key/6d1c1f9e-4f3a-4b57-9a6e-0a1b2c3d4e5f",
        flag: "--rm-kms arn:aws:kms:eu-central-1:111122223333:key/6d1c1f9e-4f3a-4b57-9a6e-0a1b2c3d4e5f",
    },
    Key {
        kind: "gcp_kms",
        entry: &[
            "created_at: \"2024-01-01T00:00:00Z\"",
            "enc: CiQAbWFkZSB1cCwgYXMgbG9uZyBhcyBpdCB0YWtlcw==",
            "resource_id: projects/shop/locations/global/keyRings/sops/cryptoKeys/prod",
        ],
        name: "projects/shop/locations/global/keyRings/sops/cryptoKeys/prod",
        flag: "--rm-gcp-kms projects/shop/locations/global/keyRings/sops/cryptoKeys/prod",
    },
    Key {
        kind: "azure_kv",
        entry: &[
            "created_at: \"2024-01-01T00:00:00Z\"",
            "enc: bWFkZSB1cCwgYXMgbG9uZyBhcyBpdCB0YWtlcw",
            "name: prod",
            "vault_url: https://shop.vault.azure.net",
            "version: 2e1b0a9f8d7c4b6a",
        ],
        name: "https://shop.vault.azure.net/prod/2e1b0a9f8d7c4b6a",
        flag: "--rm-azure-kv KEY",
    },
    Key {
        kind: "hc_vault",
        entry: &[
            "created_at: \"2024-01-01T00:00:00Z\"",
            "enc: vault:v1:bWFkZSB1cCwgYXMgbG9uZyBhcyBpdCB0YWtlcw==",
            "engine_path: transit",
            "key_name: prod",
            "vault_address: https://vault.example.org:8200",
        ],
        name: "https://vault.example.org:8200/transit/prod",
        flag: "--rm-hc-vault-transit KEY",
    },
    Key {
        kind: "hckms",
        entry: &[
            "created_at: \"2024-01-01T00:00:00Z\"",
            "enc: bWFkZSB1cCwgYXMgbG9uZyBhcyBpdCB0YWtlcw==",
            "key_id: eu-west-101:6d1c1f9e-4f3a-4b57-9a6e-0a1b2c3d4e5f",
        ],
        name: "eu-west-101:6d1c1f9e-4f3a-4b57-9a6e-0a1b2c3d4e5f",
        flag: "--rm-hckms eu-west-101:6d1c1f9e-4f3a-4b57-9a6e-0a1b2c3d4e5f",
    },
];

struct Key {
    kind: &'static str,
    entry: &'static [&'static str],
    name: &'static str,
    flag: &'static str,
}

impl Key {
    /// The list with this one key, so far from the margin.
    fn list(&self, margin: usize) -> String {
        let blanks = " ".repeat(margin);
        let entry = self.entry.join(&format!("\n{blanks}      "));
        format!("{blanks}{}:\n{blanks}    - {entry}\n", self.kind)
    }
}

/// Somebody's folder, and the real sops with the same keys.
fn with_sops() -> (Plain, Sops) {
    let plain = Plain::repository();
    let keys = plain.person.home().join(".config/sops/age/keys.txt");
    let sops = Sops::new(Version::V3_13, &fs::read_to_string(keys).unwrap()).unwrap();
    (plain, sops)
}

/// What sops seals under a creation rule.
fn by_sops(sops: &Sops, rule: &str) -> String {
    let sealed = sops.encrypt(FILE, CLEAR.as_bytes(), rule).unwrap();
    String::from_utf8(sealed).unwrap()
}

/// The text with a list of keys beside that of age.
fn beside_age(sealed: &str, key: &Key) -> String {
    let end = "    lastmodified:";
    sealed.replacen(end, &format!("{}{end}", key.list(4)), 1)
}

/// Opens the file, changes a value of it, and expects nothing else to have changed but the MAC and the time.
fn opens_and_changes(plain: &Plain, sops: &Sops, sealed: &str) {
    plain.write(FILE, sealed);
    assert_eq!(plain.signet(&["open", FILE]).succeeded().stdout, CLEAR);
    let words = ["set", "--yes", FILE, "/user", "--string", "late"];
    plain.signet(&words).succeeded();
    let after = plain.read(FILE);
    assert_eq!(after.lines().count(), sealed.lines().count());
    for (before, after) in sealed.lines().zip(after.lines()) {
        let of = ["user: ", "    lastmodified: ", "    mac: "];
        let may_change = of
            .iter()
            .any(|of| before.starts_with(of) && after.starts_with(of));
        assert!(may_change || before == after, "{before}\n{after}");
    }
    let opened = sops.decrypt(FILE, after.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(opened).unwrap(), CHANGED);
}

#[test]
fn a_file_for_a_cloud_or_a_vault_too_opens_by_age_and_a_change_leaves_their_entries_alone() {
    let (plain, sops) = with_sops();
    let sealed = by_sops(&sops, &format!("age: {}", plain.recipient));
    for key in &KEYS {
        opens_and_changes(&plain, &sops, &beside_age(&sealed, key));
    }
    let all = KEYS.iter().fold(sealed, |text, key| beside_age(&text, key));
    opens_and_changes(&plain, &sops, &all);
}

#[test]
fn a_new_data_key_for_a_cloud_or_a_vault_is_left_to_sops_by_its_command() {
    let (plain, sops) = with_sops();
    let sealed = by_sops(&sops, &format!("age: {}", plain.recipient));
    for key in &KEYS {
        let Key {
            kind, name, flag, ..
        } = key;
        let sealed = beside_age(&sealed, key);
        plain.write(FILE, &sealed);
        let locked_out = format!("{FILE} is also sealed for {name} ({kind})");
        let by_sops = format!("`sops rotate -i {FILE}`");
        plain
            .signet(&["rotate", FILE])
            .failed(1, &[&locked_out, &by_sops]);
        let by_sops = format!("`sops rotate -i {flag} {FILE}`");
        plain
            .signet(&["rotate", "--remove", name, FILE])
            .failed(1, &[&locked_out, &by_sops]);
        assert_eq!(plain.read(FILE), sealed, "{kind}");
    }
}

#[test]
fn check_names_a_key_of_a_cloud_or_a_vault_for_which_its_creation_rule_does_not_ask() {
    let (plain, sops) = with_sops();
    let sealed = by_sops(&sops, &format!("age: {}", plain.recipient));
    for key in &KEYS {
        plain.rules("");
        plain.write(FILE, &beside_age(&sealed, key));
        let found = plain.signet(&["check", FILE]).stdout;
        let named = format!("not asked for: {} [wrong-recipients]\n", key.name);
        let then = format!("    sops updatekeys -y {FILE} && signet rotate {FILE}\n");
        assert!(found.contains(&(named + &then)), "{}: {found}", key.kind);
        fs::remove_file(plain.path().join(".sops.yaml")).unwrap();
        plain.signet(&["check", FILE]).succeeded();
    }
}

#[test]
fn a_key_of_a_cloud_or_a_vault_in_one_of_several_groups_is_left_alone_as_well() {
    let (plain, _) = with_sops();
    let (other, identity) = another(&plain, "other");
    let keys = plain.person.home().join(".config/sops/age/keys.txt");
    let both = fs::read_to_string(&keys).unwrap() + &identity;
    fs::write(&keys, &both).unwrap();
    let sops = Sops::new(Version::V3_13, &both).unwrap();
    let groups = format!(
        "key_groups: [{{age: [{}]}}, {{age: [{other}]}}]",
        plain.recipient
    );
    let sealed = by_sops(&sops, &format!("{{shamir_threshold: 2, {groups}}}"));
    let empty = "          hc_vault: []\n";
    for key in &KEYS {
        let in_group = sealed.replacen(empty, &key.list(10), 1);
        assert_ne!(in_group, sealed, "sops writes groups otherwise");
        opens_and_changes(&plain, &sops, &in_group);
        let locked_out = format!("{FILE} is also sealed for {} ({})", key.name, key.kind);
        plain
            .signet(&["rotate", FILE])
            .failed(1, &[&locked_out, &format!("`sops rotate -i {FILE}`")]);
        plain.rules("");
        let found = plain.signet(&["check", FILE]).stdout;
        assert!(found.contains(key.name), "{found}");
        fs::remove_file(plain.path().join(".sops.yaml")).unwrap();
    }
}
