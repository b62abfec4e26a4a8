//! Commits that real tools make and that attackers craft, with what we and git say to each.
//!
//! | edge | rows |
//! |---|---|
//! | each sort of key, over either hash | `accepts_what_git_signs_with_each_sort_of_key`, `accepts_ecdsa_over_either_hash`, `what_ssh_keygen_signs_counts_for_each_sort_of_key_and_hash`, "a signature over SHA-512", "a signature over SHA-256" |
//! | two signatures | "the same signature twice", "a valid signature, then an attacker's", "a valid signature, then garbage", "an attacker's signature, then a valid one" |
//! | headers that nobody signed | "an unsigned gpgsigX header", "an unsigned gpgsig-sha256 header", "an unsigned header of another name" |
//! | text around the armour | "text behind the armour", "a blank line behind the armour", "text before the armour" |
//! | base64 in lines of other widths | "lines of 64 characters", "lines of 76 characters", "one long line" |
//! | armour that is none | "CRLF within the armour", "continuations of two spaces", "continuations that are tabs", "base64 without its padding", "an empty line within the armour", "a byte behind the signature" |
//! | fields of the signature | "version 0", "version 2", "a reserved field that is not empty", "the namespace of files", "a flipped bit in the signature" |
//! | headers out of place or doubled | "a signature between tree and author", "a second tree, signed over", "a second author, signed over", "a second committer, signed over", "a parent behind the author, signed over" |
//! | messages | "a NUL in the message", "no line feed at the end", "a message with CRLF", "signed headers of several lines", "no message and no empty line" |
//! | no signature | "a signature in the message alone", "an empty signature", "no signature" |

mod headers;
mod signatures;

use data_encoding::BASE64;
use signet_provenance::{ObjectId, Reason};
use ssh_key::PrivateKey;

use crate::support::{payload, sign, with_signature};

pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    /// `None`: accepted.
    pub(crate) refused: Option<Reason>,
    /// Whether `git verify-commit` of 2.47 accepts it.
    pub(crate) git: bool,
}

/// What the crafted commits record: one path of the signer's own on top of a parent.
pub(crate) struct Facts {
    pub(crate) tree: ObjectId,
    pub(crate) parent: ObjectId,
    pub(crate) second: i64,
    pub(crate) signer: PrivateKey,
}

impl Facts {
    fn payload(&self) -> String {
        String::from_utf8(payload(self.tree, &[self.parent], self.second)).unwrap()
    }

    /// The payload after an edit, signed as edited.
    fn signed(&self, edit: impl Fn(String) -> String) -> Vec<u8> {
        let text = edit(self.payload());
        with_signature(text.as_bytes(), &sign(&self.signer, text.as_bytes()))
    }

    /// The payload with an edit to the signature's text.
    fn armoured(&self, edit: impl Fn(String) -> String) -> Vec<u8> {
        let text = self.payload();
        let signature = edit(sign(&self.signer, text.as_bytes()));
        self.with_header(&format!(
            "gpgsig {}",
            signature.trim_end_matches('\n').replace('\n', "\n ")
        ))
    }

    /// The payload with an edit to the signature's bytes.
    fn blob(&self, edit: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
        self.armoured(|text| armour(&edit(dearmour(&text)), 70))
    }

    /// The payload with these lines behind the committer.
    fn with_header(&self, lines: &str) -> Vec<u8> {
        self.payload()
            .replacen("\n\n", &format!("\n{lines}\n\n"), 1)
            .into_bytes()
    }

    fn signature(&self, key: &PrivateKey) -> String {
        let text = sign(key, self.payload().as_bytes());
        format!("gpgsig {}", text.trim_end().replace('\n', "\n "))
    }
}

pub(crate) fn dearmour(text: &str) -> Vec<u8> {
    let digits: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    BASE64.decode(digits.as_bytes()).unwrap()
}

pub(crate) fn armour(bytes: &[u8], width: usize) -> String {
    let digits = BASE64.encode(bytes);
    let lines: Vec<&str> = digits
        .as_bytes()
        .chunks(width)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n",
        lines.join("\n")
    )
}

pub(crate) fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

fn row(name: &'static str, bytes: Vec<u8>, refused: Option<Reason>, git: bool) -> Row {
    Row {
        name,
        bytes,
        refused,
        git,
    }
}

fn accept(name: &'static str, bytes: Vec<u8>) -> Row {
    row(name, bytes, None, true)
}

/// Every commit of the table.
pub(crate) fn rows(facts: &Facts) -> Vec<Row> {
    let tables: [fn(&Facts) -> Vec<Row>; 6] = [
        headers::signatures,
        headers::doubled,
        headers::messages,
        signatures::armours,
        signatures::blobs,
        signatures::kinds,
    ];
    tables.iter().flat_map(|table| table(facts)).collect()
}
