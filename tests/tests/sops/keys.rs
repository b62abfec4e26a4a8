//! Every kind of key that age has, and shares of keys, both ways.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};
use signet_api::RepoPath;
use signet_envelope::{Recipients, Store, parse};
use signet_seal::{
    Identity, IdentityError, KeyGroups, OpenError, ProtectedSshKey, SealRequest, Voucher,
};
use signet_tests::sops::{Sops, Version};
use tempfile::TempDir;

use crate::dice::Dice;
use crate::ours::chain;

const PLAIN: &str = "password: canary-7f3a-hunter2\nport: 5432\n";
const FILE: &str = "db.yaml";

/// Somebody with a key, as sops and as we read it.
struct Person {
    identity: Identity,
    text: String,
    /// SSH keys are files to sops, age's are lines.
    is_ssh: bool,
}

#[expect(
    clippy::disallowed_methods,
    reason = "sops reads the throw-away identities from a file"
)]
fn native((identity, text): (Identity, SecretString)) -> Person {
    Person {
        identity,
        text: text.expose_secret().to_owned(),
        is_ssh: false,
    }
}

fn classical(number: u8) -> Person {
    native(Identity::generate(&mut |bytes: &mut [u8]| {
        bytes.fill(number);
    }))
}

fn post_quantum(number: u8) -> Person {
    native(Identity::generate_post_quantum(
        &mut |bytes: &mut [u8]| {
            bytes.fill(number);
        },
    ))
}

/// The text of a key that ssh-keygen makes.
fn ssh_keygen(arguments: &[&str]) -> String {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("key");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-C", "somebody@example.org", "-f"])
        .arg(&file)
        .args(arguments)
        .status();
    assert!(made.unwrap().success());
    fs::read_to_string(file).unwrap()
}

fn ssh(arguments: &[&str]) -> Person {
    let text = ssh_keygen(&[arguments, &["-N", ""]].concat());
    Person {
        identity: Identity::parse(&text.as_str().into()).ok().unwrap(),
        text,
        is_ssh: true,
    }
}

fn rsa() -> Person {
    ssh(&["-t", "rsa", "-b", "2048"])
}

fn ed25519() -> Person {
    ssh(&["-t", "ed25519"])
}

impl Person {
    fn recipient(&self) -> &str {
        self.identity.recipient()
    }
}

fn names(people: &[&Person]) -> BTreeSet<String> {
    let names = people.iter().map(|person| person.recipient().to_owned());
    names.collect()
}

/// What these people read with sops.
fn sops_opens(version: Version, sealed: &str, people: &[&Person]) -> Result<String, String> {
    let (ssh, native): (Vec<&Person>, Vec<_>) = people.iter().partition(|person| person.is_ssh);
    let lines: Vec<&str> = native.iter().map(|person| person.text.as_str()).collect();
    let sops = Sops::new(version, &(lines.join("\n") + "\n")).unwrap();
    fs::write(sops.path(FILE), sealed).unwrap();
    let mut command = sops.command(&["decrypt", FILE]);
    if let [key] = &ssh[..] {
        fs::write(sops.path("ssh_key"), &key.text).unwrap();
        command.env("SOPS_AGE_SSH_PRIVATE_KEY_FILE", sops.path("ssh_key"));
    }
    let output = command.output().unwrap();
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests open what they have sealed"
)]
fn we_open(sealed: &str, people: Vec<Person>) -> Result<String, OpenError> {
    let path: RepoPath = FILE.parse().unwrap();
    let identities: Vec<Identity> = people.into_iter().map(|person| person.identity).collect();
    let opened = signet_seal::open_file(sealed, Store::Yaml, &path, &identities, None)?;
    Ok(String::from_utf8(opened.expose_secret().to_vec()).unwrap())
}

fn sops_seals(version: Version, setting: &str) -> String {
    let sops = Sops::new(version, "").unwrap();
    let sealed = sops.encrypt(FILE, PLAIN.as_bytes(), &format!("{{{setting}}}"));
    String::from_utf8(sealed.unwrap()).unwrap()
}

fn we_seal(groups: &KeyGroups) -> String {
    let request = SealRequest {
        path: &FILE.parse().unwrap(),
        store: Store::Yaml,
        place: None,
        in_fleet: false,
        recipients: &Recipients {
            required: groups.recipients(),
            transitional: BTreeSet::new(),
        },
        key_groups: Some(groups),
        rule: None,
        mac_only_encrypted: false,
        identities: &[],
        vouched_by: Voucher::Nobody,
        now: "2026-01-02T03:04:05Z".parse().unwrap(),
    };
    let mut dice = Dice::new(11);
    let mut rng = |bytes: &mut [u8]| dice.fill(bytes);
    signet_seal::seal_file(PLAIN, &request, &mut rng)
        .unwrap_or_else(|error| panic!("{}", chain(&error)))
}

