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

/// Another source, asked for many small pieces at once: what it gives is handed out once.
pub(crate) struct Ahead<'r> {
    source: &'r mut dyn Random,
    bytes: [u8; AHEAD],
    used: usize,
}

const AHEAD: usize = 32 * 32;

impl<'r> Ahead<'r> {
    pub(crate) fn of(source: &'r mut dyn Random) -> Self {
        Self {
            source,
            bytes: [0; AHEAD],
            used: AHEAD,
        }
    }
}

impl Random for Ahead<'_> {
    fn fill(&mut self, bytes: &mut [u8]) {
        if bytes.len() > AHEAD {
            return self.source.fill(bytes);
        }
        if bytes.len() > AHEAD - self.used {
            self.source.fill(&mut self.bytes);
            self.used = 0;
        }
        let end = self.used + bytes.len();
        bytes.copy_from_slice(&self.bytes[self.used..end]);
        self.used = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_is_handed_out_twice() {
        let mut next = 0_u32;
        let mut counter = |bytes: &mut [u8]| {
            for word in bytes.chunks_mut(4) {
                next += 1;
                word.copy_from_slice(&next.to_be_bytes()[..word.len()]);
            }
        };
        let mut ahead = Ahead::of(&mut counter);
        let mut seen = std::collections::HashSet::new();
        for length in [32, 16, AHEAD, 32, AHEAD + 4, 8, 32].repeat(9) {
            let mut bytes = vec![0; length];
            ahead.fill(&mut bytes);
            assert!(bytes.chunks(4).all(|word| seen.insert(word.to_vec())));
        }
    }
}
