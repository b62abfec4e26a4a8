//! Go's syntax, written out in Rust's.
//!
//! Nothing is copied that has not been understood: characters leave as `\x{…}`, groups without capture, flags as a list
//! of all of them. So an expression cannot mean in Rust's dialect what it does not mean in Go's.

use super::cursor::Cursor;
use super::flags::Flags;
use super::repetition::{Counts, Last};
use super::{PatternFault, class, escape, unicode};

/// The same expression in Rust's dialect.
///
/// # Errors
/// [`PatternFault::Syntax`] if Go does not compile it, or Rust has nothing that means the same.
pub(super) fn in_rust(go: &str) -> Result<String, PatternFault> {
    let mut rest = Cursor(go);
    let mut out = Translation::default();
    let fault = |rest: Cursor<'_>, what| PatternFault::Syntax {
        at: go[..go.len() - rest.0.len()].chars().count() + 1,
        what,
    };
    loop {
        let here = rest;
        let Some(c) = rest.next() else { break };
        out.add(c, &mut rest).map_err(|what| fault(here, what))?;
    }
    if !out.groups.is_empty() {
        return Err(fault(rest, "a group is not closed"));
    }
    Ok(out.text)
}

#[derive(Default)]
struct Translation {
    text: String,
    flags: Flags,
    /// What the alternatives of this group need.
    copies: u32,
    last: Last,
    /// The groups around: their flags, and what they needed before this one.
    groups: Vec<(Flags, u32)>,
}

impl Translation {
    /// Adds what begins with this character, which is read already.
    fn add(&mut self, c: char, rest: &mut Cursor<'_>) -> Result<(), &'static str> {
        match c {
            '(' => self.open(rest)?,
            ')' => self.close()?,
            '|' => self.follow("|", Last::Nothing),
            '[' => {
                let bracket = class::bracket(rest, self.flags.folds)?;
                self.piece(&bracket);
            }
            '.' => self.piece("."),
            '^' => self.piece("^"),
            '$' => self.piece("$"),
            '*' => self.repeat("*", 1, rest)?,
            '+' => self.repeat("+", 1, rest)?,
            '?' => self.repeat("?", 1, rest)?,
            '{' => match Counts::read(rest) {
                Some(counts) => self.repeat(&counts.in_rust(), counts.copies()?, rest)?,
                None => self.literal('{')?,
            },
            '\\' => self.escaped(rest)?,
            _ => self.literal(c)?,
        }
        Ok(())
    }

    /// Adds what a repetition behind it repeats.
    fn piece(&mut self, rust: &str) {
        self.follow(rust, Last::Once(1));
    }

    /// Adds what is last from now on.
    fn follow(&mut self, rust: &str, last: Last) {
        self.text.push_str(rust);
        self.copies = self.copies.max(self.last.copies());
        self.last = last;
    }

    fn repeat(
        &mut self,
        sign: &str,
        copies: u32,
        rest: &mut Cursor<'_>,
    ) -> Result<(), &'static str> {
        self.last = self.last.repeated(copies)?;
        self.text.push_str(sign);
        // How much it takes does not change whether it is found.
        rest.take("?");
        Ok(())
    }

    fn open(&mut self, rest: &mut Cursor<'_>) -> Result<(), &'static str> {
        if !rest.take("?") {
            self.open_group(self.flags);
        } else if rest.take("P<") || rest.take("<") {
            let name = rest.until(">").unwrap_or_default();
            let is_word = |c: char| c == '_' || c.is_ascii_alphanumeric();
            if name.is_empty() || !name.chars().all(is_word) {
                return Err("the group has no name that Go takes");
            }
            self.open_group(self.flags);
        } else {
            match self.flags.changed(rest)? {
                (flags, true) => self.open_group(flags),
                (flags, false) => {
                    self.flags = flags;
                    // Go would repeat what stands before them.
                    self.follow(&format!("(?{})", flags.in_rust()), Last::Nothing);
                }
            }
        }
        Ok(())
    }

    fn open_group(&mut self, flags: Flags) {
        self.follow(&format!("(?{}:", flags.in_rust()), Last::Nothing);
        self.groups.push((self.flags, self.copies));
        self.flags = flags;
        self.copies = 0;
    }

    fn close(&mut self) -> Result<(), &'static str> {
        let (flags, copies) = self.groups.pop().ok_or("no group is open")?;
        self.follow(")", Last::Nothing);
        self.last = Last::Once(self.copies);
        self.flags = flags;
        self.copies = copies;
        Ok(())
    }

    fn literal(&mut self, c: char) -> Result<(), &'static str> {
        if self.flags.folds && unicode::folds_otherwise(c, c) {
            return Err(unicode::FOLDS_OTHERWISE);
        }
        self.piece(&format!(r"\x{{{:X}}}", u32::from(c)));
        Ok(())
    }

    fn escaped(&mut self, rest: &mut Cursor<'_>) -> Result<(), &'static str> {
        match rest.peek() {
            Some('A') => self.piece(r"\A"),
            Some('z') => self.piece(r"\z"),
            Some('b') => self.piece(r"(?-u:\b)"),
            // Between the bytes of a character, where the first alone would match, there is neither of the others.
            Some('B') => self.piece(r"(?:(?-u:\B)(?:\b|\B))"),
            Some('Q') => {
                rest.next();
                return self.quoted(rest);
            }
            _ => return self.class_or_character(rest),
        }
        rest.next();
        Ok(())
    }

    /// Adds what stands until `\E`, which may be missing.
    fn quoted(&mut self, rest: &mut Cursor<'_>) -> Result<(), &'static str> {
        let quoted = rest
            .until(r"\E")
            .unwrap_or_else(|| std::mem::take(&mut rest.0));
        self.follow("", Last::Nothing);
        quoted.chars().try_for_each(|c| self.literal(c))
    }

    fn class_or_character(&mut self, rest: &mut Cursor<'_>) -> Result<(), &'static str> {
        if let Some(class) = escape::class(rest, self.flags.folds)? {
            self.piece(&class);
            return Ok(());
        }
        let c = escape::character(rest)?;
        self.literal(c)
    }
}
