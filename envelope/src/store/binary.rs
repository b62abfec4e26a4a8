//! The binary store: bytes of any kind, sealed in a JSON envelope.

use arcstr::ArcStr;
use signet_yaml::{Limits, Position, Stream, Style, Value};

use super::{ReadError, Store, json};

/// The largest envelope: 64 MiB of content in base64, and a `sops` block.
const LIMITS: Limits = Limits {
    bytes: 88 << 20,
    depth: 16,
    nodes: 10_000,
};

/// The envelope: a text `data` and the `sops` block, if it has one, and nothing else.
pub(super) fn read(text: &ArcStr) -> Result<Stream, ReadError> {
    let stream = json::read(Store::Binary, text, &LIMITS)?;
    match stranger(&stream) {
        None => Ok(stream),
        Some(at) => Err(ReadError::Syntax {
            at,
            store: Store::Binary,
            problem: "the envelope holds data, a text, and sops alone",
        }),
    }
}

/// Where something stands that is not of an envelope.
fn stranger(stream: &Stream) -> Option<Position> {
    let root = stream.documents.first()?.root.as_ref()?;
    let is_text =
        |value: &Value| matches!(value, Value::Scalar(scalar) if scalar.style == Style::Double);
    if root.get("data").is_none_or(|data| !is_text(&data.value)) {
        return Some(root.at);
    }
    let mut keys = root.pairs().map(|(key, _)| key);
    keys.find(|key| !matches!(key.text(), Some("data" | "sops")))
        .map(|key| key.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_holds_data_and_the_block() {
        assert!(read(&"{\"data\": \"x\", \"sops\": {}}".into()).is_ok());
        assert!(read(&"{\"data\": \"\"}".into()).is_ok());
        for text in [
            "{\"sops\": {}}",
            "{\"data\": 1}",
            "{\"data\": {}}",
            "{\"data\": \"x\", \"more\": 1}",
        ] {
            let refusal = read(&text.into()).unwrap_err().to_string();
            assert!(
                refusal.contains("not valid binary: the envelope"),
                "{refusal}"
            );
        }
        assert!(read(&"[]".into()).is_err());
    }
}
