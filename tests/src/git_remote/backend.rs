//! The bridge from HTTP to `git http-backend`, which speaks CGI (RFC 3875).

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response, StatusCode};
use data_encoding::BASE64;
use futures::{StreamExt, stream};

use super::github::App;
use super::{Fault, http_backend};

/// The largest push that is taken.
const MAX_UPLOAD: usize = 256 << 20;

/// What the handler knows.
pub(super) struct Backend {
    program: PathBuf,
    root: PathBuf,
    username: &'static str,
    password: Mutex<String>,
    /// The `Authorization` that is let in, in place of user and password.
    authorization: Mutex<Option<String>>,
    app: Mutex<Option<App>>,
    fault: Mutex<Option<Fault>>,
    requests: AtomicUsize,
}

impl Backend {
    pub(super) fn new(root: &Path, username: &'static str, password: &str) -> Result<Self> {
        Ok(Self {
            program: http_backend()?,
            root: root.to_owned(),
            username,
            password: Mutex::new(password.to_owned()),
            authorization: Mutex::default(),
            app: Mutex::default(),
            fault: Mutex::new(None),
            requests: AtomicUsize::new(0),
        })
    }

    pub(super) fn password(&self) -> String {
        lock(&self.password).clone()
    }

    pub(super) fn set_password(&self, password: &str) {
        password.clone_into(&mut lock(&self.password));
    }

    pub(super) fn let_in_bearer(&self, token: &str) {
        *lock(&self.authorization) = Some(format!("Bearer {token}"));
    }

    pub(super) fn let_in_basic(&self, user: &str, password: &str) {
        let pair = BASE64.encode(format!("{user}:{password}").as_bytes());
        *lock(&self.authorization) = Some(format!("Basic {pair}"));
    }

    pub(super) fn app(&self) -> MutexGuard<'_, Option<App>> {
        lock(&self.app)
    }

    pub(super) fn set_fault(&self, fault: Option<Fault>) {
        *lock(&self.fault) = fault;
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    fn lets_in(&self, headers: &HeaderMap) -> bool {
        let pair = format!("{}:{}", self.username, self.password());
        let expected = lock(&self.authorization).clone();
        let expected =
            expected.unwrap_or_else(|| format!("Basic {}", BASE64.encode(pair.as_bytes())));
        headers
            .get(header::AUTHORIZATION)
            .is_some_and(|given| given == expected.as_str())
    }

    /// Runs the CGI program and returns what it wrote.
    fn run(&self, request: &Parts, upload: &Bytes) -> Result<Vec<u8>> {
        let mut program = self
            .command(request, upload.len())
            .spawn()
            .context("starting git http-backend")?;
        let mut stdin = program.stdin.take().context("its input is piped")?;
        let mut stdout = program.stdout.take().context("its output is piped")?;
        let mut answer = Vec::new();
        std::thread::scope(|scope| {
            // The program may answer before it has read everything, and may not read to the end.
            scope.spawn(move || stdin.write_all(upload).ok());
            stdout.read_to_end(&mut answer)
        })
        .context("reading from git http-backend")?;
        program.wait().context("waiting for git http-backend")?;
        Ok(answer)
    }

    fn command(&self, request: &Parts, length: usize) -> Command {
        let header = |name: &str| {
            let value = request.headers.get(name);
            value.and_then(|value| value.to_str().ok()).unwrap_or("")
        };
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.root)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_PROJECT_ROOT", &self.root)
            .env("GIT_HTTP_EXPORT_ALL", "1")
            .env("GIT_PROTOCOL", header("git-protocol"))
            .env("REMOTE_USER", self.username)
            .env("REQUEST_METHOD", request.method.as_str())
            .env("PATH_INFO", request.uri.path())
            .env("QUERY_STRING", request.uri.query().unwrap_or(""))
            .env("CONTENT_TYPE", header("content-type"))
            .env("CONTENT_LENGTH", length.to_string())
            .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }
}

