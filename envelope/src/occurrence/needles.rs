//! What the beginning of a stand-in looks like, plain and in base64.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use data_encoding::BASE64_NOPAD;
use regex::bytes::Regex;

use super::DEPTH;
use crate::STAND_IN_PREFIX;

/// The prefix, and what is certain of its encodings in the three alignments, and of theirs.
pub(super) static NEEDLES: LazyLock<Needles> = LazyLock::new(Needles::new);

pub(super) struct Needles {
    pattern: Regex,
    /// For each needle in base64, how far into a group of four characters it begins.
    group_offsets: HashMap<Vec<u8>, usize>,
}

/// A place where a stand-in may begin.
pub(super) struct Hit {
    pub(super) at: Range<usize>,
    /// How far into a group of four it begins; nothing for the plain prefix.
    pub(super) group_offset: Option<usize>,
}

impl Needles {
    fn new() -> Self {
        let mut group_offsets = HashMap::new();
        let mut level = vec![STAND_IN_PREFIX.as_bytes().to_vec()];
        for _ in 0..DEPTH {
            let encoded: Vec<_> = level
                .iter()
                .flat_map(|text| (0..3).map(|shift| certain(text, shift)))
                .collect();
            group_offsets.extend(encoded.iter().cloned());
            level = encoded.into_iter().map(|(needle, _)| needle).collect();
        }
        let texts = group_offsets
            .keys()
            .map(|needle| String::from_utf8_lossy(needle).into_owned());
        let mut alternatives: Vec<String> = texts.map(|text| regex::escape(&text)).collect();
        alternatives.push(STAND_IN_PREFIX.to_owned());
        let pattern = Regex::new(&alternatives.join("|")).expect("the needles are constant");
        Self {
            pattern,
            group_offsets,
        }
    }

    /// The first hit from a byte on.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<Hit> {
        let found = self.pattern.find_at(text, from)?;
        let group_offset = self.group_offsets.get(found.as_bytes()).copied();
        Some(Hit {
            at: found.range(),
            group_offset,
        })
    }
}

/// The characters of a text's encoding that do not depend on what stands around it, if it begins `shift` bytes into a
/// group of three; and how far into a group of four they begin.
fn certain(text: &[u8], shift: usize) -> (Vec<u8>, usize) {
    let mut padded = vec![0; shift];
    padded.extend_from_slice(text);
    let encoded = BASE64_NOPAD.encode(&padded);
    let (begin, end) = ((8 * shift).div_ceil(6), 8 * padded.len() / 6);
    (encoded.as_bytes()[begin..end].to_vec(), begin % 4)
}
