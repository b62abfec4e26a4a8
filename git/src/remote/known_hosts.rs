//! The keys by which a server is known: the file `known_hosts` of sshd(8).

use hmac::{Hmac, KeyInit, Mac};
use russh::keys::ssh_key::known_hosts::{Entry, HostPatterns, Marker};
use russh::keys::{Algorithm, EcdsaCurve, HashAlg, PublicKey};
use sha1::Sha1;

use super::RemoteError;
use super::ssh::PORT;

/// What is known of one host.
#[derive(Default)]
pub(crate) struct KnownHost {
    /// The host as `known_hosts` writes it.
    name: String,
    keys: Vec<PublicKey>,
    revoked: Vec<PublicKey>,
    /// Whether an authority vouches for the host.
    has_authority: bool,
}

/// Why a server's key is not believed. Each shows the key's fingerprint, which the server's operators can confirm.
#[derive(Debug, thiserror::Error)]
pub enum HostKeyError {
    /// Nothing is known of the host.
    #[error(
        "known_hosts holds no key of {host}, which shows {algorithm} {fingerprint}; once its operator has confirmed that \
         fingerprint, add the line that `{scan}` prints{}",
        if *has_authority { " (lines with @cert-authority are not supported)" } else { "" }
    )]
    Unknown {
        /// The host as `known_hosts` writes it.
        host: String,
        /// The key's algorithm.
        algorithm: String,
        /// SHA-256 of the key, as `ssh-keygen -l` shows it.
        fingerprint: String,
        /// The command that shows the line to add.
        scan: String,
        /// Whether `known_hosts` names an authority for the host, of which no key is believed.
        has_authority: bool,
    },
    /// The host is known by other keys.
    #[error(
        "{host} shows {algorithm} {fingerprint}, but known_hosts holds {}: somebody may be in between; if its operator \
         confirms that the key was changed, put the line that `{scan}` prints in place of the old ones",
        known.join(", ")
    )]
    Changed {
        /// The host as `known_hosts` writes it.
        host: String,
        /// The key's algorithm.
        algorithm: String,
        /// SHA-256 of the key, as `ssh-keygen -l` shows it.
        fingerprint: String,
        /// The command that shows the line to add.
        scan: String,
        /// The fingerprints of the keys that are known.
        known: Vec<String>,
    },
    /// The server shows a key and does not prove that it has it.
    #[error(
        "it does not prove that it has the host key that it shows, by an algorithm that is believed: somebody may be in between"
    )]
    Unproven,
    /// A line with `@revoked` forbids the key.
    #[error(
        "{host} shows {algorithm} {fingerprint}, which known_hosts marks @revoked: somebody may be using a stolen key; \
         ask its operator for the key that took its place"
    )]
    Revoked {
        /// The host as `known_hosts` writes it.
        host: String,
        /// The key's algorithm.
        algorithm: String,
        /// SHA-256 of the key, as `ssh-keygen -l` shows it.
        fingerprint: String,
    },
}

impl KnownHost {
    /// What the text says of a host.
    ///
    /// # Errors
    /// [`RemoteError::KnownHosts`] where a line about it cannot be read. Lines about others are not looked at, and a
    /// key of a type that is never asked for is passed over.
    pub(super) fn read(text: &str, host: &str, port: u16) -> Result<Self, RemoteError> {
        let name = match port {
            PORT => host.to_owned(),
            port => format!("[{host}]:{port}"),
        };
        let mut known = Self {
            name,
            ..Self::default()
        };
        for (line, number) in text.lines().zip(1..) {
            known
                .learn(line)
                .map_err(|()| RemoteError::KnownHosts { line: number })?;
        }
        Ok(known)
    }

    /// The host-key algorithms to ask for, those of known keys first: a server that has several keys then shows one
    /// that can be compared.
    pub(crate) fn algorithms(&self) -> Vec<Algorithm> {
        let (mut known, others): (Vec<_>, Vec<_>) = ALGORITHMS
            .iter()
            .cloned()
            .partition(|algorithm| self.keys.iter().any(|key| is_of(key, algorithm)));
        known.extend(others);
        known
    }

    /// Whether this is the server, going by the key that it shows.
    ///
    /// # Errors
    /// See [`HostKeyError`].
    pub(crate) fn check(&self, key: &PublicKey) -> Result<(), Box<HostKeyError>> {
        let is_it = |other: &PublicKey| other.key_data() == key.key_data();
        let is_revoked = self.revoked.iter().any(is_it);
        if self.keys.iter().any(is_it) && !is_revoked {
            return Ok(());
        }
        let host = self.name.clone();
        let algorithm = key.algorithm().to_string();
        let fingerprint = fingerprint(key);
        Err(Box::new(if is_revoked {
            HostKeyError::Revoked {
                host,
                algorithm,
                fingerprint,
            }
        } else if self.keys.is_empty() {
            HostKeyError::Unknown {
                scan: self.scan(key),
                has_authority: self.has_authority,
                host,
                algorithm,
                fingerprint,
            }
        } else {
            HostKeyError::Changed {
                scan: self.scan(key),
                known: self.keys.iter().map(self::fingerprint).collect(),
                host,
                algorithm,
                fingerprint,
            }
        }))
    }

