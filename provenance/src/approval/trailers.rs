//! The trailers at the end of the message of an approval or a reset.

use super::ApprovalError;

/// Their names, those that a reset alone has at last.
const NAMES: [&str; 6] = [
    "Signet-Repository",
    "Signet-Ref",
    "Signet-Expires",
    "Signet-Delta",
    "Signet-Reset-From",
    "Signet-Reset-To",
];
/// Where the names of a reset's own begin.
const RESET: usize = 4;
/// That of an approval's own.
const DELTA: usize = 3;
/// The longest value, in bytes. Anybody can push tags, and what they say is kept while a history is judged.
const LONGEST: usize = 256;
/// How all their names begin, in lower case: readers of trailers do not mind the case.
const FAMILY: &str = "signet-";

/// The trailers of a message, each at most once.
pub(super) struct Trailers<'a> {
    values: [Option<&'a str>; NAMES.len()],
}

impl<'a> Trailers<'a> {
    /// The trailers in the last paragraph of a message, which holds nothing else and is, as for
    /// `git interpret-trailers`, not its first.
    pub(super) fn read(message: &'a [u8]) -> Result<Self, ApprovalError> {
        let text = std::str::from_utf8(message).map_err(|_| ApprovalError::NotText)?;
        let text = text.trim_end_matches('\n');
        let (before, last) = text.rsplit_once("\n\n").ok_or(ApprovalError::NoTrailers)?;
        let mut lines = 0;
        for line in before.split('\n') {
            lines += 1;
            if is_like_trailer(line) {
                return Err(ApprovalError::Misplaced { line: lines });
            }
        }
        let mut trailers = Self {
            values: [None; NAMES.len()],
        };
        // The empty line between them counts too.
        for (line, text) in (lines + 2..).zip(last.split('\n')) {
            trailers.add(line, text)?;
        }
        Ok(trailers)
    }

    fn add(&mut self, line: usize, text: &'a str) -> Result<(), ApprovalError> {
        let foreign = ApprovalError::Foreign { line };
        let (name, value) = text.split_once(": ").ok_or_else(|| foreign.clone())?;
        let Some(index) = NAMES.iter().position(|known| *known == name) else {
            return Err(foreign);
        };
        if value.is_empty()
            || value.len() > LONGEST
            || !value.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(foreign);
        }
        if self.values[index].replace(value).is_some() {
            return Err(ApprovalError::Repeated { name: NAMES[index] });
        }
        if self.are_of_reset() && self.values[DELTA].is_some() {
            return Err(foreign);
        }
        Ok(())
    }

    /// Whether they are those of a reset.
    pub(super) fn are_of_reset(&self) -> bool {
        self.values[RESET..].iter().any(Option::is_some)
    }

    /// The value of a trailer.
    pub(super) fn get(&self, name: &'static str) -> Result<&'a str, ApprovalError> {
        let index = NAMES.iter().position(|known| *known == name);
        index
            .and_then(|index| self.values[index])
            .ok_or(ApprovalError::Missing { name })
    }

    /// The value of a trailer, read.
    pub(super) fn read_as<T>(
        &self,
        name: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ApprovalError> {
        read(self.get(name)?).ok_or(ApprovalError::Value { name })
    }
}

fn is_like_trailer(line: &str) -> bool {
    let start = line.trim_start().get(..FAMILY.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(FAMILY))
}
