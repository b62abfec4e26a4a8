//! The bytes that SOPS encrypts and hashes for a typed value.

use signet_yaml::sops::Typed;

use crate::LeafType;

/// The type and bytes of a value as SOPS encrypts them and feeds them to its MAC; nothing for null, which it passes by.
///
/// Source: `ToBytes` and `Cipher.Encrypt` of getsops/sops, with Go's `strconv.Itoa` and `FormatFloat(v, 'f', -1, 64)`.
pub fn plaintext(typed: Typed) -> Option<(LeafType, Vec<u8>)> {
    Some(match typed {
        Typed::Null => return None,
        Typed::Bool(true) => (LeafType::Bool, b"True".to_vec()),
        Typed::Bool(false) => (LeafType::Bool, b"False".to_vec()),
        Typed::Int(number) => (LeafType::Int, number.to_string().into_bytes()),
        Typed::Float(number) => (LeafType::Float, float(number).into_bytes()),
        Typed::Time(text) => (LeafType::Time, text.into_bytes()),
        Typed::Str(text) => (LeafType::Str, text.as_bytes().to_vec()),
        Typed::Bytes(bytes) => (LeafType::Str, bytes),
    })
}

/// The shortest digits that read back as the same number, never with an exponent.
fn float(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    number.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        let written = |number| float(number);
        assert_eq!(written(1e10), "10000000000");
        assert_eq!(
            written(12_345_678_901_234_567_890.0),
            "12345678901234567000"
        );
        assert_eq!(written(-0.0), "-0");
        assert_eq!(written(0.1), "0.1");
        assert_eq!(written(f64::INFINITY), "+Inf");
        assert_eq!(written(f64::NEG_INFINITY), "-Inf");
        assert_eq!(written(f64::NAN), "NaN");
    }

    #[test]
    fn null_has_no_bytes() {
        assert_eq!(plaintext(Typed::Null), None);
        assert_eq!(
            plaintext(Typed::Bool(true)),
            Some((LeafType::Bool, b"True".to_vec()))
        );
        assert_eq!(
            plaintext(Typed::Int(-7)),
            Some((LeafType::Int, b"-7".to_vec()))
        );
    }
}