#[test]
fn every_kind_of_key_opens_what_the_other_sealed() {
    type Make = fn() -> Person;
    let kinds: [(&str, Make); 4] = [
        ("X25519", || classical(1)),
        ("post-quantum", || post_quantum(1)),
        ("ssh-ed25519", ed25519),
        ("ssh-rsa", rsa),
    ];
    for version in Version::ALL {
        for (kind, make) in kinds {
            let person = make();
            let ours = we_seal(&KeyGroups::one(names(&[&person])));
            let opened = sops_opens(version, &ours, &[&person]);
            assert_eq!(opened.as_deref(), Ok(PLAIN), "{kind} {version:?}");
            let theirs = sops_seals(version, &format!("age: ['{}']", person.recipient()));
            assert_eq!(we_open(&theirs, vec![person]).unwrap(), PLAIN, "{kind}");
        }
    }
}

#[test]
fn each_of_several_recipients_of_all_kinds_opens_a_file() {
    let people = [classical(1), post_quantum(2), ed25519(), rsa()];
    let all: Vec<&Person> = people.iter().collect();
    let ours = we_seal(&KeyGroups::one(names(&all)));
    for person in &people {
        for version in Version::ALL {
            let opened = sops_opens(version, &ours, &[person]);
            assert_eq!(opened.as_deref(), Ok(PLAIN), "{}", person.recipient());
        }
    }
    for person in people {
        assert_eq!(we_open(&ours, vec![person]).unwrap(), PLAIN);
    }
}

#[test]
fn any_two_of_three_groups_open_what_the_other_sealed_and_one_does_not() {
    let people = || [classical(1), post_quantum(2), classical(3)];
    let pairs = [[0, 1], [1, 2], [0, 2]];
    let groups = KeyGroups {
        groups: people().map(|person| names(&[&person])).to_vec(),
        threshold: 2,
    };
    let ours = we_seal(&groups);
    for version in Version::ALL {
        let people = people();
        for pair in pairs {
            let pair = pair.map(|index| &people[index]);
            assert_eq!(sops_opens(version, &ours, &pair).as_deref(), Ok(PLAIN));
        }
        assert!(sops_opens(version, &ours, &[&people[1]]).is_err());
    }
    let list = people().map(|person| format!("{{age: ['{}']}}", person.recipient()));
    let list = list.join(", ");
    for version in Version::ALL {
        let theirs = sops_seals(
            version,
            &format!("shamir_threshold: 2, key_groups: [{list}]"),
        );
        for pair in pairs {
            let people = people().into_iter().enumerate();
            let pair = people.filter(|(index, _)| pair.contains(index));
            let opened = we_open(&theirs, pair.map(|(_, person)| person).collect());
            assert_eq!(opened.unwrap(), PLAIN);
        }
        assert!(matches!(
            we_open(&theirs, vec![post_quantum(2)]),
            Err(OpenError::Groups {
                opened: 1,
                needed: 2,
                ..
            })
        ));
        let all = sops_seals(version, &format!("key_groups: [{list}]"));
        let metadata = parse(&all, &FILE.parse().unwrap()).unwrap();
        assert_eq!(metadata.metadata().groups.len(), 3);
        assert_eq!(we_open(&all, people().into()).unwrap(), PLAIN);
        let two = people().into_iter().take(2).collect();
        assert!(matches!(
            we_open(&all, two),
            Err(OpenError::Groups { needed: 3, .. })
        ));
    }
}

#[test]
fn a_label_that_lies_hides_no_key_from_sops_and_none_from_us() {
    let (ours, other) = (classical(1), classical(2));
    let sealed = we_seal(&KeyGroups::one(names(&[&ours])));
    let lie = sealed.replace(ours.recipient(), other.recipient());
    for version in Version::ALL {
        assert_eq!(sops_opens(version, &lie, &[&ours]).as_deref(), Ok(PLAIN));
    }
    assert_eq!(we_open(&lie, vec![ours]).unwrap(), PLAIN);
    assert!(we_open(&lie, vec![other]).is_err());
}

