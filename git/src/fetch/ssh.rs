//! Fetching over SSH.
//!
//! gix would start `ssh` for this, which reads the configuration of whoever runs it and asks its
//! questions at the terminal. Here the connection is made in process and stays warm between
//! fetches; each fetch runs one `git-upload-pack` in it.

mod authentication;
mod connection;
mod exchange;
mod tether;
mod watch;

use std::cell::RefCell;
use std::rc::Rc;

use gix::protocol::transport::Protocol;
use gix::protocol::transport::client::git::ConnectMode;
use gix::protocol::transport::client::git::blocking_io::Connection as GitConnection;

use super::FetchError;
use super::session::{Brought, Session};
use super::smart;
use crate::remote::Ssh;
use exchange::{Answer, Exchange, Question};

pub(crate) use connection::Connection;

/// Where the refs stand at the remote, once what they name is in the store.
pub(super) fn fetch(session: Session, ssh: &Ssh) -> Result<Brought, FetchError> {
    let session = Rc::new(session);
    let explain = |error: gix::Error| session.explain(&error);
    let repository = session.store.receiving().map_err(explain)?;
    let url = gix::url::parse(&ssh.place.url).map_err(explain)?;
    let running = RefCell::new(None);
    let connect = || {
        end(running.take(), ssh)?;
        let exchange = Rc::new(RefCell::new(Exchange::begin(&session, ssh)?));
        running.replace(Some(Rc::clone(&exchange)));
        let transport = GitConnection::new(
            Answer::of(&exchange),
            Question::of(&exchange),
            Protocol::V2,
            ssh.place.path.as_str(),
            None::<(String, Option<u16>)>,
            ConnectMode::Process,
            false,
        );
        Ok(transport.custom_url(Some(url.to_bstring())))
    };
    let brought = smart::fetch(&session, &repository, &url, connect)?;
    end(running.take(), ssh)?;
    Ok(brought)
}

/// Ends the talk that nobody goes on with, so that its connection serves for the next one.
fn end(exchange: Option<Rc<RefCell<Exchange>>>, ssh: &Ssh) -> Result<(), FetchError> {
    match exchange.and_then(Rc::into_inner) {
        Some(exchange) => exchange.into_inner().end(ssh),
        None => Ok(()),
    }
}
