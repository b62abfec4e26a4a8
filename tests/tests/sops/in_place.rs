//! A change of one value in what sops wrote, and in what we wrote: everything else keeps its bytes.

use signet_api::SealedMode;
use signet_envelope::{Rule, Store};
use signet_seal::{SealRequest, Voucher, edit_file};
use signet_tests::sops::{Sops, Version};

use crate::dice::Dice;
use crate::ours::{Ours, chain};
use crate::people::{Audience, key_file};
use crate::plain::{self, Allowed};

/// Texts for each version and store.
const TEXTS: u64 = 24;
const OLD: &str = "marked-0";
const NEW: &str = "marked-1";

/// The value that is changed stands in the first line.
const YAML: [&str; 12] = [
    // Sealed by sops, a comment that is alone in a list is an element.
    "m: marked-0\nlist:\n    # alone\n    []\nb: 2\n",
    "m: marked-0\nmap:\n    list:\n        # one\n        # two\n        []\n    b: 2\n",
    "m: marked-0\nlist:\n    - a\n    # between\n    - b\n    # last\n",
    // It has no blocks either.
    "m: marked-0\nkey: |+\n    a\n    b\n\n\nb: 2\n",
    "m: marked-0\nkey: >+\n    a\n    b\n\n\n# behind\nb: 2\n",
    "m: marked-0\nlist:\n    - |+\n        a\n\n    - >+\n        b\n\n\n",
    "m: marked-0\nkey: |\n    a\n---\nkey: |+\n    b\n\n\n",
    // Each of its documents has a block, those without keys too.
    "m: marked-0\n---\n---\nb: 2\n",
    "m: marked-0\n---\n{}\n---\nb: 2\n---\n",
    "m: marked-0\n---\n# c\n---\nb: 2\n---\nnull\n",
    "m: marked-0\n---\n{} # c\n---\n# d\n---\n# e\n{}\n",
    "m: marked-0\r\n---\r\n---\r\nkey: |+\r\n    b\r\n\r\n",
];

const INI: [&str; 4] = [
    "[s]\nm = marked-0\n#nospace\n;  two\n; # mixed\ny = 2\n",
    "[s]\nm = marked-0\n;;; multi\n;\n; # third\nz = 3\n; at the end\n",
    "[s]\nm = marked-0\n; above\ny = 2 ; behind\n\n; of t\n# too\n[t] ; behind t\nz = 3 # behind z\n",
    "m = marked-0\n;one\n#two\n; \t three\nk = `a`\n[s]\n# four\n#five\nk = 1\n",
];

fn changed(ours: &Ours, sealed: &str, context: &str) -> String {
    let opened = ours.open(sealed.as_bytes(), SealedMode::Compat);
    let opened = opened.unwrap_or_else(|error| panic!("{context}{}\n{sealed}", chain(&error)));
    let opened = String::from_utf8(opened).unwrap();
    assert!(opened.contains(OLD), "{opened}");
    let versions = [sealed.to_owned()];
    let request = SealRequest {
        place: None,
        in_fleet: false,
        key_groups: None,
        vouched_by: Voucher::Earlier(&versions),
        ..ours.request(None)
    };
    let mut dice = Dice::new(8);
    let edited = edit_file(
        sealed,
        opened.replacen(OLD, NEW, 1),
        &request,
        &mut |bytes: &mut [u8]| dice.fill(bytes),
    );
    edited.unwrap_or_else(|error| panic!("{context}{}\n{sealed}\n{opened}", chain(&error)))
}

/// Changes the value and compares all lines but those that the change is about: its own, each MAC and its time.
fn assert_stays(ours: &Ours, sealed: &str, context: &str) {
    let edited = changed(ours, sealed, context);
    let is_of_mac = |line: &str| {
        let name = line.trim_start_matches([' ', '\t', '"']);
        let name = name.strip_prefix("sops_").unwrap_or(name);
        name.starts_with("mac") || name.starts_with("lastmodified")
    };
    let (before, after): (Vec<&str>, Vec<&str>) =
        (sealed.split('\n').collect(), edited.split('\n').collect());
    let differing = before
        .iter()
        .zip(&after)
        .filter(|(one, other)| one != other);
    let others = differing.filter(|(one, other)| !(is_of_mac(one) && is_of_mac(other)));
    assert!(
        before.len() == after.len() && others.count() == 1,
        "{context}\n--- before\n{sealed}\n--- after\n{edited}"
    );
    let opened = ours.open(edited.as_bytes(), SealedMode::Compat).unwrap();
    assert!(String::from_utf8(opened).unwrap().contains(NEW));
}

/// A text, sealed by sops and by us, keeps what it has beside the value; sops opens the result.
fn assert_kept(sops: &Sops, name: &str, plain: &[u8], context: &str) {
    let settings = format!("{{{}}}", Audience::One.setting());
    let ours = Ours::new(name, Audience::One);
    let by_sops = sops.encrypt(name, plain, &settings).unwrap();
    let by_us = ours.seal_plainly(plain, Rule::default(), false);
    for sealed in [Ok(by_sops), by_us] {
        let sealed = sealed.unwrap_or_else(|error| panic!("{context}{}", chain(&error)));
        let sealed = String::from_utf8(sealed).unwrap();
        assert_stays(&ours, &sealed, context);
        let edited = changed(&ours, &sealed, context);
        sops.decrypt(name, edited.as_bytes())
            .unwrap_or_else(|error| panic!("{context}{error}\n{edited}"));
    }
}

#[test]
fn a_change_of_one_value_leaves_lists_of_comments_blocks_and_documents_without_keys_as_they_were() {
    for version in Version::ALL {
        let sops = Sops::new(version, &key_file(Audience::One)).unwrap();
        for plain in YAML {
            assert_kept(&sops, "db.yaml", plain.as_bytes(), version.as_str());
        }
    }
}

#[test]
fn a_change_of_one_value_leaves_the_comments_of_ini_files_their_ciphertext() {
    for version in Version::ALL {
        let sops = Sops::new(version, &key_file(Audience::One)).unwrap();
        for plain in INI {
            assert_kept(&sops, "db.ini", plain.as_bytes(), version.as_str());
        }
    }
}

#[test]
fn a_change_of_one_value_leaves_every_other_byte_of_what_chance_wrote() {
    let allowed = Allowed {
        comments_in_lists: false,
        two_readings: true,
        integers_beyond_floats: false,
    };
    for version in Version::ALL {
        let sops = Sops::new(version, &key_file(Audience::One)).unwrap();
        for (store, name) in [
            (Store::Yaml, "db.yaml"),
            (Store::Json, "db.json"),
            (Store::Dotenv, "db.env"),
            (Store::Ini, "db.ini"),
        ] {
            for seed in 0..TEXTS {
                let text = plain::text(store, allowed, &mut Dice::new(seed));
                let text = String::from_utf8(text).unwrap();
                let text = text.trim_start_matches('\u{feff}');
                if store == Store::Json && !text.contains('\n') {
                    // All of it is one line.
                    continue;
                }
                let plain = match store {
                    Store::Json => text.replacen('\n', "\n  \"m\": \"marked-0\",\n", 1),
                    Store::Ini => format!("[m]\nm = marked-0\n{text}"),
                    Store::Dotenv => format!("M=marked-0\n{text}"),
                    _ => format!("m: marked-0\n{text}"),
                };
                let context = format!("{} {name} {seed}: ", version.as_str());
                assert_kept(&sops, name, plain.as_bytes(), &context);
            }
        }
    }
}
