//! The talk with one program at the server.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::rc::Rc;

use gix::protocol::transport::Service;
use russh::ChannelMsg;

use super::connection::{Failure, Opened, open};
use crate::remote::Ssh;
use crate::session::{FetchError, Session, presentable};

/// As much of what the server writes to its standard error as is kept: the rest would not be shown.
const MOST_WORDS: usize = 4096;

/// What was said so far.
pub(super) struct Exchange {
    session: Rc<Session>,
    service: Service,
    opened: Opened,
    /// What gix wrote and the server has yet to be sent.
    question: Vec<u8>,
    /// Whether the server answered at all.
    answered: bool,
    /// Whether something failed, so that the end was not seen.
    failed: bool,
    /// What the server wrote to its standard error.
    words: Vec<u8>,
    /// How the program at the server ended, if it did.
    status: Option<u32>,
}

impl Exchange {
    pub(super) fn begin(
        session: &Rc<Session>,
        ssh: &Ssh,
        service: Service,
    ) -> Result<Self, FetchError> {
        let opened = session.patiently(open(&session.remote, ssh, service))?;
        Ok(Self {
            opened: opened.map_err(|failure| failure.of(&session.remote))?,
            session: Rc::clone(session),
            service,
            question: Vec::new(),
            answered: false,
            failed: false,
            words: Vec::new(),
            status: None,
        })
    }

    /// Ends the talk, and keeps the connection where all was said.
    pub(super) fn end(mut self, ssh: &Ssh) -> Result<(), FetchError> {
        if self.failed {
            return Ok(());
        }
        self.send()?;
        let Opened {
            connection,
            channel,
        } = self.opened;
        let closed = self.session.patiently(async {
            channel.eof().await?;
            channel.close().await
        })?;
        if closed.is_ok() {
            connection.keep(ssh);
        }
        Ok(())
    }

    fn send(&mut self) -> Result<(), FetchError> {
        let question = std::mem::take(&mut self.question);
        if question.is_empty() {
            return Ok(());
        }
        let sent = self.opened.channel.data_bytes(question);
        // Where the server is gone, its last words are better than our failure.
        let _ = self.session.patiently(sent)?;
        Ok(())
    }

    /// What the server says next; nothing at the end.
    fn next_chunk(&mut self) -> Result<Vec<u8>, FetchError> {
        self.send()?;
        loop {
            match self.session.patiently(self.opened.channel.wait())? {
                Some(ChannelMsg::Data { data }) if !data.is_empty() => {
                    self.session.count(data.len())?;
                    self.answered = true;
                    return Ok(data.into());
                }
                Some(ChannelMsg::ExtendedData { data, .. }) => {
                    self.session.count(data.len())?;
                    let room = MOST_WORDS - self.words.len();
                    self.words.extend(data.iter().take(room));
                }
                Some(ChannelMsg::ExitStatus { exit_status }) => self.status = Some(exit_status),
                Some(ChannelMsg::Failure | ChannelMsg::Close) => return self.ended(),
                Some(_) => {}
                None => return Err(self.lost()),
            }
        }
    }

    /// A program that failed, or that never answered, has said why on its standard error.
    fn ended(&self) -> Result<Vec<u8>, FetchError> {
        if self.answered && self.status == Some(0) {
            return Ok(Vec::new());
        }
        let words = presentable(String::from_utf8_lossy(&self.words).trim());
        if self.answered && words.is_empty() {
            return Err(self.lost());
        }
        Err(FetchError::NotServed {
            remote: self.session.remote.to_string(),
            words: match (words.is_empty(), self.status) {
                (false, _) => words,
                (true, Some(status)) => {
                    format!("nothing, and {} ended with {status}", self.service.as_str())
                }
                (true, None) => "nothing".to_owned(),
            },
        })
    }

    fn lost(&self) -> FetchError {
        let words = self.opened.connection.last_words();
        let error = if words.is_empty() {
            russh::Error::HUP
        } else {
            io::Error::new(io::ErrorKind::ConnectionAborted, words).into()
        };
        Failure::Ssh(error).of(&self.session.remote)
    }
}

/// What the server says.
pub(crate) struct Answer {
    exchange: Rc<RefCell<Exchange>>,
    chunk: io::Cursor<Vec<u8>>,
}

impl Answer {
    pub(super) fn of(exchange: &Rc<RefCell<Exchange>>) -> Self {
        Self {
            exchange: Rc::clone(exchange),
            chunk: io::Cursor::default(),
        }
    }
}

impl Read for Answer {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunk.position() == self.chunk.get_ref().len() as u64 {
            let mut exchange = self.exchange.borrow_mut();
            let chunk = exchange.next_chunk().map_err(|failure| {
                exchange.failed = true;
                exchange.session.set_aside(failure)
            })?;
            self.chunk = io::Cursor::new(chunk);
        }
        self.chunk.read(buffer)
    }
}

/// What we say, sent when gix waits for an answer.
pub(crate) struct Question(Rc<RefCell<Exchange>>);

impl Question {
    pub(super) fn of(exchange: &Rc<RefCell<Exchange>>) -> Self {
        Self(Rc::clone(exchange))
    }
}

impl Write for Question {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().question.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