/// Answers one request.
pub(super) async fn serve(State(backend): State<Arc<Backend>>, request: Request) -> Response<Body> {
    backend.requests.fetch_add(1, Ordering::Relaxed);
    let fault = lock(&backend.fault).clone();
    if App::is_asked(request.uri().path()) {
        return match fault {
            Some(Fault::RedirectTo(url)) => redirect(&url),
            _ => give_token(&backend, request).await,
        };
    }
    if !backend.lets_in(request.headers()) {
        return unauthorized();
    }
    let is_push = request.uri().to_string().ends_with("git-receive-pack");
    if is_push && backend.app().as_ref().is_some_and(|app| !app.writes()) {
        return status(StatusCode::FORBIDDEN);
    }
    match fault {
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::HangAt(text)) => hang_at(&text, backend, request).await,
        Some(Fault::RedirectTo(url)) => redirect(&url),
        Some(Fault::Moved(from, to)) => match moved(&request, &from, &to) {
            Some(url) => redirect(&url),
            None => answer(backend, request).await,
        },
        Some(Fault::Status(code)) => status(StatusCode::from_u16(code).unwrap_or_default()),
        Some(Fault::Says(words)) => say(&words, backend, request).await,
        Some(Fault::Echo) => echo_fetch(backend, request).await,
        Some(Fault::CutAfter(bytes)) => cut(answer(backend, request).await, bytes, true).await,
        Some(Fault::EndAfter(bytes)) => cut(answer(backend, request).await, bytes, false).await,
        Some(Fault::DropsPush) if is_post(&request) => drop_push(backend, request).await,
        Some(Fault::CutsUpload) if is_post(&request) => cut_upload(request).await,
        Some(Fault::Reports(text)) if is_post(&request) => report(&text),
        Some(Fault::AnswersPush(code)) if is_post(&request) => {
            status(StatusCode::from_u16(code).unwrap_or_default())
        }
        Some(Fault::DropsPush | Fault::CutsUpload | Fault::Reports(_) | Fault::AnswersPush(_)) => {
            answer(backend, request).await
        }
        None => answer(backend, request).await,
    }
}

/// GitHub's answer to an App; the token that it gives is the one that is let in from then on.
async fn give_token(backend: &Backend, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_UPLOAD).await.unwrap_or_default();
    let mut app = backend.app();
    let Some(app) = app.as_mut() else {
        return status(StatusCode::NOT_FOUND);
    };
    let (response, token) = app.answer(&parts, &body);
    if let Some(token) = token {
        backend.let_in_basic("x-access-token", &token);
    }
    response
}

async fn answer(backend: Arc<Backend>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(upload) = to_bytes(body, MAX_UPLOAD).await else {
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let run = tokio::task::spawn_blocking(move || backend.run(&parts, &upload));
    match run.await {
        Ok(Ok(output)) => from_cgi(&output).unwrap_or_else(|| status(StatusCode::BAD_GATEWAY)),
        _ => status(StatusCode::BAD_GATEWAY),
    }
}

/// The answer that a CGI program wrote: headers, one of which may be `Status`, an empty line, body.
fn from_cgi(output: &[u8]) -> Option<Response<Body>> {
    let end = output.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&output[..end]).ok()?;
    let mut response = Response::new(Body::from(output[end + 4..].to_vec()));
    for line in head.lines() {
        let (name, value) = line.split_once(':')?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("status") {
            *response.status_mut() = StatusCode::from_bytes(value.get(..3)?.as_bytes()).ok()?;
        } else {
            let name = HeaderName::try_from(name).ok()?;
            let value = HeaderValue::try_from(value).ok()?;
            response.headers_mut().append(name, value);
        }
    }
    Some(response)
}

