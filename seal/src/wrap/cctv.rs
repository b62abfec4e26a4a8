//! age's own test vectors, against the way on which we unwrap a data key: see `tests/cctv/README.md`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use age::DecryptError;
use age::armor::ArmoredReadError;
use data_encoding::HEXLOWER;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::decrypt;
use crate::{Identity, is_age_file};

/// More than any vector holds once it is inflated.
const LARGEST: usize = 1 << 20;

/// The age crate still reads stanzas that end in a full line or in none, as age once wrote them. The header's MAC covers
/// the lines as they stand, so nobody without the file key can use the difference.
const LEGACY: [&str; 2] = ["stanza_missing_body", "stanza_missing_final_line"];

struct Vector {
    fields: BTreeMap<String, String>,
    identities: Option<Vec<Identity>>,
    file: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    expect: String,
    payload: Option<String>,
}

#[test]
fn every_vector_comes_out_as_age_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cctv/vectors");
    let mut run = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with('.') {
            continue;
        }
        let vector = read(&fs::read(&path).unwrap());
        if LEGACY.contains(&name.as_str()) {
            assert_eq!(outcome(&vector).expect, "success", "{name}");
        } else {
            assert_eq!(outcome(&vector), expected(&vector), "{name}");
        }
        let kind = name.split('_').next().unwrap().to_owned();
        *run.entry(kind).or_insert(0) += 1;
    }
    assert_eq!(run.values().sum::<usize>(), 115);
    assert_eq!([run["hybrid"], run["x25519"], run["hmac"]], [18, 14, 8]);
}

fn read(vector: &[u8]) -> Vector {
    let end = vector.windows(2).position(|two| two == b"\n\n").unwrap();
    let (header, file) = (&vector[..end], &vector[end + 2..]);
    let header = std::str::from_utf8(header).unwrap();
    let pairs = || header.lines().map(|line| line.split_once(": ").unwrap());
    let fields: BTreeMap<String, String> = pairs()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let identities: Vec<&str> = pairs()
        .filter(|(key, _)| *key == "identity")
        .map(|(_, value)| value)
        .collect();
    Vector {
        file: match fields.get("compressed") {
            Some(_) => inflate(file),
            None => file.to_vec(),
        },
        identities: Identity::parse_all(&SecretString::from(identities.join("\n"))).ok(),
        fields,
    }
}

fn inflate(file: &[u8]) -> Vec<u8> {
    let mut inflated = vec![0; LARGEST];
    let config = zlib_rs::InflateConfig::default();
    let (inflated, result) = zlib_rs::decompress_slice(&mut inflated, file, config);
    assert_eq!(result, zlib_rs::ReturnCode::Ok);
    inflated.to_vec()
}

fn expected(vector: &Vector) -> Outcome {
    Outcome {
        expect: vector.fields["expect"].clone(),
        payload: vector.fields.get("payload").cloned(),
    }
}

fn outcome(vector: &Vector) -> Outcome {
    let identities: Vec<&Identity> = vector.identities.iter().flatten().collect();
    let mut reader = match decrypt(&super::Trials::of_a_file(), &vector.file, &identities) {
        Ok(reader) => reader,
        Err(error) => {
            return Outcome {
                expect: refused(&error, vector).to_owned(),
                payload: None,
            };
        }
    };
    let mut released = Vec::new();
    let end = reader.read_to_end(&mut released);
    // A vector of broken armor names no payload, and none is released.
    let none = released.is_empty() && !vector.fields.contains_key("payload");
    let payload = (!none).then(|| HEXLOWER.encode(&Sha256::digest(&released)));
    let expect = match end {
        Ok(_) => "success",
        Err(error) if is_armor(&error) => "armor failure",
        Err(_) => "payload failure",
    };
    Outcome {
        expect: expect.to_owned(),
        payload,
    }
}

fn refused(error: &DecryptError, vector: &Vector) -> &'static str {
    let is_armored = is_age_file(&vector.file);
    match error {
        // Without its first line armor is not told from a binary file, and refused as one.
        DecryptError::InvalidHeader if vector.fields.contains_key("armored") && !is_armored => {
            "armor failure"
        }
        DecryptError::NoMatchingKeys => "no match",
        DecryptError::InvalidMac => "HMAC failure",
        DecryptError::Io(error) if is_armor(error) => "armor failure",
        _ => "header failure",
    }
}

fn is_armor(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(<dyn Error + Send + Sync>::is::<ArmoredReadError>)
}
