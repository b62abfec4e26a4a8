//! What an opened value means.

use signet_envelope::{LeafType, plaintext};
use signet_yaml::sops::{self, Typed};
use zeroize::Zeroizing;

/// Lends the bytes that SOPS hashes for an opened value, which need not be those that were sealed: `true` counts as `True`.
/// Nothing if they are not of the type that stands beside them.
pub(crate) fn hashed<R>(kind: LeafType, bytes: &[u8], hash: impl FnOnce(&[u8]) -> R) -> Option<R> {
    let text = || std::str::from_utf8(bytes).ok();
    let typed = match kind {
        LeafType::Str | LeafType::Comment => return Some(hash(bytes)),
        LeafType::Int => Typed::Int(text()?.parse().ok()?),
        LeafType::Float => Typed::Float(float(text()?)?),
        LeafType::Bool => Typed::Bool(boolean(text()?)?),
        LeafType::Time => Typed::Time(time(text()?)?),
    };
    let canonical = plaintext(typed).map(|(_, canonical)| Zeroizing::new(canonical));
    Some(hash(canonical.as_deref().map_or(bytes, Vec::as_slice)))
}

/// The boolean that Go's `ParseBool` reads.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// The number that Go's `ParseFloat` reads, without its hexadecimal and underscored forms.
pub(crate) fn float(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// A time as SOPS writes it.
fn time(text: &str) -> Option<String> {
    sops::time(text).filter(|written| written == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: LeafType, text: &str) -> Option<Vec<u8>> {
        hashed(kind, text.as_bytes(), <[u8]>::to_vec)
    }

    #[test]
    fn values_are_hashed_in_their_canonical_form() {
        assert_eq!(of(LeafType::Bool, "true"), Some(b"True".to_vec()));
        assert_eq!(of(LeafType::Int, "+5"), Some(b"5".to_vec()));
        assert_eq!(of(LeafType::Float, "1e10"), Some(b"10000000000".to_vec()));
        assert_eq!(of(LeafType::Str, "true"), Some(b"true".to_vec()));
        assert_eq!(
            of(LeafType::Time, "2024-01-01T00:00:00Z"),
            Some(b"2024-01-01T00:00:00Z".to_vec())
        );
        let last = "9999-12-31T23:59:59.999999999Z";
        assert_eq!(of(LeafType::Time, last), Some(last.as_bytes().to_vec()));
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        assert_eq!(of(LeafType::Int, "hunter2"), None);
        assert_eq!(of(LeafType::Bool, "yes"), None);
        assert_eq!(of(LeafType::Float, "x"), None);
        assert_eq!(of(LeafType::Time, "x"), None);
        assert_eq!(of(LeafType::Time, "2024-1-1"), None);
    }
}