/// The answer with a body that stops early: in an error, which breaks the connection, or quietly.
async fn cut(response: Response<Body>, bytes: usize, breaks: bool) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if whole.len() <= bytes {
        return Response::from_parts(parts, Body::from(whole));
    }
    let mut pieces = vec![Ok(whole.slice(..bytes))];
    if breaks {
        pieces.push(Err(std::io::Error::other("cut on purpose")));
    }
    Response::from_parts(parts, Body::from_stream(stream::iter(pieces)))
}

fn unauthorized() -> Response<Body> {
    let mut response = status(StatusCode::UNAUTHORIZED);
    let challenge = HeaderValue::from_static("Basic realm=\"fleet\"");
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, challenge);
    response
}

fn redirect(url: &str) -> Response<Body> {
    let mut response = status(StatusCode::FOUND);
    if let Ok(location) = HeaderValue::try_from(url) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// Where the request goes if its repository moved.
fn moved(request: &Request, from: &str, to: &str) -> Option<String> {
    let path = request.uri().path_and_query()?.as_str();
    let rest = path.strip_prefix('/')?.strip_prefix(from)?;
    Some(format!("/{to}{rest}"))
}

/// The answer to a request for objects is the request's headers; others are answered.
async fn echo_fetch(backend: Arc<Backend>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let upload = to_bytes(body, MAX_UPLOAD).await.unwrap_or_default();
    if String::from_utf8_lossy(&upload).contains("command=fetch") {
        return echo(&parts.headers);
    }
    answer(backend, Request::from_parts(parts, Body::from(upload))).await
}

fn is_post(request: &Request) -> bool {
    request.method() == Method::POST
}

/// Does what is asked, and breaks the connection in place of an answer.
async fn drop_push(backend: Arc<Backend>, request: Request) -> Response<Body> {
    let answer = answer(backend, request).await;
    cut(answer, 0, true).await
}

/// Breaks the connection within what is sent.
async fn cut_upload(request: Request) -> Response<Body> {
    let mut upload = request.into_body().into_data_stream();
    // The rest is never read.
    let _ = upload.next().await;
    let broken = std::io::Error::other("cut on purpose");
    Response::new(Body::from_stream(stream::iter([Err::<Bytes, _>(broken)])))
}

/// The answer to a push that says this (gitprotocol-pack, "Report Status"), whatever was done.
fn report(text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    let kind = HeaderValue::from_static("application/x-git-receive-pack-result");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// The answer, unless this stands in the request.
async fn hang_at(text: &str, backend: Arc<Backend>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let upload = to_bytes(body, MAX_UPLOAD).await.unwrap_or_default();
    if String::from_utf8_lossy(&upload).contains(text) {
        std::future::pending::<()>().await;
    }
    answer(backend, Request::from_parts(parts, Body::from(upload))).await
}

/// The words for a request like this one, or the answer where there are none.
async fn say(
    words: &[(&'static str, Vec<u8>)],
    backend: Arc<Backend>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let upload = to_bytes(body, MAX_UPLOAD).await.unwrap_or_default();
    let asked = format!("{} {}", parts.uri, String::from_utf8_lossy(&upload));
    let Some((_, said)) = words.iter().find(|(text, _)| asked.contains(text)) else {
        return answer(backend, Request::from_parts(parts, Body::from(upload))).await;
    };
    let mut response = Response::new(Body::from(said.clone()));
    let kind = if parts.method == Method::GET {
        "application/x-git-upload-pack-advertisement"
    } else {
        "application/x-git-upload-pack-result"
    };
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// An `ERR` line (gitprotocol-pack) with the request's headers.
fn echo(headers: &HeaderMap) -> Response<Body> {
    let line = format!("ERR {}", written_out(headers));
    let mut response = Response::new(Body::from(format!("{:04x}{line}", line.len() + 4)));
    let kind = HeaderValue::from_static("application/x-git-upload-pack-result");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn written_out(headers: &HeaderMap) -> String {
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    lines.collect::<Vec<_>>().join(", ")
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
