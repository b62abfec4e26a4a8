//! Where fresh keys and initialisation vectors come from: from the caller.

/// A cryptographically secure source of random bytes.
///
/// Any `FnMut(&mut [u8])` is one: the binaries pass the operating system's.
pub trait Random {
    /// Fills the buffer.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl<F: FnMut(&mut [u8])> Random for F {
    fn fill(&mut self, bytes: &mut [u8]) {
        self(bytes);
    }
}
