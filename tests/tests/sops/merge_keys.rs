//! YAML's merge key `<<` in the stores that have none: to sops a key like another.

use signet_api::SealedMode;
use signet_envelope::Rule;
use signet_tests::sops::{Sops, Version};

use crate::ours::Ours;
use crate::people::{Audience, key_file};

/// Each as sops writes it.
const FILES: [(&str, &str); 4] = [
    (
        "db.json",
        "{\n\t\"<<\": {\n\t\t\"a\": \"x\"\n\t},\n\t\"b\": \"y\"\n}\n",
    ),
    ("db.json", "{\n\t\"b\": {\n\t\t\"<<\": \"x\"\n\t}\n}\n"),
    ("db.env", "<<=x\nb=y\n"),
    ("db.ini", "<< = x\n\n[<<]\n<< = y\n"),
];

#[test]
fn in_json_dotenv_and_ini_it_is_sealed_and_opened_as_by_sops() {
    let sops = Sops::new(Version::V3_13, &key_file(Audience::One)).unwrap();
    let settings = format!("{{{}}}", Audience::One.setting());
    for (name, plain) in FILES {
        let ours = Ours::new(name, Audience::One);
        let unescaped = |text: &[u8]| {
            let text = String::from_utf8(text.to_vec()).unwrap();
            text.replace("\\u003c", "<").trim().to_owned()
        };
        let sealed = ours.seal_plainly(plain.as_bytes(), Rule::default(), false);
        let by_sops = sops.decrypt(name, &sealed.unwrap()).unwrap();
        assert_eq!(unescaped(&by_sops), plain.trim());
        let sealed = ours.seal(plain.as_bytes(), None, false).unwrap();
        let opened = ours.open(&sealed, SealedMode::Strict).unwrap();
        assert_eq!(unescaped(&opened), plain.trim());
        let sealed = sops.encrypt(name, plain.as_bytes(), &settings).unwrap();
        let opened = ours.open(&sealed, SealedMode::Compat).unwrap();
        assert_eq!(unescaped(&opened), plain.trim());
    }
}
