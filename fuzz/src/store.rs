//! The stores and the metadata in them.

use signet_envelope::{Sealed, Store};

/// A file of the store is read or refused; what was read can be walked, rendered and checked.
pub fn a_file_is_read_or_refused(store: Store, data: &[u8]) {
    if let Some(sealed) = parse(store, data) {
        use_all_of(&sealed);
    }
}

/// A `sops` block, with this text below it, is read or refused.
pub fn a_block_is_read_or_refused(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let block: String = text.lines().map(|line| format!("    {line}\n")).collect();
    let file = format!(
        "data:\n    a: ENC[AES256_GCM,data:pV40jw==,iv:O4mL517dcrlSmdTXy1np7/b3a1bED4ElGGIEc0lz5N8=,tag:fg8vy7bbDIJUSWNWjUGPvQ==,type:str]\nsops:\n{block}"
    );
    a_file_is_read_or_refused(Store::Yaml, file.as_bytes());
}

/// The file, if it is one.
pub(crate) fn parse(store: Store, data: &[u8]) -> Option<Sealed> {
    let path = file_name(store).parse().expect("the names are constant");
    signet_envelope::parse(std::str::from_utf8(data).ok()?, &path).ok()
}

pub(crate) fn file_name(store: Store) -> &'static str {
    match store {
        Store::Yaml => "a.yaml",
        Store::Json => "a.json",
        Store::Dotenv => "a.env",
        Store::Ini => "a.ini",
        Store::Binary => "a.bin",
    }
}

fn use_all_of(sealed: &Sealed) {
    let _ = sealed.strict();
    let _ = sealed.documents_with_stand_ins("");
    let canonical = sealed.canonical();
    assert_eq!(canonical.is_some(), sealed.signet().is_some());
    let leaves = sealed.stand_ins("").count();
    assert!(sealed.slots().len() >= leaves);
}
