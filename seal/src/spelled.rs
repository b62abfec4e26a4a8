//! Bytes as a text: what dotenv and INI files hold need not be text, to SOPS neither.

use signet_envelope::Store;
use zeroize::Zeroizing;

/// The first private character of the planes that have no others.
const FIRST: u32 = 0xF_0000;
/// How many sets of 256 characters there are.
const SETS: u32 = 2 * 256;

/// A text, or bytes of a dotenv or INI file whose lines are to be read as those of a text are. What is no text in them is
/// spelled in private characters that they do not hold otherwise.
pub enum Spelled<'a> {
    /// A text as it is.
    Text(&'a str),
    /// Spelled bytes.
    Bytes(Zeroizing<String>, Spelling),
}

impl<'a> Spelled<'a> {
    /// The bytes of a file of the store as a text; nothing if they are none, in other stores.
    pub fn of(store: Store, bytes: &'a [u8]) -> Option<Self> {
        if let Ok(text) = str::from_utf8(bytes) {
            return Some(Self::Text(text));
        }
        let spelling = Spelling::in_store(store, [bytes])?;
        Some(Self::Bytes(spelling.text(bytes), spelling))
    }

    /// The text.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Bytes(text, _) => text,
        }
    }

    /// Whether another text holds a character in which bytes of this one are spelled, so that it cannot become a part of it.
    pub fn is_spelled_in(&self, other: &str) -> bool {
        match self {
            Self::Text(_) => false,
            Self::Bytes(_, spelling) => spelling.is_in(other),
        }
    }

    /// The bytes that a part of the text, or another one that was made of it, spells.
    pub fn bytes(&self, text: &str) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Text(_) => Zeroizing::new(text.as_bytes().to_vec()),
            Self::Bytes(_, spelling) => spelling.bytes(text),
        }
    }
}

/// A character for each byte.
pub struct Spelling {
    first: u32,
}

impl Spelling {
    /// One with characters that none of these holds; nothing if they leave none, and in stores that hold text alone.
    pub(crate) fn in_store<'b>(
        store: Store,
        all: impl IntoIterator<Item = &'b [u8]>,
    ) -> Option<Self> {
        if !matches!(store, Store::Dotenv | Store::Ini) {
            return None;
        }
        let mut is_taken = [false; SETS as usize];
        for chunk in all.into_iter().flat_map(<[u8]>::utf8_chunks) {
            let private = chunk.valid().chars().map(u32::from);
            for character in private.filter_map(|character| character.checked_sub(FIRST)) {
                is_taken[(character / 256) as usize] = true;
            }
        }
        // Fonts with icons have theirs at the beginning.
        let mut free = (0..SETS).rev().filter(|set| !is_taken[*set as usize]);
        free.next().map(|set| Self {
            first: FIRST + set * 256,
        })
    }

    /// The bytes, spelled.
    pub(crate) fn text(&self, bytes: &[u8]) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 4));
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            let spelled = chunk.invalid().iter();
            text.extend(spelled.filter_map(|byte| char::from_u32(self.first + u32::from(*byte))));
        }
        text
    }

    /// The bytes that a text spells.
    pub(crate) fn bytes(&self, text: &str) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        for character in text.chars() {
            match self.byte(character) {
                Some(byte) => bytes.push(byte),
                None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        bytes
    }

    /// Whether something is spelled in a text.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        text.chars().any(|character| self.byte(character).is_some())
    }

    fn byte(&self, character: char) -> Option<u8> {
        u32::from(character)
            .checked_sub(self.first)?
            .try_into()
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spelled_is_the_same_bytes_again_and_no_other_characters_of_theirs() {
        let taken: String = (1..SETS)
            .filter_map(|set| char::from_u32(FIRST + set * 256 + 255))
            .collect();
        let mut bytes = taken.clone().into_bytes();
        bytes.extend(b"A=\xff\xfe\xc3\nB=\xc3\xa9\n");
        let spelled = Spelled::of(Store::Dotenv, &bytes).unwrap();
        assert_eq!(spelled.text().lines().count(), 2);
        assert_eq!(*spelled.bytes(spelled.text()), bytes);
        assert!(Spelled::of(Store::Json, &bytes).is_none());
        let last = char::from_u32(FIRST).unwrap();
        assert!(spelled.is_spelled_in(&last.to_string()));
        assert!(!spelled.is_spelled_in(&taken));
        bytes.extend(last.to_string().into_bytes());
        assert!(Spelled::of(Store::Dotenv, &bytes).is_none());
        assert_eq!(Spelled::of(Store::Json, b"{}").unwrap().text(), "{}");
    }
}
