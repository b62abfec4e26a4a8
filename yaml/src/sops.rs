//! The typing of SOPS: go-yaml version 3 into Go's `interface{}`.

use crate::{Node, TypeError, Value};

/// A scalar as SOPS holds it before encryption.
#[derive(Debug, Clone, PartialEq)]
pub enum Typed {
    /// Passed through in the clear.
    Null,
    /// `True` or `False` once encrypted.
    Bool(bool),
    /// 64 bits with sign.
    Int(i64),
    /// Infinity and NaN included.
    Float(f64),
    /// RFC 3339 with nanoseconds, as Go marshals a `time.Time`.
    Time(String),
    /// Text.
    Str(String),
    /// What `!!binary` holds.
    Bytes(Vec<u8>),
}

/// The value that SOPS reads from a scalar.
///
/// # Errors
/// [`TypeError`] where SOPS fails as well.
pub fn scalar(node: &Node) -> Result<Typed, TypeError> {
    let Value::Scalar(scalar) = &node.value else {
        return Err(TypeError::NotScalar { at: node.at });
    };
    Ok(Typed::Str(scalar.text.clone()))
}
