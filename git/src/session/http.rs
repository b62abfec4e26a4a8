//! HTTP as gix wants it, by a client that outlives the fetch.
//!
//! The one that gix brings makes a client, a thread and a TLS handshake for each connection, and
//! waits to be asked before it authenticates. Here the connection stays warm between fetches, the
//! credentials go along at once, and a failure keeps its cause.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, Read, Write};
use std::rc::Rc;

use gix::protocol::transport::Service;
use gix::protocol::transport::client::blocking_io::http::{
    self, GetResponse, PostBodyDataKind, PostResponse,
};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};

use super::{ConnectionError, FetchError, Session};
use crate::remote::{Access, GitHubApp, Greeting, Said, public};

/// The requests of one fetch or push.
pub(crate) struct Http {
    session: Rc<Session>,
    client: Client,
    url: Url,
    /// The repository's URL after a redirect within the host.
    moved: Rc<RefCell<Option<String>>>,
    /// What the server said of itself, where that may be kept.
    greeting: Option<Greeting>,
    /// Set where what was kept is taken for the server's answer.
    recalled: Rc<Cell<bool>>,
}

impl Http {
    pub(super) fn new(
        session: Rc<Session>,
        client: Client,
        url: Url,
        greeting: Option<Greeting>,
        recalled: Rc<Cell<bool>>,
    ) -> Self {
        Self {
            session,
            client,
            url,
            moved: Rc::default(),
            greeting,
            recalled,
        }
    }

    fn exchange(
        &self,
        request: RequestBuilder,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
        tail: String,
    ) -> Exchange {
        let request = request.headers(header_map(headers));
        Exchange {
            session: Rc::clone(&self.session),
            client: self.client.clone(),
            url: self.url.clone(),
            moved: Rc::clone(&self.moved),
            request: Some(request),
            tail,
            response: None,
            greeting: None,
        }
    }

    /// The server's answer to what it can do, as it gave it before.
    fn recall(&self, mut exchange: Exchange, said: &Said) -> GetResponse<Headers, Body> {
        self.recalled.set(true);
        self.moved.replace(said.moved.clone());
        // Nothing is sent, and nothing comes behind what is known.
        exchange.request = None;
        let exchange = Rc::new(RefCell::new(exchange));
        GetResponse {
            headers: Headers {
                lines: Some(io::Cursor::new(said.headers.clone())),
                ..Headers::of(&exchange, Rc::default())
            },
            body: Body {
                exchange,
                chunk: io::Cursor::new(said.body.clone()),
            },
        }
    }
}

impl http::Http for Http {
    type Headers = Headers;
    type ResponseBody = Body;
    type PostBody = Upload;

    fn get(
        &mut self,
        url: &str,
        base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<GetResponse<Headers, Body>, gix::Error> {
        let mut exchange = self.exchange(self.client.get(url), headers, tail(url, base_url));
        // What is asked for by this, and not sent with it, is what the server can do.
        if let Some(greeting) = &self.greeting {
            if let Some(said) = greeting.said() {
                return Ok(self.recall(exchange, &said));
            }
            exchange.greeting = Some((greeting.clone(), Vec::new()));
        }
        let exchange = Rc::new(RefCell::new(exchange));
        Ok(GetResponse {
            headers: Headers::of(&exchange, Rc::default()),
            body: Body::of(exchange),
        })
    }

    fn post(
        &mut self,
        url: &str,
        base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
        _kind: PostBodyDataKind,
    ) -> Result<PostResponse<Headers, Body, Upload>, gix::Error> {
        let exchange = self.exchange(self.client.post(url), headers, tail(url, base_url));
        let exchange = Rc::new(RefCell::new(exchange));
        let upload = Upload::default();
        Ok(PostResponse {
            headers: Headers::of(&exchange, Rc::clone(&upload.0)),
            body: Body::of(exchange),
            post_body: upload,
        })
    }

    fn configure(&mut self, _config: &dyn Any) -> Result<(), gix::Error> {
        Ok(())
    }

    fn redirected_base_url(&self) -> Option<String> {
        self.moved.borrow().clone()
    }
}

/// A request and its answer. It is sent when the answer is asked for, which gix does after it wrote
/// the whole body.
struct Exchange {
    session: Rc<Session>,
    client: Client,
    /// The repository's, as it was named.
    url: Url,
    moved: Rc<RefCell<Option<String>>>,
    request: Option<RequestBuilder>,
    /// What gix appended to the repository's URL.
    tail: String,
    response: Option<Response>,
    /// What came so far of an answer that may be kept, and where.
    greeting: Option<(Greeting, Vec<u8>)>,
}

impl Exchange {
    fn send(&mut self, body: Vec<u8>) -> Result<HeaderMap, FetchError> {
        let Some(request) = self.request.take() else {
            return Ok(HeaderMap::new());
        };
        let response = self.ask_with_credentials(&request.body(body))?;
        let response = self.check_status(response)?;
        if let Some(base) = response.url().as_str().strip_suffix(&self.tail) {
            self.moved.replace(Some(base.to_owned()));
        }
        let headers = response.headers().clone();
        self.response = Some(response);
        Ok(headers)
    }

