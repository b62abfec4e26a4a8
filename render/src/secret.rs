//! Secrets as the API server stores them.

use data_encoding::{BASE64, BASE64_MIME_PERMISSIVE};
use serde_json::{Map, Value};

use crate::manifest::{Fault, ManifestError};

/// Folds `stringData` into `data`, in base64: the API server does the same, and records only `data` as applied.
///
/// A key that stands in both takes `stringData`'s value. A stand-in among the clear text goes into base64 with it.
///
/// # Errors
/// [`ManifestError::NotText`] for values that are no text, [`ManifestError::NotBase64`] for such in `data`.
pub(crate) fn fold(secret: &mut Map<String, Value>) -> Result<(), Fault> {
    let data = take(secret, "data")?;
    let clear = take(secret, "stringData")?;
    if data.is_none() && clear.is_none() {
        return Ok(());
    }
    let mut folded = Map::new();
    for (key, text) in data.into_iter().flatten() {
        let text = text.replace(['\r', '\n'], "");
        if BASE64_MIME_PERMISSIVE.decode(text.as_bytes()).is_err() {
            let field = format!("data.{key}");
            return Err(ManifestError::NotBase64 { field }.at(["data".to_owned(), key]));
        }
        folded.insert(key, Value::String(text));
    }
    for (key, text) in clear.into_iter().flatten() {
        folded.insert(key, Value::String(BASE64.encode(text.as_bytes())));
    }
    secret.insert("data".to_owned(), Value::Object(folded));
    Ok(())
}

/// The entries of a map of texts, taken out of the Secret; nothing where there is no map. A null is an empty text.
fn take(
    secret: &mut Map<String, Value>,
    field: &str,
) -> Result<Option<Vec<(String, String)>>, Fault> {
    let entries = match secret.remove(field) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(entries)) => entries,
        Some(_) => {
            let name = field.to_owned();
            return Err(ManifestError::NotMapping { field: name }.at([field]));
        }
    };
    let texts = entries.into_iter().map(|(key, value)| match value {
        Value::String(text) => Ok((key, text)),
        Value::Null => Ok((key, String::new())),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            let name = format!("{field}.{key}");
            Err(ManifestError::NotText { field: name }.at([field.to_owned(), key]))
        }
    });
    texts.collect::<Result<Vec<_>, _>>().map(Some)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn folded(secret: Value) -> Result<Value, String> {
        let Value::Object(mut secret) = secret else {
            unreachable!("a mapping is given")
        };
        fold(&mut secret).map_err(|fault| fault.error.to_string())?;
        Ok(Value::Object(secret))
    }

    #[test]
    fn string_data_goes_into_data_and_wins() {
        let secret = json!({"data": {"a": "YQ==", "b": "Yg=="}, "stringData": {"b": "x", "c": "signetsealed"}});
        let expected = json!({"data": {"a": "YQ==", "b": "eA==", "c": "c2lnbmV0c2VhbGVk"}});
        assert_eq!(folded(secret), Ok(expected));
    }

    #[test]
    fn a_secret_without_data_stays_without() {
        assert_eq!(
            folded(json!({"type": "Opaque"})),
            Ok(json!({"type": "Opaque"}))
        );
        assert_eq!(folded(json!({"stringData": null})), Ok(json!({})));
    }

    #[test]
    fn refuses_values_that_are_no_text() {
        assert_eq!(
            folded(json!({"stringData": {"port": 5432}})),
            Err("stringData.port must be text".into())
        );
        assert_eq!(
            folded(json!({"data": {"on": true}})),
            Err("data.on must be text".into())
        );
        assert_eq!(
            folded(json!({"data": ["a"]})),
            Err("data must be a mapping".into())
        );
    }

    #[test]
    fn refuses_data_that_is_not_base64_and_takes_wrapped_base64() {
        assert_eq!(
            folded(json!({"data": {"a": "not base64"}})),
            Err("data.a must be base64".into())
        );
        assert_eq!(
            folded(json!({"data": {"a": "YW\nI=\n"}})),
            Ok(json!({"data": {"a": "YWI="}}))
        );
    }
}
