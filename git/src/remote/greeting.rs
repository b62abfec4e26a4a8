//! What a server says it can do, kept between fetches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gix::protocol::transport::packetline::PacketLineRef;
use gix::protocol::transport::packetline::decode::{Stream, streaming};

/// The last answer of a remote's server to the question what it can do, if there was one that may be kept: a question less for each
/// fetch. Copies share it.
#[derive(Clone, Default)]
pub(crate) struct Greeting(Arc<Mutex<Option<Arc<Said>>>>);

/// An answer of the second version of Git's protocol, which names no refs: those are asked for each time.
pub(crate) struct Said {
    /// The answer's headers, each with a line's end.
    pub(crate) headers: Vec<u8>,
    pub(crate) body: Vec<u8>,
    /// The repository's URL where a redirect led to another one.
    pub(crate) moved: Option<String>,
}

impl Greeting {
    /// The most bytes that are kept: a hundred times what servers say.
    pub(crate) const MOST: usize = 64 << 10;

    /// The answer that is kept.
    pub(crate) fn said(&self) -> Option<Arc<Said>> {
        self.kept().clone()
    }

    /// Whether an answer, as far as it came, is whole and may be kept.
    pub(crate) fn may_keep(body: &[u8]) -> bool {
        body.len() <= Self::MOST && is_whole(body)
    }

    /// Keeps an answer that may be kept.
    pub(crate) fn keep(&self, said: Said) {
        *self.kept() = Some(Arc::new(said));
    }

    /// Keeps none: the server may say something else by now.
    pub(crate) fn forget(&self) {
        *self.kept() = None;
    }

    fn kept(&self) -> MutexGuard<'_, Option<Arc<Said>>> {
        // Each change is a single assignment: a panic leaves nothing half-done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether this is all of what a server can do by the second version of the protocol: packets up to a flush that are begun by the
/// version, perhaps behind the service's name, which has a flush of its own (gitprotocol-http, gitprotocol-v2).
fn is_whole(body: &[u8]) -> bool {
    let mut packets = packets(body);
    let mut first = packets.next();
    if let Some(Some(PacketLineRef::Data(line))) = first
        && line.starts_with(b"# service=")
    {
        if packets.next() != Some(Some(PacketLineRef::Flush)) {
            return false;
        }
        first = packets.next();
    }
    let is_second = match first {
        Some(Some(PacketLineRef::Data(line))) => line.trim_ascii_end() == b"version 2",
        _ => false,
    };
    let mut rest = packets.skip_while(|packet| matches!(packet, Some(PacketLineRef::Data(_))));
    is_second && rest.next() == Some(Some(PacketLineRef::Flush)) && rest.next().is_none()
}

/// The packets of a body; `None` in place of what is not one, with which it ends.
fn packets(mut body: &[u8]) -> impl Iterator<Item = Option<PacketLineRef<'_>>> {
    std::iter::from_fn(move || {
        if body.is_empty() {
            return None;
        }
        let packet = if let Ok(Stream::Complete {
            line,
            bytes_consumed,
        }) = streaming(body)
        {
            body = &body[bytes_consumed..];
            Some(line)
        } else {
            body = &[];
            None
        };
        Some(packet)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: &[u8] = b"001e# service=git-upload-pack\n0000000eversion 2\n000cls-refs\n0000";

    #[test]
    fn is_kept_if_it_is_all_that_a_server_can_do_by_the_second_version() {
        assert!(Greeting::may_keep(SECOND));
        assert!(Greeting::may_keep(&SECOND[34..]));
    }

    #[test]
    fn is_not_kept_before_it_came_whole_or_with_more_behind_it() {
        for end in 0..SECOND.len() {
            assert!(!Greeting::may_keep(&SECOND[..end]), "{end}");
        }
        assert!(!Greeting::may_keep(&[SECOND, b"0000"].concat()));
        assert!(!Greeting::may_keep(&[SECOND, b"x"].concat()));
    }

    #[test]
    fn is_not_kept_where_it_names_refs() {
        let first = b"001e# service=git-upload-pack\n0000004895dcfa3633004da0049d3d0fa03f80589cbcaf31 refs/heads/main\0ls-refs\n0000";
        assert!(!Greeting::may_keep(first));
        assert!(!Greeting::may_keep(
            b"000eversion 1\n003d95dcfa3633004da0049d3d0fa03f80589cbcaf31 refs/heads/main\n0000"
        ));
    }

    #[test]
    fn is_not_kept_where_it_is_long() {
        let line = [b"ffdc".to_vec(), vec![b'x'; 0xffd8]].concat();
        assert!(Greeting::may_keep(
            &[b"000eversion 2\n", &line[..], b"0000"].concat()
        ));
        assert!(!Greeting::may_keep(
            &[b"000eversion 2\n", &line[..], &line[..], b"0000"].concat()
        ));
    }

    #[test]
    fn is_gone_once_it_is_forgotten() {
        let greeting = Greeting::default();
        greeting.keep(Said {
            headers: Vec::new(),
            body: SECOND.to_vec(),
            moved: None,
        });
        let copy = greeting.clone();
        copy.forget();
        assert!(greeting.said().is_none());
    }
}
