//! Keys, which JSON wants as strings.

use crate::kubernetes::scalar::{Looks, Typed, typed};
use crate::typing::{Number, TypeError};
use crate::{Node, Value};

/// A key as kubectl writes it in JSON: `0x10` is `16`, `yes` is `true`, `1.10` is `1.1`.
///
/// # Errors
/// [`TypeError`] for what kubectl refuses as a key.
pub fn key_to_string(key: &Node) -> Result<String, TypeError> {
    let bad = TypeError::Key { at: key.at };
    let Value::Scalar(scalar) = &key.value else {
        return Err(bad);
    };
    match typed(key, scalar)? {
        Typed::Text(text) => Ok(text),
        Typed::Looks(Looks::Bool(value)) => Ok(value.to_string()),
        Typed::Looks(Looks::Number(Number::Int(value))) => Ok(value.to_string()),
        Typed::Looks(Looks::Number(Number::Float(value))) => Ok(float(value)),
        Typed::Looks(Looks::Number(Number::Big(_)) | Looks::Null) => Err(bad),
    }
}

/// `strconv.FormatFloat(value, 'g', -1, 32)`, with YAML's names for what is no number.
fn float(value: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "sigs.k8s.io/yaml asks for 32 bits"
    )]
    let value = value as f32;
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value < 0.0 {
            "-.inf".to_owned()
        } else {
            ".inf".to_owned()
        };
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').expect("Rust writes an exponent");
    let exponent: i32 = exponent
        .parse()
        .expect("Rust writes the exponent as an integer");
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
