//! Talking over HTTPS.

use std::cell::Cell;
use std::rc::Rc;

use gix::Url;
use gix::protocol::transport::Protocol;
use gix::protocol::transport::client::blocking_io::http::{Transport, connect_http};
use reqwest::Client;

use super::http::Http;
use super::{FetchError, Session};
use crate::remote::Greeting;

/// A remote that is talked to over HTTPS, in this version of Git's protocol.
pub(crate) struct Https<'a> {
    session: &'a Rc<Session>,
    url: &'a reqwest::Url,
    client: &'a Client,
    place: Url,
    version: Protocol,
    /// What the server said of itself, where that may be kept.
    greeting: Option<Greeting>,
    /// Whether a talk was begun with what was kept.
    recalled: Rc<Cell<bool>>,
}

impl<'a> Https<'a> {
    /// The remote at this URL.
    ///
    /// # Errors
    /// [`FetchError::Protocol`] where gix does not know the URL for one.
    pub(crate) fn new(
        session: &'a Rc<Session>,
        url: &'a reqwest::Url,
        client: &'a Client,
        version: Protocol,
    ) -> Result<Self, FetchError> {
        let place = gix::url::parse(url.as_str()).map_err(|error| session.explain(&error))?;
        Ok(Self {
            session,
            url,
            client,
            place,
            version,
            greeting: None,
            recalled: Rc::default(),
        })
    }

    /// The same, which does not ask the server again what it can do where that is known.
    pub(crate) fn greeted(self, greeting: &Greeting) -> Self {
        Self {
            greeting: Some(greeting.clone()),
            ..self
        }
    }

    /// Returns what a talk does; does it once more where it failed and was begun with what the server had said before: it may have
    /// learned or forgotten something since, or have moved.
    ///
    /// # Errors
    /// Those of the talk.
    pub(crate) fn talk<T>(
        &self,
        talk: impl Fn() -> Result<T, FetchError>,
    ) -> Result<T, FetchError> {
        let outcome = talk();
        let has_moved = || {
            let said = self.greeting.as_ref().and_then(Greeting::said);
            said.is_some_and(|said| said.moved.is_some())
        };
        let may_be_outdated = match outcome {
            Err(
                FetchError::Protocol { .. }
                | FetchError::RepositoryMissing { .. }
                | FetchError::Redirected { .. }
                | FetchError::Unreachable { .. },
            ) => true,
            // So a forge may answer where nothing is any more.
            Err(FetchError::Credentials { .. }) => has_moved(),
            _ => false,
        };
        if may_be_outdated
            && self.recalled.take()
            && let Some(greeting) = &self.greeting
        {
            greeting.forget();
            self.session.check_patience()?;
            return talk();
        }
        outcome
    }

    /// The URL as gix takes it.
    pub(crate) fn place(&self) -> &Url {
        &self.place
    }

    /// What carries one talk.
    pub(crate) fn connect(&self) -> Transport<Http> {
        let http = Http::new(
            Rc::clone(self.session),
            self.client.clone(),
            self.url.clone(),
            self.greeting.clone(),
            Rc::clone(&self.recalled),
        );
        connect_http(http, self.place.clone(), self.version, false)
    }
}
