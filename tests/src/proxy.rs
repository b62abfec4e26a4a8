//! An HTTP proxy on loopback that makes tunnels, as a company has one between itself and the world.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use data_encoding::BASE64;

use crate::wire::pump;

/// Makes tunnels to what listens on loopback until this process ends, and remembers what it was told.
pub struct ConnectProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// The `Proxy-Authorization` that it wants to see.
    authorization: Mutex<Option<String>>,
    /// The status with which it refuses.
    refusal: Mutex<Option<u16>>,
    tunnels: Mutex<Vec<String>>,
    /// All that clients said, to it and through it.
    heard: Mutex<Vec<u8>>,
}

impl ConnectProxy {
    /// A proxy that serves everybody.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("finding a port")?;
        let address = listener.local_addr()?;
        let shared = Arc::<Shared>::default();
        let proxy = Self {
            address,
            shared: Arc::clone(&shared),
        };
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.serve(client));
            }
        });
        Ok(proxy)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves those alone who name this user and password.
    pub fn let_in(&self, user: &str, password: &str) {
        let pair = BASE64.encode(format!("{user}:{password}").as_bytes());
        *lock(&self.shared.authorization) = Some(format!("Basic {pair}"));
    }

    /// Refuses everybody with this status.
    pub fn refuse_with(&self, status: u16) {
        *lock(&self.shared.refusal) = Some(status);
    }

    /// The places to which it made tunnels.
    pub fn tunnels(&self) -> Vec<String> {
        lock(&self.shared.tunnels).clone()
    }

    /// All that clients said so far, to it and through it, with what is no text replaced.
    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&lock(&self.shared.heard)).into_owned()
    }
}

impl Shared {
    fn serve(self: Arc<Self>, mut client: TcpStream) -> Option<()> {
        let (place, authorization) = self.read_head(&client)?;
        let refused = *lock(&self.refusal);
        let wanted = lock(&self.authorization).clone();
        let refused = refused.or((wanted != authorization && wanted.is_some()).then_some(407));
        if let Some(status) = refused {
            write!(client, "HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n").ok()?;
            return None;
        }
        let server: SocketAddr = place.parse().ok()?;
        let server = TcpStream::connect(server)
            .ok()
            .filter(|_| server.ip().is_loopback())?;
        lock(&self.tunnels).push(place);
        client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").ok()?;
        let (from_server, to_client) = (server.try_clone().ok()?, client.try_clone().ok()?);
        thread::spawn(move || pump(from_server, to_client, |_| true));
        pump(client, server, |said| {
            lock(&self.heard).extend_from_slice(said);
            true
        });
        Some(())
    }

    /// Where to, and the `Proxy-Authorization`; nothing is said by the client behind the head before it is answered.
    fn read_head(&self, client: &TcpStream) -> Option<(String, Option<String>)> {
        let mut head = Vec::new();
        let mut reader = BufReader::new(client.try_clone().ok()?).take(1 << 16);
        while !head.ends_with(b"\r\n\r\n") {
            let read = reader.read_until(b'\n', &mut head).ok()?;
            if read == 0 {
                return None;
            }
        }
        lock(&self.heard).extend_from_slice(&head);
        let head = String::from_utf8(head).ok()?;
        let mut lines = head.lines();
        let place = lines.next()?.strip_prefix("CONNECT ")?.split(' ').next()?;
        let authorization = lines.find_map(|line| line.strip_prefix("Proxy-Authorization: "));
        Some((place.to_owned(), authorization.map(str::to_owned)))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
