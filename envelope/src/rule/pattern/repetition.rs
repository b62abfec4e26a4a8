//! Repetitions and their bounds.

use super::cursor::Cursor;

/// As many copies as a repetition, and those inside of it, may ask for.
const MOST_COPIES: u32 = 1000;

/// What a repetition would repeat, and how many copies of its innermost part that asks for already.
#[derive(Default, Clone, Copy)]
pub(super) enum Last {
    #[default]
    Nothing,
    Once(u32),
    Repeated(u32),
}

impl Last {
    /// The copies of its innermost part that it asks for already; 0 of nothing.
    pub(super) fn copies(self) -> u32 {
        match self {
            Self::Nothing => 0,
            Self::Once(copies) | Self::Repeated(copies) => copies,
        }
    }

    /// What stands last once this is repeated so many times.
    ///
    /// # Errors
    /// If Go does not repeat it, or not as often.
    pub(super) fn repeated(self, times: u32) -> Result<Self, &'static str> {
        let copies = match self {
            Self::Nothing => return Err("there is nothing to repeat"),
            Self::Repeated(_) => return Err("a repetition is not repeated without a group"),
            Self::Once(copies) => copies.max(1),
        };
        match times {
            0 => Ok(Self::Repeated(1)),
            1 => Ok(Self::Repeated(copies)),
            _ if copies.saturating_mul(times) <= MOST_COPIES => Ok(Self::Repeated(copies * times)),
            _ => Err("it asks for more than 1000 copies"),
        }
    }
}

/// How often something is repeated.
pub(super) struct Counts {
    least: u32,
    /// Nothing for any number.
    most: Option<u32>,
}

impl Counts {
    /// The numbers behind a `{`, which is read already, up to the `}`, which is read too; nothing, and nothing is read, where
    /// the brace is a character like others.
    pub(super) fn read(rest: &mut Cursor<'_>) -> Option<Self> {
        let mut next = *rest;
        let text = next.until("}")?;
        let (least, most) = match text.split_once(',') {
            None => (number(text)?, Some(number(text)?)),
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        *rest = next;
        Some(Self { least, most })
    }

    /// The copies that it asks for, 0 to 1000: the most, or the least, but one, where any number will do.
    ///
    /// # Errors
    /// If Go does not take the numbers.
    pub(super) fn copies(&self) -> Result<u32, &'static str> {
        let most = self.most.unwrap_or(self.least);
        if self.least > most || most > MOST_COPIES {
            return Err("the numbers are too large, or in the wrong order");
        }
        Ok(self.most.unwrap_or(self.least.max(1)))
    }

    /// The repetition as Rust's engine reads it: `{2,3}`, `{2,}`.
    pub(super) fn in_rust(&self) -> String {
        let most = self.most.map(|most| most.to_string());
        format!("{{{},{}}}", self.least, most.unwrap_or_default())
    }
}

/// The number that a text is, written without needless zeroes; the largest of 32 bits for one that has more.
fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = is_number && (text == "0" || !text.starts_with('0'));
    is_plain.then(|| text.parse().unwrap_or(u32::MAX))
}
