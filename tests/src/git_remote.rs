//! A Git remote as a company runs one: repositories behind HTTPS, a private certificate authority
//! and credentials, served by git's own `git http-backend`.

mod authority;
mod backend;
mod fault;
mod github;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use github::App;
use jiff::SignedDuration;
use tempfile::TempDir;

use crate::port::Port;
use crate::tools::require;
use authority::Authority;
use axum::Router;
use backend::{Backend, serve};
use server::Server;

pub use authority::ClientPair;
pub use fault::Fault;

const USERNAME: &str = "fleet";
const PASSWORD: &str = "canary-remote-password";

/// The repository that is there from the start.
const REPOSITORY: &str = "fleet.git";

/// Bare repositories in a temporary folder, served on a free loopback port until this is dropped.
///
/// The server has threads of its own, so tests may run git and wait for it.
pub struct GitRemote {
    folder: TempDir,
    port: Port,
    authority: Authority,
    backend: Arc<Backend>,
    asks_back: AtomicBool,
    server: Mutex<Option<Server>>,
}

impl GitRemote {
    /// Starts a remote with one empty repository.
    ///
    /// # Errors
    /// If git or `git http-backend` is missing, in words that say how to get it.
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir().context("creating a folder for the remote")?;
        let backend = Backend::new(folder.path(), USERNAME, PASSWORD)?;
        let authority = Authority::generate()?;
        fs::write(folder.path().join("ca.crt"), authority.ca_pem()).context("writing the CA")?;
        let port = Port::reserve()?;
        let backend = Arc::new(backend);
        let remote = Self {
            folder,
            port,
            authority,
            backend,
            asks_back: AtomicBool::new(false),
            server: Mutex::new(None),
        };
        remote.restart()?;
        remote.create(REPOSITORY)?;
        Ok(remote)
    }

    /// Creates an empty bare repository and returns its folder.
    ///
    /// # Errors
    /// If git fails.
    pub fn create(&self, name: &str) -> Result<PathBuf> {
        let path = self.folder.path().join(name);
        let output = Command::new(git()?)
            .args(["init", "--quiet", "--bare", "--initial-branch=main"])
            .arg(&path)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .context("starting git")?;
        ensure!(
            output.status.success(),
            "creating {name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(path)
    }

    /// The URL of the repository that is there from the start.
    pub fn url(&self) -> String {
        self.url_of(REPOSITORY)
    }

    /// The URL of a repository made by [`create`](Self::create).
    pub fn url_of(&self, name: &str) -> String {
        format!("https://{}/{name}", self.port.address())
    }

    /// The folder of the repository that is there from the start, for tests that change it behind
    /// the server's back.
    pub fn repository(&self) -> PathBuf {
        self.folder.path().join(REPOSITORY)
    }

    /// The certificate authority in PEM.
    pub fn ca_pem(&self) -> &str {
        self.authority.ca_pem()
    }

    /// A file that holds the certificate authority.
    pub fn ca_path(&self) -> PathBuf {
        self.folder.path().join("ca.crt")
    }

    /// The user that is let in.
    pub fn username(&self) -> &str {
        USERNAME
    }

    /// That user's password, as it is now.
    pub fn password(&self) -> String {
        self.backend.password()
    }

    /// Changes the password: who has the old one is refused from now on.
    pub fn set_password(&self, password: &str) {
        self.backend.set_password(password);
    }

    /// Lets in who shows this token (RFC 6750), and nobody with a password.
    pub fn let_in_bearer(&self, token: &str) {
        self.backend.let_in_bearer(token);
    }

    /// Lets in who shows this user and password, and nobody else.
    pub fn let_in_basic(&self, user: &str, password: &str) {
        self.backend.let_in_basic(user, password);
    }

    /// Gives tokens that last so long to a GitHub App, below `/api/v3`, and lets in who shows the newest.
    ///
    /// # Errors
    /// If the key is no RSA key as GitHub gives them out.
    pub fn install_app(
        &self,
        id: &str,
        installation: &str,
        key: &str,
        lifetime: SignedDuration,
    ) -> Result<()> {
        *self.backend.app() = Some(App::new(id, installation, key, lifetime)?);
        Ok(())
    }

    /// The number of tokens that the App was given.
    pub fn tokens(&self) -> usize {
        self.backend.app().as_ref().map_or(0, App::issued)
    }

    /// Asks every client for a certificate of the remote's own authority from now on, and cuts who is there.
    ///
    /// # Errors
    /// If the server does not start.
    pub fn ask_for_certificates(&self) -> Result<()> {
        self.asks_back.store(true, Ordering::Relaxed);
        self.restart()
    }

    /// A certificate for a client by the remote's own authority, good until the end of this year.
    ///
    /// # Errors
    /// If none can be made.
    pub fn client_pair(&self, last_year: i32) -> Result<ClientPair> {
        self.authority.client_pair(last_year)
    }

    /// Makes every answer from now on go wrong in this way.
    pub fn fail_with(&self, fault: Fault) {
        self.backend.set_fault(Some(fault));
    }

    /// Makes answers right again.
    pub fn mend(&self) {
        self.backend.set_fault(None);
    }

    /// The number of requests that were answered so far.
    pub fn requests(&self) -> usize {
        self.backend.requests()
    }

    /// Stops listening and cuts every connection.
    pub fn stop(&self) {
        self.server().take();
    }

    /// Listens again, on the same port.
    ///
    /// # Errors
    /// If the server does not start.
    pub fn restart(&self) -> Result<()> {
        self.stop();
        let listener = self.port.listen()?;
        let tls = self
            .authority
            .server_config(self.asks_back.load(Ordering::Relaxed))?;
        let app = Router::new()
            .fallback(serve)
            .with_state(Arc::clone(&self.backend));
        let server = Server::start(listener, tls, app)?;
        *self.server() = Some(server);
        Ok(())
    }

    fn server(&self) -> std::sync::MutexGuard<'_, Option<Server>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The path of git.
pub(crate) fn git() -> Result<PathBuf> {
    require("git", "install git (Debian: apt-get install git)")
}

/// The path of the CGI program that serves repositories over HTTP (git-http-backend).
fn http_backend() -> Result<PathBuf> {
    let output = Command::new(git()?)
        .arg("--exec-path")
        .output()
        .context("asking git for its programs")?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let program = Path::new(&folder).join("git-http-backend");
    ensure!(
        program.is_file(),
        "`git-http-backend` is not in {folder}; it comes with git (Debian: apt-get install git; \
         Alpine: apk add git-daemon)"
    );
    Ok(program)
}
