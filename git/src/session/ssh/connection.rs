//! The connection to an SSH server.

use std::borrow::Cow;
use std::io;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use gix::protocol::transport::Service;
use russh::client::{self, Config, Handle, Msg};
use russh::{Channel, Preferred, cipher, compression, kex, mac};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::authentication::authenticate;
use super::tether::{Hold, Tether};
use super::watch::{LastWords, Watch};
use crate::Remote;
use crate::remote::{CONNECT_TIMEOUT, HostKeyError, Ssh, proves};
use crate::session::{ConnectionError, FetchError, presentable};

/// How long a connection is kept that nobody uses, as long as one over HTTPS.
const IDLE: Duration = Duration::from_secs(90);

/// A connection that somebody was let in on.
pub(crate) struct Connection {
    handle: Handle<Watch>,
    last_words: LastWords,
    hold: Hold,
}

/// A running program of a service, and the connection that it runs in.
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) channel: Channel<Msg>,
}

/// Starts the program of a service at the remote: in the connection that was kept, or else, also where that one turns out to be
/// dead, in a new one.
pub(super) async fn open(remote: &Remote, ssh: &Ssh, service: Service) -> Result<Opened, Failure> {
    let kept = ssh
        .warm
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let limit = CONNECT_TIMEOUT.min(remote.timeout);
    if let Some(connection) = kept.filter(|connection| !connection.handle.is_closed())
        && let Ok(Ok(channel)) = timeout(limit, connection.start(service, &ssh.place.path)).await
    {
        return Ok(Opened {
            connection,
            channel,
        });
    }
    let mut connection = timeout(limit, connect(remote, ssh))
        .await
        .map_err(|_elapsed| Failure::Silent(limit))??;
    connection.authenticate(remote, ssh).await?;
    let channel = connection.start(service, &ssh.place.path).await?;
    Ok(Opened {
        connection,
        channel,
    })
}

async fn connect(remote: &Remote, ssh: &Ssh) -> Result<Connection, Failure> {
    let last_words = LastWords::default();
    let watch = Watch::new(&ssh.known, &last_words);
    let address = (ssh.place.host.as_str(), ssh.place.port);
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let hold = Hold::new();
    let stream = Tether::new(stream, &hold);
    let handle = client::connect_stream(Arc::new(config(remote, ssh)), stream, watch).await?;
    check_proof(&handle)?;
    Ok(Connection {
        handle,
        last_words,
        hold,
    })
}

impl Connection {
    async fn authenticate(&mut self, remote: &Remote, ssh: &Ssh) -> Result<(), Failure> {
        let user = &ssh.place.user;
        let tried = authenticate(&mut self.handle, user, &remote.credentials).await?;
        let Some(tried) = tried else {
            return Ok(());
        };
        let words = self.last_words.get();
        // Without a word, it was not the server's decision.
        if self.handle.is_closed() && words.is_empty() {
            return Err(russh::Error::Disconnect.into());
        }
        let user = user.clone();
        Err(Failure::Keys { user, tried, words })
    }

    /// To fetch, Git's protocol is asked for in version 2, which a push does not have; a server that does not pass variables
    /// on speaks an older one.
    async fn start(&self, service: Service, path: &str) -> Result<Channel<Msg>, Failure> {
        self.hold.begin();
        let channel = self.handle.channel_open_session().await?;
        if service == Service::UploadPack {
            channel.set_env(false, "GIT_PROTOCOL", "version=2").await?;
        }
        let command = format!("{} {}", service.as_str(), quoted(path));
        channel.exec(true, command).await?;
        Ok(channel)
    }

    pub(super) fn last_words(&self) -> String {
        self.last_words.get()
    }

    /// Keeps the connection for the next fetch.
    pub(super) fn keep(self, ssh: &Ssh) {
        self.hold.rest();
        *ssh.warm.lock().unwrap_or_else(PoisonError::into_inner) = Some(self);
    }
}

fn config(remote: &Remote, ssh: &Ssh) -> Config {
    Config {
        preferred: Preferred {
            kex: Cow::Borrowed(KEY_EXCHANGES),
            key: Cow::Owned(ssh.known.algorithms()),
            host_key_certificates: Cow::Borrowed(&[]),
            cipher: Cow::Borrowed(CIPHERS),
            mac: Cow::Borrowed(MACS),
            compression: Cow::Borrowed(&[compression::NONE]),
        },
        // A fetch ends by itself before that.
        inactivity_timeout: Some(IDLE.max(remote.timeout)),
        ..Config::default()
    }
}

