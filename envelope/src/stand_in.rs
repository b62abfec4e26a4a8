//! What a sealed value is called until it is opened.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use data_encoding::BASE32_NOPAD;
use regex::Regex;
use sha2::{Digest, Sha256};
use signet_api::RepoPath;

use crate::{Enc, Pointer};

/// How every stand-in begins. A clear input that contains it is refused before rendering.
pub const STAND_IN_PREFIX: &str = "signetsealed";

const CONTEXT: &str = "signet.dev/stand-in/v1";
const DIGEST_CHARS: usize = 32;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!("{STAND_IN_PREFIX}[a-z2-7]{{{DIGEST_CHARS}}}"))
        .expect("the pattern is constant")
});

/// A name for a sealed value: 44 characters of `[a-z2-7]` that change exactly when its place or ciphertext changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StandIn(String);

/// A text that is no stand-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a stand-in: {STAND_IN_PREFIX} and 32 characters of a-z and 2-7")]
pub struct StandInError;

impl StandIn {
    /// The length in bytes.
    pub const LENGTH: usize = STAND_IN_PREFIX.len() + DIGEST_CHARS;

    /// The stand-in of a leaf. The salt is empty, or `2` for the second of two renders that are compared.
    pub fn leaf(salt: &str, path: &RepoPath, pointer: &Pointer, enc: &Enc) -> Self {
        Self::digest([
            salt.as_bytes(),
            path.as_str().as_bytes(),
            pointer.as_str().as_bytes(),
            &enc.data,
            &enc.iv,
            &enc.tag,
        ])
    }

    /// The stand-in of a file that is carried as content, from the raw bytes of its blob's identifier.
    pub fn file(salt: &str, path: &RepoPath, blob: &[u8]) -> Self {
        Self::digest([
            salt.as_bytes(),
            path.as_str().as_bytes(),
            b"",
            blob,
            b"",
            b"",
        ])
    }

    /// The stand-in as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn digest(parts: [&[u8]; 6]) -> Self {
        let mut hash = Sha256::new();
        for part in [CONTEXT.as_bytes()].into_iter().chain(parts) {
            hash.update(
                u32::try_from(part.len())
                    .expect("parts of a 16 MiB file")
                    .to_be_bytes(),
            );
            hash.update(part);
        }
        let digest = BASE32_NOPAD.encode(&hash.finalize()).to_ascii_lowercase();
        Self(format!("{STAND_IN_PREFIX}{}", &digest[..DIGEST_CHARS]))
    }
}

impl fmt::Display for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for StandIn {
    type Err = StandInError;

    fn from_str(text: &str) -> Result<Self, StandInError> {
        match PATTERN.find(text) {
            Some(found) if found.range() == (0..text.len()) => Ok(Self(text.to_owned())),
            _ => Err(StandInError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LeafType;

    fn enc(data: &[u8]) -> Enc {
        Enc {
            data: data.to_vec(),
            iv: [1; 32],
            tag: [2; 16],
            kind: LeafType::Str,
        }
    }

    fn stand_in(salt: &str, path: &str, pointer: &Pointer, enc: &Enc) -> StandIn {
        StandIn::leaf(salt, &path.parse().unwrap(), pointer, enc)
    }

    #[test]
    fn has_the_documented_digest() {
        // printf of the length-prefixed parts through sha256sum and base32, made outside this code.
        let pointer = Pointer::document(0).child("stringData").child("password");
        let made = stand_in("", "tenants/team-a/prod/db.yaml", &pointer, &enc(b"abc"));
        assert_eq!(made.as_str(), include_str!("stand_in/vector.txt").trim());
        assert_eq!(made.as_str().len(), StandIn::LENGTH);
    }

    #[test]
    fn changes_with_salt_place_and_ciphertext() {
        let (a, b) = (
            Pointer::document(0).child("a"),
            Pointer::document(0).child("b"),
        );
        let all = [
            stand_in("", "x/y.yaml", &a, &enc(b"v")),
            stand_in("2", "x/y.yaml", &a, &enc(b"v")),
            stand_in("", "x/z.yaml", &a, &enc(b"v")),
            stand_in("", "x/y.yaml", &b, &enc(b"v")),
            stand_in("", "x/y.yaml", &a, &enc(b"w")),
            StandIn::file("", &"x/y.yaml".parse().unwrap(), b"v"),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn reads_back_what_it_writes_and_nothing_longer_or_shorter() {
        let one = stand_in("", "x.yaml", &Pointer::document(0), &enc(b"v"));
        assert_eq!(one.as_str().parse(), Ok(one.clone()));
        for text in [
            "signetsealed".to_owned(),
            format!("{one}a"),
            format!("a{one}"),
        ] {
            assert_eq!(text.parse::<StandIn>(), Err(StandInError));
        }
    }
}
