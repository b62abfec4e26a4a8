//! Talking over HTTPS.

use std::rc::Rc;

use gix::Url;
use gix::protocol::transport::Protocol;
use gix::protocol::transport::client::blocking_io::http::{Transport, connect_http};
use reqwest::Client;

use super::http::Http;
use super::{FetchError, Session};

/// A remote that is talked to over HTTPS, in this version of Git's protocol.
pub(crate) struct Https<'a> {
    session: &'a Rc<Session>,
    url: &'a reqwest::Url,
    client: &'a Client,
    place: Url,
    version: Protocol,
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
        })
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
        );
        connect_http(http, self.place.clone(), self.version, false)
    }
}
