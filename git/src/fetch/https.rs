//! Fetching over HTTPS.

use std::rc::Rc;

use gix::protocol::transport::Protocol;
use gix::protocol::transport::client::blocking_io::http as transport;
use reqwest::{Client, Url};

use super::FetchError;
use super::http::Http;
use super::session::{Brought, Session};
use super::smart;

/// Where the refs stand at the remote, once what they name is in the store.
pub(super) fn fetch(session: Session, url: &Url, client: &Client) -> Result<Brought, FetchError> {
    let session = Rc::new(session);
    let explain = |error: gix::Error| session.explain(&error);
    let repository = session.store.receiving().map_err(explain)?;
    let place = gix::url::parse(url.as_str()).map_err(explain)?;
    let connect = || {
        let http = Http::new(Rc::clone(&session), client.clone(), url.clone());
        Ok(transport::connect_http(
            http,
            place.clone(),
            Protocol::V2,
            false,
        ))
    };
    smart::fetch(&session, &repository, &place, connect)
}
