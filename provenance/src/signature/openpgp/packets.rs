//! OpenPGP packets (RFC 9580, section 4.2), split strictly.

use pgp::packet::{PacketHeader, PublicKey, PublicSubkey, Signature, UserId};
use pgp::ser::Serialize;
use pgp::types::Tag;

/// A packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    pub(super) tag: u8,
    pub(super) body: &'a [u8],
}

/// The tags of packets (RFC 9580, section 5).
pub(super) const SIGNATURE: u8 = 2;
pub(super) const PUBLIC_KEY: u8 = 6;
pub(super) const USER_ID: u8 = 13;
pub(super) const PUBLIC_SUBKEY: u8 = 14;
pub(super) const USER_ATTRIBUTE: u8 = 17;
/// Those of secret keys and subkeys.
pub(super) const SECRET: [u8; 2] = [5, 7];

/// The packets in these bytes, all of them: each says how long it is, and nothing is left over.
pub(super) fn split(bytes: &[u8]) -> Result<Vec<Packet<'_>>, &'static str> {
    let mut packets = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (packet, behind) = first(rest)?;
        packets.push(packet);
        rest = behind;
    }
    Ok(packets)
}

fn first(bytes: &[u8]) -> Result<(Packet<'_>, &[u8]), &'static str> {
    const ENDS: &str = "it ends within a packet";
    let (head, rest) = bytes.split_first().ok_or(ENDS)?;
    let (tag, (length, rest)) = match head >> 6 {
        0b11 => (head & 0x3f, new_length(rest)?),
        0b10 => (head >> 2 & 0x0f, old_length(head & 0x03, rest)?),
        _ => return Err("it is no sequence of packets"),
    };
    let length = usize::try_from(length).map_err(|_| ENDS)?;
    let (body, rest) = rest.split_at_checked(length).ok_or(ENDS)?;
    Ok((Packet { tag, body }, rest))
}

/// Only data, which nobody signs or certifies by itself, may come in parts.
fn new_length(bytes: &[u8]) -> Result<(u32, &[u8]), &'static str> {
    const ENDS: &str = "it ends within the length of a packet";
    match *bytes {
        [one @ 0..192, ref rest @ ..] => Ok((u32::from(one), rest)),
        [one @ 192..224, two, ref rest @ ..] => {
            Ok((((u32::from(one) - 192) << 8) + u32::from(two) + 192, rest))
        }
        [255, a, b, c, d, ref rest @ ..] => Ok((u32::from_be_bytes([a, b, c, d]), rest)),
        [224..=254, ..] => Err("a packet comes in parts"),
        _ => Err(ENDS),
    }
}

fn old_length(sort: u8, bytes: &[u8]) -> Result<(u32, &[u8]), &'static str> {
    const ENDS: &str = "it ends within the length of a packet";
    match (sort, bytes) {
        (0, [a, rest @ ..]) => Ok((u32::from(*a), rest)),
        (1, [a, b, rest @ ..]) => Ok((u32::from_be_bytes([0, 0, *a, *b]), rest)),
        (2, [a, b, c, d, rest @ ..]) => Ok((u32::from_be_bytes([*a, *b, *c, *d]), rest)),
        (3, _) => Err("a packet does not say how long it is"),
        _ => Err(ENDS),
    }
}

/// A signature that is read to the end.
pub(super) fn signature(body: &[u8]) -> Option<Signature> {
    let mut rest = body;
    let read = Signature::try_from_reader(header(Tag::Signature, body)?, &mut rest).ok()?;
    rest.is_empty().then_some(read)
}

/// A primary key in its one spelling: what its fingerprint is made of is what was read.
pub(super) fn primary(body: &[u8]) -> Option<PublicKey> {
    let key = PublicKey::try_from_reader(header(Tag::PublicKey, body)?, body).ok()?;
    spells(&key, body).then_some(key)
}

/// A subkey in its one spelling.
pub(super) fn subkey(body: &[u8]) -> Option<PublicSubkey> {
    let key = PublicSubkey::try_from_reader(header(Tag::PublicSubkey, body)?, body).ok()?;
    spells(&key, body).then_some(key)
}

/// The name of a user, of any bytes.
pub(super) fn user(body: &[u8]) -> Option<UserId> {
    UserId::try_from_reader(header(Tag::UserId, body)?, body).ok()
}

fn header(tag: Tag, body: &[u8]) -> Option<PacketHeader> {
    Some(PacketHeader::new_fixed(
        tag,
        u32::try_from(body.len()).ok()?,
    ))
}

fn spells(key: &impl Serialize, body: &[u8]) -> bool {
    key.to_bytes().is_ok_and(|bytes| bytes == body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: &[u8]) -> Result<(u8, usize), &'static str> {
        let packets = split(bytes)?;
        let [packet] = packets[..] else {
            return Err("not one");
        };
        Ok((packet.tag, packet.body.len()))
    }

    #[test]
    fn a_packet_says_how_long_it_is_in_every_form_but_in_parts() {
        let body = [0; 300];
        let with = |head: &[u8], length: usize| one(&[head, &body[..length]].concat());
        assert_eq!(with(&[0xc2, 191], 191), Ok((2, 191)));
        assert_eq!(with(&[0xc2, 192, 0], 192), Ok((2, 192)));
        assert_eq!(with(&[0xc2, 192, 108], 300), Ok((2, 300)));
        assert_eq!(with(&[0xc2, 255, 0, 0, 1, 44], 300), Ok((2, 300)));
        assert_eq!(with(&[0x88, 5], 5), Ok((2, 5)));
        assert_eq!(with(&[0x89, 1, 44], 300), Ok((2, 300)));
        assert_eq!(with(&[0x8a, 0, 0, 1, 44], 300), Ok((2, 300)));
        for (head, length) in [
            (&[0xc2, 224][..], 1),
            (&[0x8b], 5),
            (&[0x08, 5], 5),
            (&[0xc2, 5], 4),
            (&[0xc2, 192], 0),
            (&[0xc2, 255, 0, 0, 1], 0),
            (&[0x89, 0], 0),
            (&[0xc2], 0),
        ] {
            assert!(with(head, length).is_err(), "{head:x?}");
        }
    }

    #[test]
    fn every_packet_counts() {
        assert_eq!(split(&[0xc2, 0, 0x88, 1, 7]).unwrap().len(), 2);
        assert_eq!(split(&[]).unwrap(), []);
    }
}
