//! What a server says, in the lines of its protocol.

/// A pkt-line (gitprotocol-common).
pub(crate) fn line(content: &[u8]) -> Vec<u8> {
    let length = format!("{:04x}", content.len() + 4);
    [length.as_bytes(), content].concat()
}

/// The greeting of version 0 (gitprotocol-pack).
pub(crate) fn old_refs(commit: &str, name: &str) -> Vec<u8> {
    let first = format!("{commit} {name}\0multi_ack_detailed side-band-64k ofs-delta\n");
    [line(first.as_bytes()), b"0000".to_vec()].concat()
}

/// The greeting of version 2 and the answer to `ls-refs` (gitprotocol-v2).
pub(crate) fn new_refs(commit: &str, name: &str) -> Vec<u8> {
    let mut answer = Vec::new();
    for text in [
        "version 2\n",
        "ls-refs\n",
        "fetch\n",
        "object-format=sha1\n",
    ] {
        answer.extend(line(text.as_bytes()));
    }
    answer.extend(b"0000");
    answer.extend(listed(commit, name));
    answer
}

/// The answer to `ls-refs` (gitprotocol-v2).
pub(crate) fn listed(commit: &str, name: &str) -> Vec<u8> {
    let only = format!("{commit} {name}\n");
    [line(only.as_bytes()), b"0000".to_vec()].concat()
}

pub(crate) fn sideband(pack: &[u8]) -> Vec<u8> {
    let packets = pack
        .chunks(60_000)
        .map(|chunk| line(&[b"\x01", chunk].concat()));
    packets.flatten().collect()
}
