//! A wire between a client and a server on loopback, which can be cut.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context, Result};

/// Passes connections on to a server until this process ends.
pub struct Wire {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    /// What the server may yet say before every connection is cut.
    left: AtomicUsize,
    /// What the client may yet say before that.
    left_to_client: AtomicUsize,
    connections: Mutex<Vec<TcpStream>>,
    count: AtomicUsize,
}

impl Wire {
    /// A wire to a server.
    ///
    /// # Errors
    /// If no port is free.
    pub fn to(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("finding a port")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server,
            left: AtomicUsize::new(usize::MAX),
            left_to_client: AtomicUsize::new(usize::MAX),
            connections: Mutex::default(),
            count: AtomicUsize::new(0),
        });
        let wire = Self {
            address,
            shared: Arc::clone(&shared),
        };
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                shared.join(client);
            }
        });
        Ok(wire)
    }

    /// Where it begins.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of connections so far.
    pub fn connections(&self) -> usize {
        self.shared.count.load(Ordering::Relaxed)
    }

    /// Cuts every connection once the server has said this many bytes more.
    pub fn cut_after(&self, bytes: usize) {
        self.shared.left.store(bytes, Ordering::Relaxed);
    }

    /// Cuts every connection once the client has said this many bytes more.
    pub fn cut_after_sending(&self, bytes: usize) {
        self.shared.left_to_client.store(bytes, Ordering::Relaxed);
    }

    /// Lets both say what they want again.
    pub fn mend(&self) {
        self.cut_after(usize::MAX);
        self.cut_after_sending(usize::MAX);
    }

    /// Cuts every connection that there is.
    pub fn cut(&self) {
        self.shared.cut();
    }
}

impl Shared {
    fn join(self: &Arc<Self>, client: TcpStream) {
        let Ok(server) = TcpStream::connect(self.server) else {
            return;
        };
        self.count.fetch_add(1, Ordering::Relaxed);
        let (Ok(from_client), Ok(to_server)) = (client.try_clone(), server.try_clone()) else {
            return;
        };
        self.open().extend(
            [client.try_clone(), server.try_clone()]
                .into_iter()
                .flatten(),
        );
        let here = Arc::clone(self);
        thread::spawn(move || here.pass(server, client, &here.left));
        let here = Arc::clone(self);
        thread::spawn(move || here.pass(from_client, to_server, &here.left_to_client));
    }

    /// Passes on what may be said.
    fn pass(&self, from: TcpStream, to: TcpStream, allowance: &AtomicUsize) {
        let is_whole = pump(from, to, |said| {
            let bytes = said.len();
            let left = allowance.load(Ordering::Relaxed);
            // What may be said without end stays so.
            if left != usize::MAX {
                allowance.store(left.saturating_sub(bytes), Ordering::Relaxed);
            }
            left > bytes
        });
        if !is_whole {
            self.cut();
        }
    }

    fn cut(&self) {
        for connection in self.open().drain(..) {
            // One that has ended already is as good as cut.
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    fn open(&self) -> MutexGuard<'_, Vec<TcpStream>> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes bytes on to the end, as long as each chunk may pass; whether all did.
pub(crate) fn pump(
    mut from: TcpStream,
    mut to: TcpStream,
    mut may_pass: impl FnMut(&[u8]) -> bool,
) -> bool {
    let mut buffer = [0; 4096];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 {
            break;
        }
        if !may_pass(&buffer[..read]) {
            return false;
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    // The other end may be gone.
    let _ = to.shutdown(Shutdown::Write);
    true
}
