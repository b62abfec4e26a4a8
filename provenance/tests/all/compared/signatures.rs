//! SSH signatures as nobody should make them.

use ssh_key::HashAlg;

use super::armour::{Armoured, MARKS, TEXTS};
use super::bytes;
use super::people::{Person, anybody};
use super::text::{Edit, edit};
use crate::crafted::string;
use crate::dice::Dice;

/// The fields of a signature (OpenSSH's PROTOCOL.sshsig).
pub(super) struct Fields {
    preamble: Vec<u8>,
    key: Vec<u8>,
    namespace: Vec<u8>,
    reserved: Vec<u8>,
    hash: Vec<u8>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    /// A security key's flags and counter.
    trailer: Vec<u8>,
    end: Vec<u8>,
}

fn take<'a>(bytes: &mut &'a [u8]) -> &'a [u8] {
    let length = u32::from_be_bytes(bytes[..4].try_into().unwrap());
    let (string, rest) = bytes[4..].split_at(usize::try_from(length).unwrap());
    *bytes = rest;
    string
}

impl Fields {
    fn of(blob: &[u8]) -> Self {
        let (preamble, mut rest) = blob.split_at(10);
        let [key, namespace, reserved, hash, inner] = [(); 5].map(|()| take(&mut rest).to_vec());
        let mut within = &inner[..];
        let (algorithm, signature) = (take(&mut within).to_vec(), take(&mut within).to_vec());
        Self {
            preamble: preamble.to_vec(),
            key,
            namespace,
            reserved,
            hash,
            algorithm,
            signature,
            trailer: within.to_vec(),
            end: Vec::new(),
        }
    }

    fn blob(&self) -> Vec<u8> {
        let inner = [
            string(&self.algorithm),
            string(&self.signature),
            self.trailer.clone(),
        ]
        .concat();
        let fields = [
            &self.key,
            &self.namespace,
            &self.reserved,
            &self.hash,
            &inner,
        ]
        .map(|field| string(field));
        [&self.preamble[..], &fields.concat(), &self.end].concat()
    }
}

/// The armoured signature of somebody over a payload, mostly as `ssh-keygen` would make it.
pub(super) fn craft(dice: &mut Dice, payload: &[u8], made: &mut Vec<&'static str>) -> Vec<u8> {
    let person = anybody(dice);
    made.push(person.name);
    let mut armoured = Armoured {
        blob: blob(dice, person, payload, made),
        width: 70,
        begin: "-----BEGIN SSH SIGNATURE-----\n".to_owned(),
        end: "-----END SSH SIGNATURE-----\n".to_owned(),
    };
    if dice.once_in(8) {
        edit(dice, MARKS, &mut armoured, made);
    }
    let mut text = armoured.text();
    if dice.once_in(14) {
        edit(dice, TEXTS, &mut text, made);
    }
    text
}

fn blob(dice: &mut Dice, person: &Person, payload: &[u8], made: &mut Vec<&'static str>) -> Vec<u8> {
    let (mut namespace, mut of) = ("git", payload.to_vec());
    if dice.once_in(60) {
        made.push("signed for another purpose");
        namespace = dice.pick(&["file", "Git", "git ", "git@signet.dev", "approval"]);
    }
    if dice.once_in(60) {
        made.push("signed over something else");
        bytes::EDITS[dice.below(4)].1(dice, &mut of);
    }
    let hash = if dice.once_in(3) {
        HashAlg::Sha256
    } else {
        HashAlg::Sha512
    };
    let mut fields = Fields::of(&person.sign(namespace, hash, &of));
    if dice.once_in(6) {
        edit(dice, FIELDS, &mut fields, made);
    }
    let mut blob = fields.blob();
    if dice.once_in(30) {
        edit(dice, bytes::EDITS, &mut blob, made);
    }
    blob
}

/// Adds the order of the curve to the second half of an ed25519 signature, which to a lax reader
/// is the same number (RFC 8032, section 5.1.7).
fn add_order(signature: &mut [u8]) {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (byte, order) in signature.iter_mut().skip(32).zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        let [low, high] = sum.to_le_bytes();
        (*byte, carry) = (low, u16::from(high));
    }
}