    fn learn(&mut self, line: &str) -> Result<(), ()> {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let (marker, rest) = match words.split_first() {
            None => return Ok(()),
            Some((first, _)) if first.starts_with('#') => return Ok(()),
            Some((first, rest)) if first.starts_with('@') => (Some(*first), rest),
            Some(_) => (None, &words[..]),
        };
        let [hosts, algorithm, ..] = rest else {
            return Ok(());
        };
        let Ok(patterns) = hosts.parse::<HostPatterns>() else {
            return Ok(());
        };
        if !names(&patterns, &self.name) || (marker.is_none() && !is_asked_for(algorithm)) {
            return Ok(());
        }
        let entry: Entry = words.join(" ").parse().map_err(|_| ())?;
        match entry.marker() {
            None => self.keys.push(entry.public_key().clone()),
            Some(Marker::Revoked) => self.revoked.push(entry.public_key().clone()),
            Some(Marker::CertAuthority) => self.has_authority = true,
        }
        Ok(())
    }

    fn scan(&self, key: &PublicKey) -> String {
        let kind = match key.algorithm() {
            Algorithm::Ecdsa { .. } => "ecdsa",
            Algorithm::Rsa { .. } => "rsa",
            _ => "ed25519",
        };
        let bracketed = self
            .name
            .strip_prefix('[')
            .and_then(|name| name.split_once("]:"));
        match bracketed {
            Some((host, port)) => format!("ssh-keyscan -t {kind} -p {port} {host}"),
            None => format!("ssh-keyscan -t {kind} {}", self.name),
        }
    }
}

/// The algorithms that a server may prove its identity with: none with SHA-1, no DSA.
const ALGORITHMS: &[Algorithm] = &[
    Algorithm::Ed25519,
    Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP256,
    },
    Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP384,
    },
    Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP521,
    },
    Algorithm::Rsa {
        hash: Some(HashAlg::Sha512),
    },
    Algorithm::Rsa {
        hash: Some(HashAlg::Sha256),
    },
];

/// Whether a server may prove its identity with this algorithm.
pub(crate) fn proves(algorithm: &[u8]) -> bool {
    let mut names = ALGORITHMS.iter().map(Algorithm::as_str);
    names.any(|name| name.as_bytes() == algorithm)
}

/// SHA-256 of the key, as `ssh-keygen -l` shows it.
pub(crate) fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

fn is_of(key: &PublicKey, algorithm: &Algorithm) -> bool {
    key.algorithm() == *algorithm || (key.algorithm().is_rsa() && algorithm.clone().is_rsa())
}

/// Whether keys of this type are asked for. An RSA key goes by its old name here, whatever it signs with.
fn is_asked_for(key_type: &str) -> bool {
    key_type == "ssh-rsa"
        || ALGORITHMS
            .iter()
            .any(|algorithm| algorithm.as_str() == key_type)
}

fn names(patterns: &HostPatterns, name: &str) -> bool {
    match patterns {
        HostPatterns::HashedName { salt, hash } => Hmac::<Sha1>::new_from_slice(salt)
            .is_ok_and(|code| code.chain_update(name).verify_slice(hash).is_ok()),
        HostPatterns::Patterns(patterns) => {
            let fits = |pattern: &str| fits(pattern.to_lowercase().as_bytes(), name.as_bytes());
            let (negated, plain): (Vec<&str>, Vec<&str>) = patterns
                .iter()
                .map(String::as_str)
                .partition(|pattern| pattern.starts_with('!'));
            plain.into_iter().any(fits) && !negated.into_iter().any(|pattern| fits(&pattern[1..]))
        }
    }
}

/// Whether the name fits the pattern, in which `*` stands for any text and `?` for any letter (`ssh_config(5)`).
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    // Where to go on when what was taken for the text of the last `*` was too short.
    let mut retry = None;
    while from < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                at += 1;
                retry = Some((at, from));
            }
            Some(letter) if *letter == b'?' || *letter == name[from] => {
                at += 1;
                from += 1;
            }
            _ => match &mut retry {
                Some((start, taken)) => {
                    *taken += 1;
                    (at, from) = (*start, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests;