    /// Sends the request with the credentials; for a GitHub App once more, with a new token, where the one that it had
    /// is refused: it may have been taken back before its end.
    fn ask_with_credentials(&self, request: &RequestBuilder) -> Result<Response, FetchError> {
        let credentials = &self.session.remote.credentials;
        let request = || request.try_clone().expect("the body is in memory");
        let Some(app) = &credentials.app else {
            return self.ask(&credentials.sign(request()));
        };
        // What a push asks first needs the access of a push too.
        let access = if self.tail.ends_with(Service::ReceivePack.as_str()) {
            Access::Write
        } else {
            Access::Read
        };
        let ask = || {
            let token = super::app::token(&self.session, &self.client, app, access, &self.url)?;
            self.ask(&GitHubApp::sign(request(), &token))
        };
        let response = ask()?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        app.forget();
        ask()
    }

    /// Sends the request, and once more where a connection broke before it brought an answer: the
    /// server may have closed the one that was kept since the last fetch. Where all that is asked for
    /// is to read, asking twice does no harm; a push may have arrived.
    fn ask(&self, request: &RequestBuilder) -> Result<Response, FetchError> {
        let send = || {
            let request = request.try_clone().expect("the body is in memory");
            self.session.wait(request.send())
        };
        // A server refuses a client certificate behind the handshake: the connection may be gone before that is heard.
        let tries = match self.session.remote.credentials.certificate {
            Some(_) => 5,
            None => 2,
        };
        let has_broken = |outcome: &Result<Response, FetchError>| match outcome {
            Err(FetchError::Unreachable {
                source: ConnectionError::Https(source) | ConnectionError::Proxy { source, .. },
                ..
            }) => !source.is_connect(),
            _ => false,
        };
        let mut outcome = send();
        for _ in 1..tries {
            if self.is_push() || !has_broken(&outcome) {
                break;
            }
            outcome = send();
        }
        outcome
    }

    /// Whether the remote is told to change something, not only asked what it has.
    fn is_push(&self) -> bool {
        self.tail.trim_start_matches('/') == Service::ReceivePack.as_str()
    }

    fn next_chunk(&mut self) -> Result<Vec<u8>, FetchError> {
        let Some(response) = &mut self.response else {
            return Ok(Vec::new());
        };
        let chunk = self.session.wait(response.chunk())?.unwrap_or_default();
        self.session.count(chunk.len())?;
        self.keep_greeting(&chunk);
        Ok(chunk.into())
    }

    /// Keeps what the server can do once it came whole; nobody may read on behind it.
    fn keep_greeting(&mut self, chunk: &[u8]) {
        let (Some((greeting, mut body)), Some(response)) = (self.greeting.take(), &self.response)
        else {
            return;
        };
        if body.len() + chunk.len() > Greeting::MOST {
            return;
        }
        body.extend_from_slice(chunk);
        if Greeting::may_keep(&body) {
            greeting.keep(Said {
                headers: written_out(response.headers()),
                body,
                moved: self.moved.borrow().clone(),
            });
        } else {
            self.greeting = Some((greeting, body));
        }
    }

