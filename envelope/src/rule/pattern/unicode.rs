//! What Go and Rust know of Unicode in the same way.

use super::cursor::Cursor;

/// Why a character is refused where upper and lower case are the same.
pub(super) const FOLDS_OTHERWISE: &str = "its upper and lower case are not the same in Go";

/// The general categories, but those whose members are not the same: `C`, `Cn`, `Cs`, `LC`.
const CATEGORIES: &str = "Cc Cf Co L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs";

/// The scripts that every Go knows by the same name (not `Old_Italic`), but Tagbanwa, which Go 1.26 folds into other letters.
const SCRIPTS: &str = "Adlam Ahom Arabic Armenian Avestan Balinese Bamum Batak Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese \
    Buhid Carian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari \
    Dogra Duployan Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gurmukhi Han \
    Hangul Hanunoo Hatran Hebrew Hiragana Inherited Javanese Kaithi Kannada Katakana Kawi Kharoshthi Khmer \
    Khojki Khudawadi Lao Latin Lepcha Limbu Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean \
    Marchen Medefaidrin Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari Newa Nko Nushu Ogham \
    Oriya Osage Osmanya Palmyrene Phoenician Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham Sinhala \
    Sogdian Soyombo Sundanese Syriac Tagalog Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh \
    Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Yezidi Yi";

/// Characters that are one another's other case for Rust and not for Go, whose Unicode is older: the first and the last of
/// the smaller ones, and how far away the others are.
const FOLDED_BY_RUST: [(u32, u32, u32); 9] = [
    (0x19B, 0x19B, 0xA641),
    (0x264, 0x264, 0xA567),
    (0x390, 0x390, 0x1C43),
    (0x3B0, 0x3B0, 0x1C33),
    (0x1C89, 0x1C89, 1),
    (0xA7CC, 0xA7CC, 1),
    (0xA7DA, 0xA7DA, 1),
    (0xFB05, 0xFB05, 1),
    (0x10D50, 0x10D65, 0x20),
];

/// The class whose name comes next, behind `\p` or `\P`, in Rust's dialect.
///
/// # Errors
/// If Go has no such class, or another.
pub(super) fn class(
    rest: &mut Cursor<'_>,
    mut negated: bool,
    folds: bool,
) -> Result<String, &'static str> {
    let before = *rest;
    let mut name = match rest.next() {
        Some('{') => rest.until("}").unwrap_or_default(),
        _ => &before.0[..before.0.len() - rest.0.len()],
    };
    if let Some(other) = name.strip_prefix('^') {
        negated = !negated;
        name = other;
    }
    let is_in = |names: &str| names.split(' ').any(|known| known == name);
    // ƛ and ɤ have an upper case that is younger than Go's Unicode.
    let kind = match name {
        "Lu" if folds => return Err(FOLDS_OTHERWISE),
        _ if is_in(CATEGORIES) => "gc",
        _ if is_in(SCRIPTS) => "sc",
        _ => return Err("no class of Unicode that Go and Rust know in the same way"),
    };
    let p = if negated { 'P' } else { 'p' };
    Ok(format!(r"\{p}{{{kind}={name}}}"))
}

/// Whether something between the two, both included, has an other case for Rust which for Go it has not, and which is not
/// between them too.
pub(super) fn folds_otherwise(low: char, high: char) -> bool {
    let range = u32::from(low)..=u32::from(high);
    let mut pairs = FOLDED_BY_RUST
        .into_iter()
        .flat_map(|(first, last, away)| (first..=last).map(move |one| (one, one + away)));
    pairs.any(|(one, other)| range.contains(&one) != range.contains(&other))
}
