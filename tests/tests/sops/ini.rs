//! What sops makes of our INI files, compared with what it makes of its own: nothing here is read by our reader.

use std::fs;

use signet_envelope::{Rule, Store};
use signet_tests::sops::{Sops, Version};

use crate::dice::Dice;
use crate::ours::Ours;
use crate::people::{Audience, key_file};
use crate::plain::{self, Allowed};

const FILE: &str = "db.ini";

/// Texts for each version.
const TEXTS: u64 = 24;

struct Pair {
    sops: Sops,
    ours: Vec<u8>,
    theirs: Vec<u8>,
}

impl Pair {
    /// A text, sealed by us and by sops.
    fn of(version: Version, plain: &[u8]) -> Self {
        let sops = Sops::new(version, &key_file(Audience::One)).unwrap();
        let settings = format!("{{{}}}", Audience::One.setting());
        let ours = Ours::new(FILE, Audience::One);
        Self {
            ours: ours.seal_plainly(plain, Rule::default(), false).unwrap(),
            theirs: sops.encrypt(FILE, plain, &settings).unwrap(),
            sops,
        }
    }

    /// What sops prints of each.
    fn printed(&self, format: &str) -> [String; 2] {
        [&self.ours, &self.theirs].map(|sealed| {
            fs::write(self.sops.path(FILE), sealed).unwrap();
            let printed = self.sops.run(&["decrypt", "--output-type", format, FILE]);
            String::from_utf8(printed.unwrap()).unwrap()
        })
    }
}

#[test]
fn sops_finds_the_same_sections_keys_and_values_in_ours_as_in_its_own() {
    let allowed = Allowed {
        comments_in_lists: true,
        two_readings: true,
        integers_beyond_floats: true,
    };
    for version in Version::ALL {
        for seed in 0..TEXTS {
            let plain = plain::text(Store::Ini, allowed, &mut Dice::new(seed));
            let [ours, theirs] = Pair::of(version, &plain).printed("json");
            let plain = String::from_utf8_lossy(&plain);
            assert_eq!(ours, theirs, "{} {seed}:\n{plain}", version.as_str());
        }
    }
}

/// Where a comment stands, and what sops prints of it.
const COMMENTS: [(&str, &str, Option<&str>); 12] = [
    ("above the first key", "; c\nk = 1\n", Some("; c")),
    ("above a key", "[a]\nj = 0\n; c\nk = 1\n", Some("; c")),
    ("of another mark", "[a]\n# c\nk = 1\n", Some("; c")),
    ("behind a value", "[a]\nk = 1 ; c\n", Some("; c")),
    ("above a section", "j = 0\n; c\n[a]\nk = 1\n", Some("; c")),
    ("behind a section", "[a] ; c\nk = 1\n", Some("; c")),
    ("in an empty section", "[a]\n; c\n[b]\nk = 1\n", Some("; c")),
    (
        "over several lines",
        "[a]\n; c\n; d\nk = 1\n",
        Some("; c\n; d"),
    ),
    ("at the end", "[a]\nk = 1\n; c\n", None),
    (
        "at the end of a section without keys",
        "k = 1\n[a]\n; c\n",
        None,
    ),
    ("behind a value in backquotes", "[a]\nk = `1` ; c\n", None),
    (
        "behind a value in three quotes",
        "[a]\nk = \"\"\"1\"\"\" ; c\n",
        None,
    ),
];

#[test]
fn sops_keeps_and_loses_the_same_comments_of_ours_as_of_its_own() {
    let mut wrong = Vec::new();
    for version in Version::ALL {
        for (name, plain, expected) in COMMENTS {
            let printed = Pair::of(version, plain.as_bytes()).printed("ini");
            let found = printed.map(|text| comments(&text));
            let expected = expected.unwrap_or_default().to_owned();
            if found != [expected.clone(), expected] {
                wrong.push(format!("{}: {name}: {found:?}", version.as_str()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The comments without the blanks at their ends: of a section's, sops prints those in which we keep where it stood.
fn comments(text: &str) -> String {
    let lines = text.lines().filter(|line| line.starts_with([';', '#']));
    lines.map(str::trim_end).collect::<Vec<_>>().join("\n")
}
