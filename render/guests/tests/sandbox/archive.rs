//! Archives of charts, and such as no honest program makes.

/// A file in an archive: its kind as `tar` has it, its name, what it links to and its content.
pub(crate) struct Entry<'a> {
    pub(crate) kind: u8,
    pub(crate) name: &'a str,
    pub(crate) link: &'a str,
    pub(crate) content: &'a [u8],
}

pub(crate) const FILE: u8 = b'0';
pub(crate) const HARD_LINK: u8 = b'1';
pub(crate) const SYMBOLIC_LINK: u8 = b'2';
pub(crate) const DEVICE: u8 = b'3';

/// A `.tgz` of these.
pub(crate) fn archive(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut tar = Vec::new();
    for Entry {
        kind,
        name,
        link,
        content,
    } in entries
    {
        tar.extend(head(*kind, name, link, content.len()));
        tar.extend(*content);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    let mut gzip = GZIP.to_vec();
    let mut blocks = tar.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap();
        gzip.push(u8::from(blocks.peek().is_none()));
        gzip.extend(length.to_le_bytes());
        gzip.extend((!length).to_le_bytes());
        gzip.extend(block);
    }
    gzip.extend(checksum(&tar).to_le_bytes());
    gzip.extend(u32::try_from(tar.len()).unwrap().to_le_bytes());
    gzip
}

/// A `.tgz` with a file of this name and of `runs` times 258 zeros, in some bytes for each run.
pub(crate) fn bomb(name: &str, runs: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // One block with the fixed codes of RFC 1951, 3.2.6.
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    for byte in head(FILE, name, "", runs * 258) {
        bits.code(0x30 + u32::from(byte), 8);
    }
    bits.code(0x30, 8);
    for _ in 0..runs {
        // 258 bytes, each as the one before it.
        bits.code(0xc5, 8);
        bits.code(0, 5);
    }
    bits.code(0, 7);
    [GZIP, &bits.bytes, &[0; 9]].concat()
}

/// Deflated, without name and time.
const GZIP: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

fn head(kind: u8, name: &str, link: &str, length: usize) -> [u8; 512] {
    let mut head = [0; 512];
    let mut put =
        |at: usize, text: &str| head[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644\0");
    put(124, &format!("{length:011o}\0"));
    put(136, "00000000000\0");
    put(148, "        ");
    put(157, link);
    put(257, "ustar\x0000");
    head[156] = kind;
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    head
}

fn checksum(bytes: &[u8]) -> u32 {
    let sum = bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 * (sum & 1))
        })
    });
    !sum
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    /// Numbers begin with their lowest bit.
    fn push(&mut self, value: u32, count: u32) {
        for index in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = u8::try_from(value >> index & 1).unwrap();
            *self.bytes.last_mut().unwrap() |= bit << (self.used % 8);
            self.used += 1;
        }
    }

    /// Codes begin with their highest one.
    fn code(&mut self, value: u32, count: u32) {
        self.push(value.reverse_bits() >> (32 - count), count);
    }
}
