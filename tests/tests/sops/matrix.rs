//! Every store, rule, audience and version, both ways, on plaintexts by chance.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use signet_api::SealedMode;
use signet_envelope::{Rule, Store};
use signet_tests::sops::{Sops, Version};

use crate::dice::Dice;
use crate::form::{Form, Numbers};
use crate::ours::{Ours, chain};
use crate::people::{Audience, key_file};
use crate::plain::{self, Allowed};

/// Plaintexts for each combination.
const TREES: u64 = 4;

/// Whether the MAC leaves out clear values.
const MACS: [bool; 2] = [false, true];

const STORES: [(Store, &str); 5] = [
    (Store::Yaml, "db.yaml"),
    (Store::Json, "db.json"),
    (Store::Binary, "key.p12"),
    (Store::Dotenv, "db.env"),
    (Store::Ini, "db.ini"),
];

const RULES: [(&str, &str); 6] = [
    ("unencrypted_suffix", "_unencrypted"),
    ("encrypted_suffix", "_sealed"),
    ("unencrypted_regex", "^public"),
    ("encrypted_regex", "^(secret|data|键)"),
    ("unencrypted_comment_regex", "public"),
    ("encrypted_comment_regex", "^ ?seal"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    OursToSops,
    SopsToOurs,
}

impl Direction {
    const BOTH: [Self; 2] = [Self::OursToSops, Self::SopsToOurs];
}

#[derive(Clone, Copy)]
struct Case {
    /// The seed of its plaintext.
    number: u64,
    /// Which of the combination's plaintexts it is.
    tree: u64,
    direction: Direction,
    version: Version,
    store: Store,
    file: &'static str,
    rule: (&'static str, &'static str),
    mac_only_encrypted: bool,
    audience: Audience,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = match self.direction {
            Direction::OursToSops => ("ours", "sops"),
            Direction::SopsToOurs => ("sops", "ours"),
        };
        let mac = if self.mac_only_encrypted {
            ", MAC over sealed values"
        } else {
            ""
        };
        write!(
            f,
            "case {}: {from} to {to} {}, {}, {}{mac}, {:?}",
            self.number,
            self.version.as_str(),
            self.store,
            self.rule.0,
            self.audience
        )
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for version in Version::ALL {
        for audience in Audience::ALL {
            for direction in Direction::BOTH {
                for (store, file) in STORES {
                    for rule in RULES.into_iter().filter(|rule| seals(store, rule.0)) {
                        for (mac_only_encrypted, tree) in MACS.into_iter().flat_map(trees) {
                            cases.push(Case {
                                number: cases.len() as u64,
                                tree,
                                direction,
                                version,
                                store,
                                file,
                                rule,
                                mac_only_encrypted,
                                audience,
                            });
                        }
                    }
                }
            }
        }
    }
    cases
}

/// Whether the rule can seal anything: JSON has no comments, and a file of any bytes is one value under every rule.
fn seals(store: Store, rule: &str) -> bool {
    store != Store::Json || rule != "encrypted_comment_regex"
}

fn trees(mac_only_encrypted: bool) -> impl Iterator<Item = (bool, u64)> {
    (0..TREES).map(move |tree| (mac_only_encrypted, tree))
}

#[test]
fn sops_and_we_open_each_others_files_in_every_store_under_every_rule() {
    let cases = cases();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = case.hold() {
                        failures.lock().unwrap().push(format!("{case}: {failure}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "{} of {} failed\n{}",
        failures.len(),
        cases.len(),
        failures[..failures.len().min(8)].join("\n\n")
    );
}

impl Case {
    /// Whether the case goes as it should.
    fn hold(&self) -> Result<(), String> {
        let plain = self.plain();
        let outcome = match self.direction {
            Direction::OursToSops => self.ours_to_sops(&plain),
            Direction::SopsToOurs => self.sops_to_ours(&plain),
        };
        outcome.map_err(|failure| format!("{failure}\n--- plain:\n{}", lossy(&plain)))
    }

    fn plain(&self) -> Vec<u8> {
        let allowed = Allowed {
            comments_in_lists: self.rule.0 != "encrypted_comment_regex",
            two_readings: !self.has_seal(),
            integers_beyond_floats: self.numbers() == Numbers::Exact,
        };
        plain::text(self.store, allowed, &mut Dice::new(self.number))
    }

    /// Whether the file has a seal, which refuses what is read in more than one way: every second one of ours under a rule
    /// that leaves nothing to comments.
    fn has_seal(&self) -> bool {
        self.direction == Direction::OursToSops
            && self.tree.is_multiple_of(2)
            && !self.rule().is_comment_rule()
    }

    fn rule(&self) -> Rule {
        Rule::named(self.rule.0, self.rule.1).unwrap().unwrap()
    }

    fn sops(&self) -> Sops {
        Sops::new(self.version, &key_file(self.audience)).unwrap()
    }

    fn numbers(&self) -> Numbers {
        if self.store == Store::Json && self.version == Version::V3_11 {
            Numbers::Floats
        } else {
            Numbers::Exact
        }
    }

    fn ours_to_sops(&self, plain: &[u8]) -> Result<(), String> {
        let sealed = self.seal(plain)?;
        let again = self.open(&sealed)?;
        self.same_form(plain, &again, Numbers::Exact)?;
        if matches!(self.store, Store::Dotenv | Store::Ini) && again != plain {
            return Err(format!("not the same bytes:\n{}", lossy(&again)));
        }
        // Folded blocks and numbers come back in one spelling, and from then on nothing changes.
        let stable = self.open(&self.seal(&again)?)?;
        if stable != again {
            return Err(format!(
                "not the bytes that were sealed:\n{}",
                lossy(&stable)
            ));
        }
        let opened = self
            .sops()
            .decrypt(self.file, &sealed)
            .map_err(|error| format!("{error}\n--- sealed:\n{}", lossy(&sealed)))?;
        self.same_form(plain, &opened, Numbers::Exact)
    }

    fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, String> {
        let ours = Ours::new(self.file, self.audience);
        let sealed = if self.has_seal() {
            ours.seal(plain, Some(self.rule()), self.mac_only_encrypted)
        } else {
            ours.seal_plainly(plain, self.rule(), self.mac_only_encrypted)
        };
        sealed.map_err(|error| format!("sealing: {}", chain(&error)))
    }

    fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, String> {
        let mode = if self.has_seal() {
            SealedMode::Strict
        } else {
            SealedMode::Compat
        };
        Ours::new(self.file, self.audience)
            .open(sealed, mode)
            .map_err(|error| format!("opening: {}\n--- sealed:\n{}", chain(&error), lossy(sealed)))
    }

    fn sops_to_ours(&self, plain: &[u8]) -> Result<(), String> {
        let (name, value) = self.rule;
        let settings = format!(
            "{{{}, {name}: '{value}', mac_only_encrypted: {}}}",
            self.audience.setting(),
            self.mac_only_encrypted
        );
        let sealed = self
            .sops()
            .encrypt(self.file, plain, &settings)
            .map_err(|error| error.to_string())?;
        let opened = self.open(&sealed)?;
        if self.store == Store::Dotenv {
            let theirs = self.sops().decrypt(self.file, &sealed);
            if theirs.map_err(|error| error.to_string())? != opened {
                return Err(format!("not what sops prints:\n{}", lossy(&opened)));
            }
        }
        self.same_form(plain, &opened, self.numbers())
    }

    fn same_form(&self, plain: &[u8], opened: &[u8], numbers: Numbers) -> Result<(), String> {
        let [expected, found] = [plain, opened].map(|text| Form::of(self.store, text, numbers));
        if expected == found {
            return Ok(());
        }
        Err(format!(
            "another meaning:\n{expected:?}\n{found:?}\n--- opened:\n{}",
            lossy(opened)
        ))
    }
}

fn lossy(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