/// Neither SHA-1 nor the small groups; nor those of 8192 bits, and those that a server chooses, which cost the agent's own
/// threads seconds.
const KEY_EXCHANGES: &[kex::Name] = &[
    kex::MLKEM768X25519_SHA256,
    kex::CURVE25519,
    kex::CURVE25519_PRE_RFC_8731,
    kex::ECDH_SHA2_NISTP256,
    kex::ECDH_SHA2_NISTP384,
    kex::ECDH_SHA2_NISTP521,
    kex::DH_G16_SHA512,
    kex::DH_G14_SHA256,
    kex::EXTENSION_SUPPORT_AS_CLIENT,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
];

/// No CBC.
const CIPHERS: &[cipher::Name] = &[
    cipher::AES_256_GCM,
    cipher::AES_128_GCM,
    cipher::CHACHA20_POLY1305,
    cipher::AES_256_CTR,
    cipher::AES_192_CTR,
    cipher::AES_128_CTR,
];

/// No SHA-1.
const MACS: &[mac::Name] = &[
    mac::HMAC_SHA512_ETM,
    mac::HMAC_SHA256_ETM,
    mac::HMAC_SHA512,
    mac::HMAC_SHA256,
];

/// Refuses a server that signed the key exchange by another algorithm than those asked for, such as one with SHA-1: that its
/// RSA key was asked for another hash does not keep russh from verifying this one.
fn check_proof(handle: &Handle<Watch>) -> Result<(), Failure> {
    let proof = handle
        .agent_session_binding()
        .map(russh::keys::agent::AgentSessionBinding::signature);
    let algorithm = proof.and_then(|signature| {
        let (length, rest) = signature.split_first_chunk()?;
        rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
    });
    if algorithm.is_some_and(proves) {
        Ok(())
    } else {
        Err(Failure::Ssh(russh::Error::WrongServerSig))
    }
}

/// The path as one word for the server's shell, in git's form (`sq_quote_buf` of its `quote.c`), which servers that are
/// no shell know how to read.
fn quoted(path: &str) -> String {
    let mut quoted = String::from("'");
    for letter in path.chars() {
        match letter {
            '\'' | '!' => quoted.extend(["'\\", letter.encode_utf8(&mut [0; 4]), "'"]),
            letter => quoted.push(letter),
        }
    }
    quoted.push('\'');
    quoted
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum Failure {
    HostKey(Box<HostKeyError>),
    Keys {
        user: String,
        tried: Vec<String>,
        words: String,
    },
    Silent(Duration),
    Ssh(russh::Error),
}

impl Failure {
    /// The failure, told apart by what to do about it.
    pub(super) fn of(self, remote: &Remote) -> FetchError {
        let remote = remote.to_string();
        let source = match self {
            Self::HostKey(source) => return FetchError::HostKey { remote, source },
            Self::Keys { user, tried, words } => {
                return FetchError::SshKeys {
                    remote,
                    user,
                    tried,
                    words,
                };
            }
            Self::Ssh(russh::Error::WrongServerSig) => {
                let source = Box::new(HostKeyError::Unproven);
                return FetchError::HostKey { remote, source };
            }
            Self::Silent(limit) => ConnectionError::Silent(limit.as_secs_f32()),
            Self::Ssh(russh::Error::IO(source)) => ConnectionError::System(source),
            Self::Ssh(error) => ConnectionError::Ssh(presentable(&error.to_string())),
        };
        FetchError::Unreachable { remote, source }
    }
}

impl From<russh::Error> for Failure {
    fn from(error: russh::Error) -> Self {
        Self::Ssh(error)
    }
}

impl From<Box<HostKeyError>> for Failure {
    fn from(error: Box<HostKeyError>) -> Self {
        Self::HostKey(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Ssh(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credentials;

    #[test]
    fn quotes_paths_as_git_does() {
        assert_eq!(quoted("/srv/fleet.git"), "'/srv/fleet.git'");
        assert_eq!(quoted("it's $(here)"), r"'it'\''s $(here)'");
        assert_eq!(quoted("now!"), r"'now'\!''");
    }
    #[test]
    fn a_server_that_does_not_prove_its_key_is_no_silent_one() {
        let credentials = Credentials {
            known_hosts: Some(String::new()),
            ..Credentials::default()
        };
        let limit = Duration::from_secs(1);
        let remote = Remote::new(
            "ssh://git@git.example.org/fleet",
            "refs/heads/main",
            credentials,
            limit,
        );
        let error = Failure::Ssh(russh::Error::WrongServerSig).of(&remote.unwrap());
        let FetchError::HostKey { source, .. } = error else {
            panic!("{error}");
        };
        assert!(matches!(*source, HostKeyError::Unproven), "{source}");
    }
}
