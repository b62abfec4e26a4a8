//! Fills an envelope of the binary store. Its content may be large: it is sealed and hashed at once, copied as seldom as
//! can be, and not opened again.

use std::thread;

use signet_envelope::{Enc, LeafType, Sealed, parse_unfinished_as};
use signet_yaml::Edit;

use super::fields::{put_mac, put_seal};
use super::{edited, layout_error};
use crate::Random;
use crate::cipher::Cipher;
use crate::data_key::DataKey;
use crate::file::{SealError, SealRequest, read};
use crate::mac::Mac;

/// The envelope with its content, sealed.
pub(super) fn around(
    content: &[u8],
    envelope: String,
    key: &DataKey,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<String, SealError> {
    let sealed = parse_unfinished_as(request.store, envelope, request.path)?;
    let mut mac = Mac::new(sealed.metadata().mac_only_encrypted);
    let (mac, enc) = thread::scope(|scope| {
        let hash = scope.spawn(move || {
            mac.value(content);
            mac
        });
        let enc = Cipher::of(key).encrypt(content, "data:", LeafType::Str, rng);
        (hash.join().expect("hashing does not fail"), enc)
    });
    let mut edits = put_data(&sealed, &enc);
    let data = edits.iter().map(|edit| edit.text.len()).sum();
    edits.extend(put_mac(mac, &sealed, key, request, rng));
    let sealed = sealed.around(enc);
    edits.extend(put_seal(&sealed, key, request)?.into_iter().flatten());
    let envelope = sealed.text().to_owned();
    drop(sealed);
    let text = edited(&envelope, edits, request)?;
    read_back(&text, data, request)?;
    Ok(text)
}

fn put_data(sealed: &Sealed, enc: &Enc) -> Vec<Edit> {
    let root = sealed
        .stream()
        .documents
        .first()
        .and_then(|one| one.root.as_ref());
    let data = root.and_then(|root| root.get("data")).into_iter();
    data.map(|data| Edit {
        span: data.span.clone(),
        text: quoted(enc),
    })
    .collect()
}

/// A sealed value between quotes. It may be large, so it is written once.
fn quoted(enc: &Enc) -> String {
    let mut text = String::from('"');
    enc.write_to(&mut text);
    text.push('"');
    text
}

/// Ensures that a reader finds the data as it was put there, with no byte more or less, and the block behind it.
fn read_back(text: &str, data: usize, request: &SealRequest<'_>) -> Result<(), SealError> {
    let stream = read(text, request)?;
    let root = stream.documents.first().and_then(|one| one.root.as_ref());
    let found = root.and_then(|root| root.get("data")?.text());
    let block = root.and_then(|root| root.get("sops"));
    let quotes = 2;
    match (found, block) {
        (Some(found), Some(_)) if Enc::looks_sealed(found) && found.len() + quotes == data => {
            Ok(())
        }
        _ => Err(layout_error(request)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Place;

    #[test]
    fn data_that_a_reader_finds_otherwise_than_it_was_put_is_refused() {
        let place = Place {
            path: "tenants/team-a/prod/keystore.p12".parse().unwrap(),
            ..Place::team_a()
        };
        let found =
            |text: &str| read_back(text, "\"ENC[AES256_GCM,data:x]\"".len(), &place.request());
        found(r#"{"data": "ENC[AES256_GCM,data:x]", "sops": {}}"#).unwrap();
        for text in [
            r#"{"data": "ENC[AES256_GCM,data:x]"}"#,
            r#"{"data": "ENC[AES256_GCM,data:xy]", "sops": {}}"#,
            r#"{"data": "a text of the same len", "sops": {}}"#,
            r#"{"sops": {}}"#,
        ] {
            assert!(found(text).is_err(), "{text}");
        }
    }
}
