//! Bytes that hold opened values.

use std::io::{self, Write};

use serde_json::Value as Json;
use zeroize::Zeroizing;

/// The body of a request. It is wiped when dropped and when it outgrows its buffer; it cannot be printed, copied or
/// compared.
pub struct Body(Zeroizing<Vec<u8>>);

impl Body {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(capacity)))
    }

    /// Room for an object with stand-ins. Values are mostly shorter than their stand-ins.
    pub(super) fn with_room_for(object: &Json) -> Self {
        Self::with_capacity(object.to_string().len() + 1024)
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * self.0.capacity())));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }

    /// Appends a JSON string.
    pub(super) fn push_string(&mut self, text: &str) {
        serde_json::to_writer(self, text).expect("writing text to memory does not fail");
    }

    /// Appends what stands between the quotes of a JSON string.
    pub(super) fn push_escaped(&mut self, text: &str) {
        let mut quoted = Self::with_capacity(2 * text.len() + 2);
        quoted.push_string(text);
        self.push(&quoted.0[1..quoted.0.len() - 1]);
    }

    pub(super) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

/// Lends the bytes to whoever sends them.
impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Write for Body {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
