//! A loopback port that stays ours while nobody listens on it.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpSocket;

/// How often listening is tried while a listener that was dropped is there: a program that another thread is starting
/// has it until it runs.
const ATTEMPTS: usize = 500;
const PAUSE: Duration = Duration::from_millis(10);

/// A loopback port on which nobody but who is told of it listens, until this is dropped.
///
/// A port that was free a moment ago may be anybody's: the kernel gives it to the next connection of any program, and
/// even a client that tries to reach a server that is down may be given the very port it calls. A socket that is bound
/// and never listens keeps it from that, and, since it says `SO_REUSEADDR`, lets those listen who say so too, as
/// servers do.
pub(crate) struct Port {
    address: SocketAddr,
    _socket: TcpSocket,
}

impl Port {
    /// Takes a free port of 127.0.0.1.
    ///
    /// # Errors
    /// If none is free.
    pub(crate) fn reserve() -> Result<Self> {
        let reserve = || {
            let socket = TcpSocket::new_v4()?;
            socket.set_reuseaddr(true)?;
            socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
            let address = socket.local_addr()?;
            Ok::<_, std::io::Error>(Self {
                address,
                _socket: socket,
            })
        };
        reserve().context("finding a port")
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens, again too after a listener was dropped.
    ///
    /// # Errors
    /// If a listener is there and stays.
    pub(crate) fn listen(&self) -> Result<TcpListener> {
        for _ in 1..ATTEMPTS {
            match TcpListener::bind(self.address) {
                Err(error) if error.kind() == ErrorKind::AddrInUse => thread::sleep(PAUSE),
                bound => return self.said(bound),
            }
        }
        self.said(TcpListener::bind(self.address))
    }

    fn said(&self, bound: io::Result<TcpListener>) -> Result<TcpListener> {
        bound.with_context(|| format!("listening on {}", self.address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_given_to_nobody_else_while_nobody_listens() {
        let port = Port::reserve().unwrap();
        drop(port.listen().unwrap());
        // More than there are ports.
        for _ in 0..100_000 {
            let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            assert_ne!(other.local_addr().unwrap(), port.address());
        }
    }

    #[test]
    fn listens_again_once_a_program_that_was_being_started_lets_go_of_the_listener() {
        let port = Port::reserve().unwrap();
        let inherited = port.listen().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(100));
                drop(inherited);
            });
            port.listen().unwrap();
        });
    }
}
