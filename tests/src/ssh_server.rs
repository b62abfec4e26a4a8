//! OpenSSH's own server and agent on loopback.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::lifeline::Lifeline;
use crate::port::Port;
use crate::tools::{self, require};

const HOW: &str =
    "install OpenSSH's server (Debian: apt-get install --no-install-recommends openssh-server)";

/// How long a program may take until it listens.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// A running `sshd` that lets the user who runs the tests in, by the keys that it is told; it ends when this is dropped
/// or this process ends.
pub struct SshServer {
    process: Lifeline,
    port: Port,
    user: String,
    host_keys: Vec<&'static str>,
    folder: TempDir,
}

impl SshServer {
    /// Starts a server that passes `GIT_PROTOCOL` on and has host keys of all types.
    ///
    /// # Errors
    /// If `sshd` is missing, in words that say how to get it.
    pub fn start() -> Result<Self> {
        Self::start_with(&["ed25519", "ecdsa", "rsa"], "AcceptEnv GIT_PROTOCOL")
    }

    /// Starts a server with host keys of these types and these lines of `sshd_config` beside ours.
    ///
    /// # Errors
    /// If `sshd` is missing, in words that say how to get it.
    pub fn start_with(host_keys: &[&'static str], lines: &str) -> Result<Self> {
        let folder = tempfile::tempdir().context("creating a folder for sshd")?;
        let port = Port::reserve()?;
        let address = port.address();
        let path = folder.path();
        let mut config = format!(
            "ListenAddress {address}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\n\
             UsePAM no\nAuthenticationMethods publickey\nPermitRootLogin prohibit-password\n\
             LogLevel VERBOSE\n{lines}\n",
            path.join("authorized_keys").display()
        );
        for kind in host_keys {
            let key = path.join(format!("host_{kind}"));
            make_key(&key, kind, "")?;
            writeln!(config, "HostKey {}", key.display())?;
        }
        fs::write(path.join("authorized_keys"), "").context("writing authorized_keys")?;
        fs::write(path.join("sshd_config"), config).context("writing sshd_config")?;
        let mut command = supervised(&sshd()?)?;
        command
            .args(["-D", "-e", "-f"])
            .arg(path.join("sshd_config"));
        let mut process = Lifeline::start("sshd", command, path)?;
        wait_for(&mut process, || greets(address))?;
        Ok(Self {
            process,
            port,
            user: user()?,
            host_keys: host_keys.to_vec(),
            folder,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// The user who is let in.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The URL of a repository in this folder, as the server is reached at an address.
    pub fn url_at(&self, address: SocketAddr, repository: &Path) -> String {
        let path = escaped(&repository.to_string_lossy());
        format!("ssh://{}@{address}{path}", self.user)
    }

    /// The URL of a repository in this folder.
    pub fn url_of(&self, repository: &Path) -> String {
        self.url_at(self.port.address(), repository)
    }

    /// Lets whoever has the other half of the public key in; `options` are those of `authorized_keys`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn let_in(&self, options: &str, public_key: &str) -> Result<()> {
        let path = self.folder.path().join("authorized_keys");
        let mut file = File::options()
            .append(true)
            .open(path)
            .context("opening authorized_keys")?;
        writeln!(file, "{options} {}", public_key.trim()).context("writing authorized_keys")
    }

    /// The public half of the host key of a type, as `known_hosts` writes it.
    ///
    /// # Errors
    /// If it is gone.
    pub fn host_key(&self, kind: &str) -> Result<String> {
        let path = self.folder.path().join(format!("host_{kind}.pub"));
        let text = fs::read_to_string(path).context("reading a host key")?;
        let words: Vec<&str> = text.split_whitespace().take(2).collect();
        Ok(words.join(" "))
    }

    /// The lines of `known_hosts` for all host keys, as the server is reached at an address.
    ///
    /// # Errors
    /// If a key is gone.
    pub fn known_hosts_at(&self, address: SocketAddr) -> Result<String> {
        let lines = self.host_keys.iter().map(|kind| {
            let key = self.host_key(kind)?;
            Ok(format!("[{}]:{} {key}\n", address.ip(), address.port()))
        });
        lines.collect()
    }

    /// The lines of `known_hosts` for all host keys.
    ///
    /// # Errors
    /// If a key is gone.
    pub fn known_hosts(&self) -> Result<String> {
        self.known_hosts_at(self.port.address())
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("sshd.log")).unwrap_or_default()
    }

    /// Ends the server; connections that it has already are not its own any more, and stay.
    pub fn stop(&mut self) {
        self.process.end();
    }
}

/// A running `ssh-agent`; it ends when this is dropped or this process ends.
pub struct SshAgent {
    _process: Lifeline,
    folder: TempDir,
}

impl SshAgent {
    /// Starts an agent without keys.
    ///
    /// # Errors
    /// If `ssh-agent` is missing.
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir().context("creating a folder for ssh-agent")?;
        let socket = folder.path().join("socket");
        let mut command = supervised(&client_program("ssh-agent")?)?;
        command.arg("-D").arg("-a").arg(&socket);
        let mut process = Lifeline::start("ssh-agent", command, folder.path())?;
        wait_for(&mut process, || socket.exists())?;
        Ok(Self {
            _process: process,
            folder,
        })
    }

    /// The socket (`SSH_AUTH_SOCK`).
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Gives the agent a key that no passphrase protects.
    ///
    /// # Errors
    /// Those of `ssh-add`.
    pub fn add(&self, key: &Path) -> Result<()> {
        let mut command = Command::new(client_program("ssh-add")?);
        succeed(
            command
                .arg("-q")
                .arg(key)
                .env("SSH_AUTH_SOCK", self.socket()),
        )
    }
}

/// Makes a private key of a type (`ed25519`, `ecdsa`, `ecdsa-521`, `rsa`) and, beside it, the public one with `.pub`.
///
/// # Errors
/// Those of `ssh-keygen`.
pub fn make_key(file: &Path, kind: &str, passphrase: &str) -> Result<()> {
    let mut command = Command::new(client_program("ssh-keygen")?);
    command.args(["-q", "-C", "", "-N", passphrase]);
    match kind.split_once('-') {
        Some((kind, bits)) => command.args(["-t", kind, "-b", bits]),
        None => command.args(["-t", kind]),
    };
    succeed(command.arg("-f").arg(file))
}

/// The fingerprint of a public key in a file, by `ssh-keygen`.
///
/// # Errors
/// Those of `ssh-keygen`.
pub fn fingerprint(public_key: &str) -> Result<String> {
    let folder = tempfile::tempdir().context("creating a folder for a key")?;
    let file = folder.path().join("key.pub");
    fs::write(&file, public_key).context("writing a key")?;
    let output = Command::new(client_program("ssh-keygen")?)
        .arg("-lf")
        .arg(&file)
        .output();
    let text = String::from_utf8(output.context("starting ssh-keygen")?.stdout)?;
    let fingerprint = text.split_whitespace().nth(1);
    Ok(fingerprint
        .context("ssh-keygen shows no fingerprint")?
        .to_owned())
}

/// Replaces the names in a text for `known_hosts` by their hashes.
///
/// # Errors
/// Those of `ssh-keygen`.
pub fn hashed(known_hosts: &str) -> Result<String> {
    let folder = tempfile::tempdir().context("creating a folder for known_hosts")?;
    let file = folder.path().join("known_hosts");
    fs::write(&file, known_hosts).context("writing known_hosts")?;
    let mut command = Command::new(client_program("ssh-keygen")?);
    succeed(command.args(["-q", "-H", "-f"]).arg(&file))?;
    fs::read_to_string(&file).context("reading known_hosts")
}

fn client_program(name: &str) -> Result<PathBuf> {
    require(
        name,
        "install OpenSSH's client (Debian: apt-get install openssh-client)",
    )
}

/// The server, which wants to be called by its whole path and often lies where only root looks.
fn sshd() -> Result<PathBuf> {
    let usual = ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].map(PathBuf::from);
    let found = usual.into_iter().find(|path| path.is_file());
    let sshd = found.map_or_else(|| require("sshd", HOW), Ok)?;
    // Where it starts as root it wants this folder, which its package makes when the machine does.
    if user()? == "root" {
        fs::create_dir_all("/run/sshd").context("creating /run/sshd")?;
    }
    Ok(sshd)
}