#[test]
fn an_ssh_key_behind_a_passphrase_opens_with_it_and_with_no_other() {
    let ed25519 = ["-t", "ed25519", "-N", "passphrase"];
    let rsa = ["-t", "rsa", "-b", "2048", "-N", "passphrase"];
    let ciphers = ["aes256-ctr", "aes256-cbc", "aes256-gcm@openssh.com"];
    let ciphers = ciphers.map(|cipher| ["-t", "ed25519", "-N", "passphrase", "-Z", cipher]);
    let ciphers = ciphers.iter().map(|words| &words[..]);
    for words in ciphers.chain([&ed25519[..], &rsa]) {
        let text = ssh_keygen(words);
        let read = || ProtectedSshKey::read(text.as_bytes()).unwrap();
        let recipient = read().recipient().to_owned();
        let sealed = we_seal(&KeyGroups::one([recipient.clone()].into()));
        assert_eq!(
            read().unprotect("another".into()).err(),
            Some(IdentityError::Passphrase)
        );
        let identity = read().unprotect("passphrase".into()).ok().unwrap();
        assert_eq!(identity.recipient(), recipient);
        let person = Person {
            identity,
            text,
            is_ssh: true,
        };
        assert_eq!(we_open(&sealed, vec![person]).unwrap(), PLAIN);
    }
    let open = ssh_keygen(&["-t", "ed25519", "-N", ""]);
    assert!(ProtectedSshKey::read(open.as_bytes()).is_none());
}

/// An SSH key whose text is as it was but for this, on lines of so many characters.
fn altered(text: &str, width: usize, alter: impl FnOnce(&mut Vec<u8>)) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let (body, ends) = (
        lines[1..lines.len() - 1].concat(),
        [lines[0], lines[lines.len() - 1]],
    );
    let mut key = BASE64.decode(body.as_bytes()).unwrap();
    alter(&mut key);
    let body = BASE64.encode(&key);
    let body: Vec<&str> = body
        .as_bytes()
        .chunks(width)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    format!("{}\n{}\n{}\n", ends[0], body.join("\n"), ends[1])
}

/// The place of what stands in a key behind this.
fn behind(key: &[u8], mark: &[u8]) -> usize {
    let mut parts = key.windows(mark.len());
    parts.position(|part| part == mark).unwrap() + mark.len()
}

/// An SSH key whose passphrase takes so many rounds; what it protects is not as it was.
fn with_rounds(rounds: u32) -> String {
    let text = ssh_keygen(&["-t", "ed25519", "-N", "passphrase"]);
    altered(&text, 70, |key| {
        let place = behind(key, b"bcrypt\0\0\0\x18") + 4 + 16;
        key[place..place + 4].copy_from_slice(&rounds.to_be_bytes());
    })
}

#[test]
fn a_passphrase_that_would_take_minutes_is_not_tried() {
    for (rounds, expected) in [
        (1024, IdentityError::EncryptedSsh),
        (1025, IdentityError::Rounds),
        (u32::MAX, IdentityError::Rounds),
    ] {
        let text = with_rounds(rounds);
        let is_tried = ProtectedSshKey::read(text.as_bytes()).is_some();
        assert_eq!(
            is_tried,
            expected == IdentityError::EncryptedSsh,
            "{rounds}"
        );
        assert_eq!(Identity::parse(&text.into()).err(), Some(expected));
    }
}

#[test]
fn an_ssh_key_with_lines_of_any_width_opens_and_one_that_was_cut_is_called_malformed() {
    let text = ssh_keygen(&["-t", "ed25519", "-N", "passphrase"]);
    for width in [64, 70, 76] {
        let key = ProtectedSshKey::read(altered(&text, width, |_| {}).as_bytes()).unwrap();
        assert!(key.unprotect("passphrase".into()).is_ok(), "{width}");
    }
    // What is encrypted comes in blocks, which age does not look at before it has the passphrase.
    let cut = altered(&text, 70, |key| {
        let length = behind(key, b"ssh-ed25519\0\0\0\x20") + 32 + 3;
        key[length] -= 1;
        key.pop();
    });
    assert!(ProtectedSshKey::read(cut.as_bytes()).is_none());
    let refused = Identity::parse(&cut.into()).err();
    assert_eq!(refused, Some(IdentityError::Ssh));
}

#[test]
fn ssh_keys_that_cannot_be_used_are_each_refused_by_name() {
    let encrypted = ssh_keygen(&["-t", "ed25519", "-N", "passphrase"]);
    let pem = ssh_keygen(&["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "passphrase"]);
    let other = ssh_keygen(&["-t", "ecdsa", "-N", ""]);
    let chacha = ["-Z", "chacha20-poly1305@openssh.com"];
    let chacha = ssh_keygen(&[&["-t", "ed25519", "-N", "passphrase"][..], &chacha].concat());
    for (text, expected) in [
        (encrypted, IdentityError::EncryptedSsh),
        (pem, IdentityError::EncryptedPem),
        (chacha, IdentityError::SshCipher),
        (other, IdentityError::SshType),
    ] {
        assert_eq!(Identity::parse(&text.into()).err(), Some(expected));
    }
    let pem = ssh(&["-t", "rsa", "-b", "2048", "-m", "PEM"]);
    assert!(pem.recipient().starts_with("ssh-rsa "));
}
