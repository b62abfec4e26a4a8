//! What letters behind `(?` change.

use super::cursor::Cursor;

#[derive(Default, Clone, Copy)]
pub(super) struct Flags {
    /// `i`
    pub(super) folds: bool,
    /// `m`
    lines: bool,
    /// `s`
    dot_takes_all: bool,
}

impl Flags {
    /// These as the letters that come next change them, and whether a group begins behind those.
    ///
    /// # Errors
    /// If Go has no such letters.
    pub(super) fn changed(mut self, rest: &mut Cursor<'_>) -> Result<(Self, bool), &'static str> {
        let mut on = true;
        let mut is_complete = true;
        loop {
            match rest.next() {
                Some('i') => self.folds = on,
                Some('m') => self.lines = on,
                Some('s') => self.dot_takes_all = on,
                // It changes how much is taken, but not whether anything is found.
                Some('U') => {}
                Some('-') if on => {
                    on = false;
                    is_complete = false;
                    continue;
                }
                Some(end @ (':' | ')')) if is_complete => return Ok((self, end == ':')),
                _ => return Err("Go has no such group"),
            }
            is_complete = true;
        }
    }

    /// All of them.
    pub(super) fn in_rust(self) -> String {
        let all = [
            (self.folds, 'i'),
            (self.lines, 'm'),
            (self.dot_takes_all, 's'),
        ];
        let of = |wanted| {
            let those = all.into_iter().filter(move |(on, _)| *on == wanted);
            those.map(|(_, letter)| letter).collect::<String>()
        };
        match of(false).as_str() {
            "" => of(true),
            off => format!("{}-{off}", of(true)),
        }
    }
}
