//! What a message to an operator must hold.

use anyhow::{Result, ensure};

/// Fails unless a message holds each of these: the place, what is wrong there, what sets it right.
pub(crate) fn says(message: &str, words: &[&str]) -> Result<()> {
    for word in words {
        ensure!(message.contains(word), "{word:?} is missing: {message}");
    }
    Ok(())
}
