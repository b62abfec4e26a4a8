//! Randomness for keys, from the operating system.

/// Fills the bytes from the operating system's generator.
pub(crate) fn from_system(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has a random generator");
}

/// A new identifier of 128 bits in lower-case hex.
pub(crate) fn identifier() -> String {
    let mut bytes = [0; 16];
    from_system(&mut bytes);
    data_encoding::HEXLOWER.encode(&bytes)
}
