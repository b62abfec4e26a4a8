//! The armour of signatures and certificates.

use data_encoding::BASE64;

/// A sort of armour.
pub(super) struct Armor {
    begin: &'static str,
    end: &'static str,
    /// Whether it is OpenPGP's: headers and an empty line stand in front, a checksum may follow (RFC 9580, section 6.2).
    has_headers: bool,
}

/// That of an SSH signature (OpenSSH's `PROTOCOL.sshsig`).
pub(super) const SSH: Armor = Armor {
    begin: "-----BEGIN SSH SIGNATURE-----",
    end: "-----END SSH SIGNATURE-----",
    has_headers: false,
};
/// That of an OpenPGP signature.
pub(super) const OPENPGP: Armor = Armor {
    begin: "-----BEGIN PGP SIGNATURE-----",
    end: "-----END PGP SIGNATURE-----",
    has_headers: true,
};
/// That of an OpenPGP certificate.
pub(super) const CERTIFICATE: Armor = Armor {
    begin: "-----BEGIN PGP PUBLIC KEY BLOCK-----",
    end: "-----END PGP PUBLIC KEY BLOCK-----",
    has_headers: true,
};

/// The bytes in the armour, or what is wrong with it.
///
/// Lines may be of any length, for tools wrap at 64, 70 and 76; nothing stands before the
/// armour, and only white space after it, which one forge and one client leave there.
pub(super) fn open(text: &[u8], armor: &Armor) -> Result<Vec<u8>, &'static str> {
    let mut lines = Lines(text);
    if lines.next() != Some(armor.begin.as_bytes()) {
        return Err("it does not begin as one");
    }
    if armor.has_headers {
        skip_headers(&mut lines)?;
    }
    let mut digits = Vec::with_capacity(text.len());
    let mut checksum = None;
    while !lines.0.starts_with(armor.end.as_bytes()) {
        let line = lines.next().ok_or("it has no end")?;
        if line.is_empty() {
            return Err("it holds an empty line");
        }
        if checksum.is_some() {
            return Err("its checksum is not at its end");
        }
        match line.strip_prefix(b"=") {
            Some(sum) if armor.has_headers && sum.len() == 4 => checksum = Some(sum),
            _ => digits.extend_from_slice(line),
        }
    }
    if !lines.0[armor.end.len()..]
        .iter()
        .all(u8::is_ascii_whitespace)
    {
        return Err("text follows its end");
    }
    let bytes = BASE64.decode(&digits).map_err(|_| "it is not base64")?;
    match checksum {
        Some(sum) if BASE64.encode(&crc24(&bytes)).as_bytes() != sum => {
            Err("its checksum does not fit")
        }
        _ => Ok(bytes),
    }
}

/// Lines such as `Comment: …` up to an empty one.
fn skip_headers(lines: &mut Lines<'_>) -> Result<(), &'static str> {
    loop {
        let line = lines.next().ok_or("it has no end")?;
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let is_header = colon.is_some_and(|at| matches!(line.get(at + 1), None | Some(b' ')));
        if !is_header {
            return Err("a line in front of its content is no header");
        }
    }
}

/// Lines that end in a line feed, without it.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == b'\n')?;
        let line = &self.0[..end];
        self.0 = &self.0[end + 1..];
        Some(line)
    }
}

/// The checksum of an armour (RFC 9580, section 6.1.1).
fn crc24(bytes: &[u8]) -> [u8; 3] {
    let sum = bytes.iter().fold(0x00b7_04ce_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 16, |sum, _| {
            let shifted = sum << 1;
            if shifted & 0x0100_0000 == 0 {
                shifted
            } else {
                shifted ^ 0x0186_4cfb
            }
        })
    });
    let [_, a, b, c] = sum.to_be_bytes();
    [a, b, c]
}
