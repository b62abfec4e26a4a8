//! A connection's bytes, which end with whoever they are for.
//!
//! russh reads in a task of its own, which goes on after its handle is gone for as long as the server sends anything: while
//! keys are exchanged without end, nothing else wakes it up. Nor does it count what is no channel's data.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What one exchange may take with all that is around it: twice what a fetch may bring.
const MOST: u64 = 1 << 30;
/// What a server may say while nobody asks it anything.
const MOST_IDLE: u64 = 1 << 20;

/// Keeps a connection open.
pub(super) struct Hold(Arc<AtomicU64>);

impl Hold {
    /// For a connection that is being set up.
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(MOST_IDLE)))
    }

    /// An exchange begins.
    pub(super) fn begin(&self) {
        self.0.store(MOST, Ordering::Relaxed);
    }

    /// It has ended.
    pub(super) fn rest(&self) {
        self.0.store(MOST_IDLE, Ordering::Relaxed);
    }
}

/// A stream that fails once its [`Hold`] is gone, or when more comes than that grants.
pub(super) struct Tether<S> {
    stream: S,
    hold: Weak<AtomicU64>,
}

impl<S> Tether<S> {
    pub(super) fn new(stream: S, hold: &Hold) -> Self {
        let hold = Arc::downgrade(&hold.0);
        Self { stream, hold }
    }

    fn take(&self, bytes: u64) -> io::Result<()> {
        let Some(left) = self.hold.upgrade() else {
            return Err(io::ErrorKind::ConnectionAborted.into());
        };
        let less = |left: u64| left.checked_sub(bytes);
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .map(drop)
            .map_err(|_| io::Error::other("it sends more than any fetch takes"))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tether<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let read = buffer.filled().len() - before;
        Poll::Ready(self.take(read as u64))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tether<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test]
    async fn what_nobody_holds_any_more_is_not_read() {
        let (mut server, stream) = duplex(16);
        let hold = Hold::new();
        let mut tether = Tether::new(stream, &hold);
        server.write_all(b"a").await.unwrap();
        assert_eq!(tether.read_u8().await.unwrap(), b'a');
        drop(hold);
        server.write_all(b"b").await.unwrap();
        let error = tether.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
    }

    #[tokio::test]
    async fn only_so_much_is_read_where_nothing_was_asked() {
        let hold = Hold::new();
        let text = vec![0; usize::try_from(MOST_IDLE).unwrap() + 1];
        let mut read = vec![0; text.len()];
        let mut tether = Tether::new(&text[..], &hold);
        tether.read_exact(&mut read).await.unwrap_err();
        hold.begin();
        let mut tether = Tether::new(&text[..], &hold);
        tether.read_exact(&mut read).await.unwrap();
        hold.rest();
        let mut tether = Tether::new(&text[..], &hold);
        tether.read_exact(&mut read).await.unwrap_err();
    }
}
