//! Streams whose first document has no keys: sops looks for the `sops` block nowhere else.

use signet_api::SealedMode;
use signet_envelope::{Rule, Store, parse};
use signet_seal::{SealError, SealRequest, Voucher, edit_file, rotate_file};
use signet_tests::sops::{Sops, Version};
use signet_yaml::{Aliases, Limits};

use crate::dice::Dice;
use crate::ours::Ours;
use crate::people::{Audience, key_file};

const FILE: &str = "db.yaml";

/// Each with what opening it gives.
const TEXTS: [(&str, &str); 9] = [
    (
        "---\n# Source: x\n---\nb: 2\n",
        "---\n# Source: x\n---\nb: 2\n",
    ),
    ("---\n---\nb: 2\n", "---\n---\nb: 2\n"),
    ("{}\n---\nb: 2\n", "{}\n---\nb: 2\n"),
    ("~\n---\nb: 2\n", "{}\n---\nb: 2\n"),
    ("# c\n{}\n---\nb: 2\n", "# c\n{}\n---\nb: 2\n"),
    (
        "---\r\n# c\r\n\r\n---\r\nb: 2\r\n",
        "---\r\n# c\r\n\r\n---\r\nb: 2\r\n",
    ),
    ("--- {} # x\n---\nb: 2\n", "--- {} # x\n---\nb: 2\n"),
    ("{\n}\n# c\n---\nb: 2\n", "{\n}\n# c\n---\nb: 2\n"),
    (
        "---\n# c\n~\n---\nb: 2\n---\n---\nc: 3",
        "---\n# c\n---\nb: 2\n---\n---\nc: 3",
    ),
];

fn sops() -> Sops {
    Sops::new(Version::V3_13, &key_file(Audience::One)).unwrap()
}

fn by_sops(sops: &Sops, plain: &str) -> String {
    let settings = format!("{{{}}}", Audience::One.setting());
    text(sops.encrypt(FILE, plain.as_bytes(), &settings).unwrap())
}

fn opened_by_sops(sops: &Sops, sealed: &str) -> String {
    let opened = sops.decrypt(FILE, sealed.as_bytes());
    text(opened.unwrap_or_else(|error| panic!("{error}\n{sealed}")))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn open(ours: &Ours, sealed: &str, mode: SealedMode) -> String {
    let opened = ours.open(sealed.as_bytes(), mode);
    text(opened.unwrap_or_else(|error| panic!("{error}\n{sealed}")))
}

/// How many documents a text has.
fn count(text: &str) -> usize {
    let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Refuse).unwrap();
    stream.documents.len()
}

/// A change to a sealed file without a seal.
fn changed(
    ours: &Ours,
    sealed: &str,
    change: impl FnOnce(&SealRequest<'_>, &mut Dice) -> Result<String, SealError>,
) -> String {
    let versions = [sealed.to_owned()];
    let request = SealRequest {
        place: None,
        in_fleet: false,
        key_groups: None,
        vouched_by: Voucher::Earlier(&versions),
        ..ours.request(None)
    };
    change(&request, &mut Dice::new(8)).unwrap_or_else(|error| panic!("{error}\n{sealed}"))
}

fn edited(ours: &Ours, sealed: &str, plain: &str) -> String {
    changed(ours, sealed, |request, dice| {
        edit_file(sealed, plain, request, &mut |bytes: &mut [u8]| {
            dice.fill(bytes);
        })
    })
}

fn rotated(ours: &Ours, sealed: &str) -> String {
    changed(ours, sealed, |request, dice| {
        let sealed = parse(sealed, request.path).unwrap();
        rotate_file(&sealed, request, &mut |bytes: &mut [u8]| {
            dice.fill(bytes);
        })
    })
}

#[test]
fn sops_opens_ours_as_its_own_and_we_keep_every_document() {
    let (sops, ours) = (sops(), Ours::new(FILE, Audience::One));
    assert_eq!(Store::of(&ours.path), Store::Yaml);
    for (plain, expected) in TEXTS {
        let theirs = by_sops(&sops, plain);
        let by_theirs = opened_by_sops(&sops, &theirs);
        let sealed = text(ours.seal(plain.as_bytes(), None, false).unwrap());
        assert_eq!(open(&ours, &sealed, SealedMode::Strict), expected);
        assert_eq!(opened_by_sops(&sops, &sealed), by_theirs, "{sealed}");
        let opened = open(&ours, &theirs, SealedMode::Compat);
        assert_eq!(count(&opened), count(&by_theirs), "{opened}");
        let plainly = ours.seal_plainly(plain.as_bytes(), Rule::default(), false);
        let rotated = rotated(&ours, &text(plainly.unwrap()));
        assert_eq!(opened_by_sops(&sops, &rotated), by_theirs, "{rotated}");
    }
}

#[test]
fn an_edit_that_empties_the_first_document_or_puts_one_in_front_leaves_sops_its_block() {
    let (sops, ours) = (sops(), Ours::new(FILE, Audience::One));
    let sealed = by_sops(&sops, "z: 1\n---\nb: 2\n");
    for plain in [
        "{}\n---\nb: 2\n",
        "---\n# x\n---\nz: 1\n---\nb: 2\n",
        "---\n---\nb: 3\n",
    ] {
        let edited = edited(&ours, &sealed, plain);
        assert_eq!(open(&ours, &edited, SealedMode::Compat), plain);
        let expected = opened_by_sops(&sops, &by_sops(&sops, plain));
        assert_eq!(opened_by_sops(&sops, &edited), expected);
    }
}

#[test]
fn what_lacks_a_block_in_an_empty_first_document_opens_and_gets_one() {
    let (sops, ours) = (sops(), Ours::new(FILE, Audience::One));
    let whole = ours.seal_plainly(b"b: 2\n", Rule::default(), false);
    let whole = text(whole.unwrap());
    for first in [
        "---\n",
        "!!null\n",
        "!!null ~ # x\n",
        "--- !!map {}\n",
        "{\n# x\n}\n",
    ] {
        let of_old = format!("{first}---\n{whole}");
        assert!(sops.decrypt(FILE, of_old.as_bytes()).is_err());
        let plain = format!("{first}---\nb: 2\n");
        assert_eq!(open(&ours, &of_old, SealedMode::Compat), plain);
        for repaired in [
            rotated(&ours, &of_old),
            edited(&ours, &of_old, &format!("{first}---\nb: 4\n")),
        ] {
            let opened = opened_by_sops(&sops, &repaired);
            let (empty, rest) = opened.split_once("---\n").unwrap();
            let keys = empty.lines().filter(|line| !line.starts_with('#'));
            assert_eq!(keys.collect::<Vec<_>>(), ["{}"], "{first}");
            assert!(rest.starts_with("b: "), "{rest}");
        }
    }
}