fn supervised(program: &Path) -> Result<Command> {
    let mut command = Command::new(tools::control_plane(&mut tools::say)?);
    command.arg("supervise").arg(program);
    Ok(command)
}

fn user() -> Result<String> {
    let output = Command::new("id")
        .arg("-un")
        .output()
        .context("starting id")?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn greets(address: SocketAddr) -> bool {
    let mut greeting = [0; 4];
    TcpStream::connect(address).is_ok_and(|mut stream| stream.read_exact(&mut greeting).is_ok())
}

#[expect(clippy::disallowed_methods, reason = "waits for a real process")]
fn wait_for(process: &mut Lifeline, is_ready: impl Fn() -> bool) -> Result<()> {
    let deadline = std::time::Instant::now() + READY_WITHIN;
    while !is_ready() {
        process.check()?;
        if std::time::Instant::now() > deadline {
            bail!("it does not answer after {} s", READY_WITHIN.as_secs());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn succeed(command: &mut Command) -> Result<()> {
    let output = command
        .output()
        .with_context(|| format!("starting {command:?}"))?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {words}");
    Ok(())
}

/// Percent-encoded, where a URL needs it.
fn escaped(path: &str) -> String {
    let mut escaped = String::new();
    for byte in path.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) => {
                escaped.push(byte.into());
            }
            byte => write!(escaped, "%{byte:02X}").expect("writing to a string does not fail"),
        }
    }
    escaped
}
