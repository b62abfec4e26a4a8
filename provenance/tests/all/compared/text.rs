//! The lines of a commit or a tag, to be edited one by one.

use crate::dice::Dice;

/// Something that may be done to a `T`, and its name.
pub(super) type Edit<T> = (&'static str, fn(&mut Dice, &mut T));

/// Headers, each with its continuation lines and without its last line feed, and what follows them.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) headers: Vec<Vec<u8>>,
    /// `None`: no empty line ends the headers.
    pub(super) body: Option<Vec<u8>>,
}

impl Text {
    pub(super) fn new(headers: &[String], body: &str) -> Self {
        Self {
            headers: headers
                .iter()
                .map(|line| line.clone().into_bytes())
                .collect(),
            body: Some(body.as_bytes().to_vec()),
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for header in &self.headers {
            bytes.extend_from_slice(header);
            bytes.push(b'\n');
        }
        if let Some(body) = &self.body {
            bytes.push(b'\n');
            bytes.extend_from_slice(body);
        }
        bytes
    }

    /// The place of the first header of this name; behind the last one if there is none.
    pub(super) fn place(&self, name: &str) -> usize {
        let begin = format!("{name} ");
        let mut headers = self.headers.iter();
        let found = headers.position(|header| header.starts_with(begin.as_bytes()));
        found.unwrap_or(self.headers.len())
    }

    /// Puts a header in front of the first one of a name, or at the end.
    pub(super) fn insert(&mut self, before: &str, header: impl Into<Vec<u8>>) {
        self.headers.insert(self.place(before), header.into());
    }

    pub(super) fn push(&mut self, header: impl Into<Vec<u8>>) {
        self.headers.push(header.into());
    }

    /// Puts another value in the place of the first header of a name.
    pub(super) fn set(&mut self, name: &str, value: impl AsRef<[u8]>) {
        let place = self.place(name);
        let header = [name.as_bytes(), b" ", value.as_ref()].concat();
        match self.headers.get_mut(place) {
            Some(slot) => *slot = header,
            None => self.headers.push(header),
        }
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Vec<u8>> {
        let place = self.place(name);
        (place < self.headers.len()).then(|| self.headers.remove(place))
    }

    pub(super) fn body(&mut self) -> &mut Vec<u8> {
        self.body.get_or_insert_default()
    }
}

/// Does some of these, and says which.
pub(super) fn edit<T>(
    dice: &mut Dice,
    edits: &[Edit<T>],
    of: &mut T,
    made: &mut Vec<&'static str>,
) {
    let (name, edit) = edits[dice.below(edits.len())];
    made.push(name);
    edit(dice, of);
}
