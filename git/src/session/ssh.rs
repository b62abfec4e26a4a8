//! Talking over SSH.
//!
//! gix would start `ssh` for this, which reads the configuration of whoever runs it and asks its
//! questions at the terminal. Here the connection is made in process and stays warm between
//! fetches; each talk runs one program at the server in it.

mod authentication;
mod connection;
mod exchange;
mod tether;
mod watch;

use std::cell::RefCell;
use std::rc::Rc;

use gix::Url;
use gix::protocol::transport::client::git::ConnectMode;
use gix::protocol::transport::client::git::blocking_io::Connection as GitConnection;
use gix::protocol::transport::{Protocol, Service};

use super::{FetchError, Session};
use crate::remote::Ssh;
use exchange::{Answer, Exchange, Question};

pub(crate) use connection::Connection;

/// A remote that is talked to over SSH: to the program of one service, one talk after the other.
pub(crate) struct Talks<'a> {
    session: &'a Rc<Session>,
    ssh: &'a Ssh,
    service: Service,
    place: Url,
    running: RefCell<Option<Rc<RefCell<Exchange>>>>,
}

impl<'a> Talks<'a> {
    /// The service of the repository there.
    ///
    /// # Errors
    /// [`FetchError::Protocol`] where gix does not know the URL for one.
    pub(crate) fn new(
        session: &'a Rc<Session>,
        ssh: &'a Ssh,
        service: Service,
    ) -> Result<Self, FetchError> {
        let place = gix::url::parse(&ssh.place.url).map_err(|error| session.explain(&error))?;
        Ok(Self {
            session,
            ssh,
            service,
            place,
            running: RefCell::new(None),
        })
    }

    /// The URL as gix takes it.
    pub(crate) fn place(&self) -> &Url {
        &self.place
    }

    /// Begins a talk, once the one before has ended.
    pub(crate) fn begin(&self) -> Result<GitConnection<Answer, Question>, FetchError> {
        self.end()?;
        let exchange = Exchange::begin(self.session, self.ssh, self.service)?;
        let exchange = Rc::new(RefCell::new(exchange));
        self.running.replace(Some(Rc::clone(&exchange)));
        let transport = GitConnection::new(
            Answer::of(&exchange),
            Question::of(&exchange),
            Protocol::V2,
            self.ssh.place.path.as_str(),
            None::<(String, Option<u16>)>,
            ConnectMode::Process,
            false,
        );
        Ok(transport.custom_url(Some(self.place.to_bstring())))
    }

    /// Ends the talk that nobody goes on with, so that its connection serves for the next one.
    pub(crate) fn end(&self) -> Result<(), FetchError> {
        match self.running.take().and_then(Rc::into_inner) {
            Some(exchange) => exchange.into_inner().end(self.ssh),
            None => Ok(()),
        }
    }
}
