//! A sealed file without its ciphertext.

use crate::output::visible::name;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use signet_api::RepoPath;
use signet_envelope::{Metadata, Store, parse_unfinished_as};
use signet_yaml::edit::{Path, Step, remove};
use signet_yaml::{Stream, apply};

const SEALED: &str = "ENC[AES256_GCM,";

/// How many bytes of a digest are shown: enough to see that two differ.
const SHOWN: usize = 6;

/// The text with a short digest in the place of each ciphertext, and in the place of the `sops` blocks for whom it is
/// sealed. A block that cannot be told from the rest stays, without ciphertext.
pub(super) fn redacted(store: Store, text: &str, path: &RepoPath) -> String {
    let Ok(sealed) = parse_unfinished_as(store, text, path) else {
        return without_ciphertext(text);
    };
    match without_blocks(store, text, sealed.stream()) {
        Some(body) => without_ciphertext(&body) + &summary(sealed.metadata()),
        None => without_ciphertext(text),
    }
}

fn without_blocks(store: Store, text: &str, stream: &Stream) -> Option<String> {
    let lines = text.split_inclusive('\n');
    match store {
        Store::Dotenv => Some(lines.filter(|line| !line.starts_with("sops_")).collect()),
        Store::Ini => {
            let mut is_block = false;
            let body = lines.filter(|line| {
                let line = line.trim();
                is_block = if line.starts_with('[') {
                    line == "[sops]"
                } else {
                    is_block
                };
                !is_block
            });
            Some(body.collect())
        }
        Store::Yaml | Store::Json | Store::Binary => without_mappings(text, stream),
    }
}

fn without_mappings(text: &str, stream: &Stream) -> Option<String> {
    let mut edits = Vec::new();
    for document in 0..stream.documents.len() {
        let steps = vec![Step::Key("sops".to_owned())];
        edits.extend(remove(text, stream, &Path { document, steps }).unwrap_or_default());
    }
    apply(text, edits).ok()
}

fn without_ciphertext(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, sealed)) = rest.split_once(SEALED) {
        let end = sealed.find([']', '\n']).unwrap_or(sealed.len());
        shown.push_str(before);
        shown.extend(["<sealed ", &digest(&sealed[..end]), ">"]);
        rest = sealed[end..].strip_prefix(']').unwrap_or(&sealed[end..]);
    }
    shown + rest
}

fn digest(ciphertext: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(ciphertext)[..SHOWN])
}

fn summary(metadata: &Metadata) -> String {
    let mut recipients: Vec<&str> = metadata.keys().map(|key| key.recipient.as_str()).collect();
    recipients.sort_unstable();
    let rule = format!("{}: {}", metadata.rule.name(), metadata.rule.value());
    let place = metadata.signet.as_ref();
    let place = place.map(|place| format!("as {} of {}", place.path, place.tenant));
    let people = recipients.iter().map(|name| format!("for {name}"));
    let facts = [rule].into_iter().chain(place).chain(people);
    facts
        .flat_map(|fact| ["# sealed ".to_owned(), name(&fact), "\n".to_owned()])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::without_ciphertext;

    #[test]
    fn each_ciphertext_has_its_own_digest_and_everything_else_stays() {
        let text = "a: ENC[AES256_GCM,data:x]\nb: \"ENC[AES256_GCM,data:y]\" # c\nc: ENC[AES256_GCM,data:x]\n";
        let shown = without_ciphertext(text);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(!shown.contains("data:"), "{shown}");
        assert_eq!(lines[0].replace("a: ", ""), lines[2].replace("c: ", ""));
        assert!(lines[1].starts_with("b: \"<sealed ") && lines[1].ends_with(">\" # c"));
        assert!(!lines[1].contains(lines[0].trim_start_matches("a: ")));
    }

    #[test]
    fn a_ciphertext_that_was_cut_off_hides_no_line() {
        assert!(without_ciphertext("a: ENC[AES256_GCM,data:x\nb: 1\n").ends_with(">\nb: 1\n"));
    }
}