fn other_key() -> Vec<u8> {
    crate::support::key("mallory")
        .public_key()
        .to_bytes()
        .unwrap()
}

/// What is done to the fields of a signature that is made already.
const FIELDS: &[Edit<Fields>] = &[
    ("another preamble", |dice, fields| {
        fields.preamble[..6]
            .copy_from_slice(dice.pick(&["SSHSIg", "sshsig", "SSHSI\0"]).as_bytes());
    }),
    ("another version", |dice, fields| {
        let version = [0_u32, 2, 256, 1 << 24, u32::MAX][dice.below(5)];
        fields.preamble.splice(6.., version.to_be_bytes());
    }),
    ("another namespace", |dice, fields| {
        fields.namespace = dice
            .pick(&["", "file", "GIT", "git\0", "git,file", "gi", "*"])
            .as_bytes()
            .to_vec();
    }),
    ("a reserved field", |dice, fields| {
        fields.reserved = dice.pick(&["x", "\0", " ", "git"]).as_bytes().to_vec();
    }),
    ("the name of another hash", |dice, fields| {
        fields.hash = dice
            .pick(&[
                "sha256", "sha512", "sha1", "SHA512", "sha384", "", "sha512\0", "md5",
            ])
            .as_bytes()
            .to_vec();
    }),
    ("a byte behind the end", |_, fields| fields.end.push(0)),
    ("the key of somebody else", |_, fields| {
        fields.key = other_key();
    }),
    ("a byte behind the key", |_, fields| fields.key.push(0)),
    ("half a key", |dice, fields| {
        let length = dice.below(fields.key.len());
        fields.key.truncate(length);
    }),
    ("no key", |_, fields| fields.key.clear()),
    ("a certificate", |_, fields| {
        fields.key = [
            string(b"ssh-ed25519-cert-v01@openssh.com"),
            string(&[7; 32]),
            string(&[7; 32]),
        ]
        .concat();
    }),
    ("another bit in the key", |dice, fields| {
        let at = dice.below(fields.key.len());
        fields.key[at] ^= 1 << dice.below(8);
    }),
    ("the name of another algorithm", |dice, fields| {
        fields.algorithm = dice
            .pick(&[
                "ssh-rsa",
                "rsa-sha2-256",
                "rsa-sha2-512",
                "ssh-ed25519",
                "ssh-dss",
                "ecdsa-sha2-nistp256",
                "sk-ssh-ed25519@openssh.com",
                "ssh-ed25519\0",
                "",
                "rsa-sha2-1",
            ])
            .as_bytes()
            .to_vec();
    }),
    ("a byte behind the inner signature", |_, fields| {
        fields.signature.push(0);
    }),
    ("a byte before the inner signature", |_, fields| {
        fields.signature.insert(0, 0);
    }),
    ("a byte less", |_, fields| {
        fields.signature.pop();
    }),
    ("a byte less at the beginning", |_, fields| {
        fields.signature.drain(..1.min(fields.signature.len()));
    }),
    ("no inner signature", |_, fields| fields.signature.clear()),
    ("nothing but zeros", |_, fields| fields.signature.fill(0)),
    ("other flags", |dice, fields| {
        if let Some(flags) = fields.trailer.first_mut() {
            *flags ^= 1 << dice.below(8);
        }
    }),
    ("a trailer", |dice, fields| {
        fields.trailer.resize(dice.below(8), 1);
    }),
    ("another number in an ecdsa signature", |dice, fields| {
        // A longer spelling of the first of the two numbers.
        let mut rest = &fields.signature[..];
        if fields.algorithm.starts_with(b"ecdsa") {
            let (one, other) = (take(&mut rest).to_vec(), take(&mut rest).to_vec());
            let one = if dice.once_in(2) {
                [&[0][..], &one].concat()
            } else {
                one.strip_prefix(&[0]).unwrap_or(&one).to_vec()
            };
            fields.signature = [string(&one), string(&other)].concat();
        }
    }),
    ("the order added to it", |_, fields| {
        if fields.algorithm.ends_with(b"ed25519") {
            add_order(&mut fields.signature);
        }
    }),
];