    fn check_status(&self, response: Response) -> Result<Response, FetchError> {
        let remote = self.session.remote.to_string();
        match response.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(FetchError::Credentials {
                remote,
                status: response.status().as_u16(),
                given: self.session.remote.credentials.are_given(),
            }),
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                Err(FetchError::RepositoryMissing { remote })
            }
            status if status.is_redirection() => Err(FetchError::Redirected {
                remote,
                to: destination(&response),
            }),
            _ => match response.error_for_status() {
                Ok(response) => Ok(response),
                Err(error) => Err(FetchError::request(&self.session.remote, error)),
            },
        }
    }
}

/// The answer's headers, line by line.
pub(crate) struct Headers {
    exchange: Rc<RefCell<Exchange>>,
    upload: Rc<RefCell<Vec<u8>>>,
    lines: Option<io::Cursor<Vec<u8>>>,
}

impl Headers {
    fn of(exchange: &Rc<RefCell<Exchange>>, upload: Rc<RefCell<Vec<u8>>>) -> Self {
        Self {
            exchange: Rc::clone(exchange),
            upload,
            lines: None,
        }
    }

    fn lines(&mut self) -> io::Result<&mut io::Cursor<Vec<u8>>> {
        if self.lines.is_none() {
            let mut exchange = self.exchange.borrow_mut();
            let headers = exchange
                .send(self.upload.take())
                .map_err(|failure| exchange.session.set_aside(failure))?;
            self.lines = Some(io::Cursor::new(written_out(&headers)));
        }
        Ok(self.lines.as_mut().expect("set above"))
    }
}

impl Read for Headers {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.lines()?.read(buffer)
    }
}

impl BufRead for Headers {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.lines()?.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Some(lines) = &mut self.lines {
            lines.consume(amount);
        }
    }
}

/// The answer's body.
pub(crate) struct Body {
    exchange: Rc<RefCell<Exchange>>,
    chunk: io::Cursor<Vec<u8>>,
}

impl Body {
    fn of(exchange: Rc<RefCell<Exchange>>) -> Self {
        Self {
            exchange,
            chunk: io::Cursor::default(),
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Body {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.chunk.position() == self.chunk.get_ref().len() as u64 {
            let mut exchange = self.exchange.borrow_mut();
            let chunk = exchange
                .next_chunk()
                .map_err(|failure| exchange.session.set_aside(failure))?;
            self.chunk = io::Cursor::new(chunk);
        }
        self.chunk.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.chunk.consume(amount);
    }
}

/// The request's body: what is wanted and what is there already, some kilobytes; or what is pushed.
#[derive(Default)]
pub(crate) struct Upload(Rc<RefCell<Vec<u8>>>);

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn header_map(lines: impl IntoIterator<Item = impl AsRef<str>>) -> HeaderMap {
    lines
        .into_iter()
        .filter_map(|line| {
            let (name, value) = line.as_ref().split_once(':')?;
            let name = HeaderName::try_from(name).ok()?;
            Some((name, HeaderValue::try_from(value.trim()).ok()?))
        })
        .collect()
}

fn written_out(headers: &HeaderMap) -> Vec<u8> {
    let mut lines = Vec::new();
    for (name, value) in headers {
        for part in [name.as_str().as_bytes(), b":", value.as_bytes(), b"\n"] {
            lines.extend_from_slice(part);
        }
    }
    lines
}

fn tail(url: &str, base: &str) -> String {
    url.strip_prefix(base).unwrap_or(url).to_owned()
}

/// Where a redirect leads, as far as it may be shown.
fn destination(response: &Response) -> String {
    response
        .headers()
        .get(reqwest::header::LOCATION)
        .and_then(|location| location.to_str().ok())
        .and_then(|location| response.url().join(location).ok())
        .map_or_else(|| "nowhere".to_owned(), |url: Url| public(&url))
}
