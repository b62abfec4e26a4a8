//! Values and comments of dotenv and INI files that are no text: sops takes any bytes there.

use signet_api::SealedMode;
use signet_envelope::Store;
use signet_seal::{SealError, SealRequest, Voucher, edit_file};
use signet_tests::sops::{Sops, Version};

use crate::dice::Dice;
use crate::ours::Ours;
use crate::people::{Audience, key_file};

/// Each with another plaintext, which changes nothing that is no text.
const FILES: [(&str, &[u8], &[u8]); 3] = [
    (
        "db.env",
        b"A=1\xff\xfe\nZ=1\n",
        b"A=1\xff\xfe\nZ=2\nNEW=\xc3\xa9\n",
    ),
    ("db.env", b"# caf\xe9\nZ=1\n", b"# caf\xe9\nZ=2\n"),
    (
        "db.ini",
        b"[s]\nA = 1\xff\xfe\nZ = 1\n",
        b"[s]\nA = 1\xff\xfe\n",
    ),
];

pub(crate) fn edit(ours: &Ours, sealed: &str, plain: &[u8]) -> Result<String, SealError> {
    let versions = [sealed.to_owned()];
    let request = SealRequest {
        place: None,
        in_fleet: false,
        key_groups: None,
        vouched_by: Voucher::Earlier(&versions),
        ..ours.request(None)
    };
    let mut dice = Dice::new(9);
    edit_file(sealed, plain, &request, &mut |bytes: &mut [u8]| {
        dice.fill(bytes);
    })
}

#[test]
fn they_open_as_sops_writes_them_and_stay_sealed_as_they_are() {
    for (name, plain, other) in FILES {
        let sops = Sops::new(Version::V3_13, &key_file(Audience::One)).unwrap();
        let ours = Ours::new(name, Audience::One);
        assert_ne!(Store::of(&ours.path), Store::Yaml);
        let settings = format!("{{{}}}", Audience::One.setting());
        let sealed = sops.encrypt(name, plain, &settings).unwrap();
        let by_sops = sops.decrypt(name, &sealed).unwrap();
        let opened = ours.open(&sealed, SealedMode::Compat).unwrap();
        let lossy = String::from_utf8_lossy(&opened);
        assert_eq!(lossy.trim(), String::from_utf8_lossy(&by_sops).trim());
        assert_eq!(opened.trim_ascii(), by_sops.trim_ascii(), "{name}");

        let sealed = String::from_utf8(sealed).unwrap();
        assert_eq!(edit(&ours, &sealed, &opened).unwrap(), sealed);
        let edited = edit(&ours, &sealed, other).unwrap();
        let opened = ours.open(edited.as_bytes(), SealedMode::Compat).unwrap();
        assert_eq!(opened.trim_ascii(), other.trim_ascii(), "{name}");
        let by_sops = sops.decrypt(name, edited.as_bytes()).unwrap();
        assert_eq!(by_sops.trim_ascii(), other.trim_ascii(), "{name}");

        let mut others = other.to_vec();
        let place = others.iter().rposition(|byte| *byte > 0xe0).unwrap();
        others[place] = 0xf0;
        let refused = edit(&ours, &sealed, &others);
        assert!(matches!(refused, Err(SealError::NotText { .. })), "{name}");
    }
}
