//! Values whose type their text does not tell: what nobody touches keeps its ciphertext, and is the same value.

use signet_api::SealedMode;
use signet_envelope::{Pointer, Store};
use signet_seal::Version as OfFile;
use signet_tests::sops::{Sops, Version};

use crate::bytes::edit;
use crate::ours::Ours;
use crate::people::{Audience, key_file};

/// As sops before 3.13.2 reads it, each of these is a float.
const NUMBERS: &str =
    "{\"pin\": 1234, \"puk\": 99887766, \"zero\": -0.0, \"big\": 1e20, \"port\": 5432}\n";

struct Case {
    ours: Ours,
    sops: Sops,
    sealed: String,
    /// Where the values are, the last of which is changed.
    places: Vec<Pointer>,
}

fn numbers() -> Case {
    let sops = Sops::new(Version::V3_11, &key_file(Audience::One)).unwrap();
    let settings = format!("{{{}}}", Audience::One.setting());
    let sealed = sops.encrypt("db.json", NUMBERS.as_bytes(), &settings);
    let places = ["pin", "puk", "zero", "big", "port"].map(|key| Pointer::document(0).child(key));
    Case {
        ours: Ours::new("db.json", Audience::One),
        sops,
        sealed: String::from_utf8(sealed.unwrap()).unwrap(),
        places: places.into(),
    }
}

/// What `sops set` makes of a number and a boolean in a store of texts.
fn set_by_sops(name: &str, plain: &str, keys: [&str; 2]) -> Case {
    let sops = Sops::new(Version::V3_13, &key_file(Audience::One)).unwrap();
    let settings = format!("{{{}}}", Audience::One.setting());
    let sealed = sops.encrypt(name, plain.as_bytes(), &settings).unwrap();
    std::fs::write(sops.path(name), sealed).unwrap();
    for (key, value) in keys.into_iter().zip(["1234", "true"]) {
        sops.run(&["set", name, key, value]).unwrap();
    }
    let sealed = std::fs::read_to_string(sops.path(name)).unwrap();
    let ours = Ours::new(name, Audience::One);
    let parsed = signet_envelope::parse_unfinished_as(Store::of(&ours.path), &sealed, &ours.path);
    let parsed = parsed.unwrap();
    let places = parsed.leaves().map(|leaf| leaf.pointer);
    Case {
        places: places.collect(),
        ours,
        sops,
        sealed,
    }
}

#[test]
fn what_nobody_touches_stays_sealed_as_it_is_whatever_its_type() {
    let cases = [
        (numbers(), "5432", "5433"),
        (
            set_by_sops("db.env", "PIN=1\nON=0\nZ=old\n", ["[\"PIN\"]", "[\"ON\"]"]),
            "Z=old",
            "Z=new",
        ),
        (
            set_by_sops(
                "db.ini",
                "[s]\nPIN = 1\nON = 0\nZ = old\n",
                ["[\"s\"][\"PIN\"]", "[\"s\"][\"ON\"]"],
            ),
            "= old",
            "= new",
        ),
    ];
    for (case, from, to) in cases {
        let Case {
            ours,
            sops,
            sealed,
            places,
        } = case;
        let name = ours.path.file_name();
        let opened = ours.open(sealed.as_bytes(), SealedMode::Compat).unwrap();
        let other = String::from_utf8(opened).unwrap();
        assert!(other.contains(from), "{other}");
        let other = other.replace(from, to);
        let edited = edit(&ours, &sealed, other.as_bytes()).unwrap();

        let store = Store::of(&ours.path);
        let version = |text, people| OfFile::read(store, text, &ours.path, people).unwrap();
        let (changed, others) = places.split_last().unwrap();
        for place in others {
            // Whoever has no key compares ciphertexts.
            let (before, after) = (version(&sealed, &[]), version(&edited, &[]));
            assert!(before.has_in_common(&after, place), "{place:?}");
        }
        let people = &ours.identities;
        let (before, after) = (version(&sealed, people), version(&edited, people));
        assert!(!before.has_in_common(&after, changed));
        let by_sops = sops.decrypt(name, edited.as_bytes()).unwrap();
        assert!(String::from_utf8_lossy(&by_sops).contains(to), "{name}");
    }
}

#[test]
fn a_value_that_reads_alike_is_the_same_whatever_its_type() {
    let Case {
        ours,
        sealed,
        places,
        ..
    } = numbers();
    let settings = format!("{{{}}}", Audience::One.setting());
    let sops = Sops::new(Version::V3_13, &key_file(Audience::One)).unwrap();
    let integers = sops
        .encrypt("db.json", NUMBERS.as_bytes(), &settings)
        .unwrap();
    let integers = String::from_utf8(integers).unwrap();
    let version = |text| OfFile::read(Store::Json, text, &ours.path, &ours.identities).unwrap();
    let (floats, integers) = (version(&sealed), version(&integers));
    for place in &places {
        assert!(floats.has_in_common(&integers, place), "{place:?}");
    }
    assert!(!floats.has_in_common(&integers, &Pointer::document(0).child("none")));
}
