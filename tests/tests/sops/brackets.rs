//! YAML documents in brackets, `{…}`: sops writes them anew without, we leave them as they stand.

use signet_api::SealedMode;
use signet_envelope::{Rule, parse};
use signet_seal::{SealError, SealRequest, Voucher, edit_file, rotate_file};
use signet_tests::sops::{Sops, Version};

use crate::dice::Dice;
use crate::ours::Ours;
use crate::people::{Audience, key_file};

const FILE: &str = "db.yaml";

const TEXTS: [&str; 12] = [
    "{a: x, b: [1, 2]}\n",
    "{\"a\":\"x\",\"b\":[1,2]}",
    "{\n  \"a\": \"x\",\n  \"b\": {\n    \"c\": [true, null]\n  }\n}\n",
    "# top\n{\n  a: x, # one\n  # two\n  b: \"y\"\n} # three\n",
    "# top\n{a: x, # one\n b: 2, # two, three\n}\n",
    "--- {a: x, b: 2,}\r\n# end\r\n",
    "--- {a: x}\n--- {b: y, }\n---\nc: z\n",
    "a: x\n--- {b: y}\n---\n{\nc: ''\n}\n",
    "{'a': {}, b: [x], c: }\n",
    "a: x\nb: {\n\tc: 1,\n\td: [\n\t\ty,\n \t\"2\"\n\t]\n}\n",
    "{\n\ta: x,\n\t\"b\": 2\n\t# c\n}\n",
    "{a: x, kind: Secret, stringData: {b: \"y\"}, data: {}}\n",
];

fn sops() -> Sops {
    Sops::new(Version::V3_13, &key_file(Audience::One)).unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

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

/// A text without quotes around words: they come back in the quotes that their ciphertext needs in brackets.
fn unquoted(text: &str) -> String {
    text.replace("\"x\"", "x").replace("\"y\"", "y")
}

#[test]
fn sops_opens_what_we_sealed_in_brackets_and_it_opens_as_it_stood() {
    let (sops, ours) = (sops(), Ours::new(FILE, Audience::One));
    for plain in TEXTS {
        let settings = format!("{{{}}}", Audience::One.setting());
        let theirs = sops.encrypt(FILE, plain.as_bytes(), &settings).unwrap();
        let by_sops = text(sops.decrypt(FILE, &theirs).unwrap());
        let words = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let opened_by_sops = |sealed: &str| {
            let opened = sops.decrypt(FILE, sealed.as_bytes());
            let opened = text(opened.unwrap_or_else(|error| panic!("{error}\n{sealed}")));
            assert_eq!(words(&opened), words(&by_sops), "{sealed}");
        };
        let sealed = ours.seal(plain.as_bytes(), None, false);
        let sealed = text(sealed.unwrap_or_else(|error| panic!("{error}\n{plain}")));
        let opened = text(ours.open(sealed.as_bytes(), SealedMode::Strict).unwrap());
        assert_eq!(unquoted(&opened), unquoted(plain), "{sealed}");
        opened_by_sops(&sealed);

        let plainly = ours.seal_plainly(plain.as_bytes(), Rule::default(), false);
        let plainly = text(plainly.unwrap());
        let rotated = changed(&ours, &plainly, |request, dice| {
            let sealed = parse(&plainly, request.path).unwrap();
            rotate_file(&sealed, request, &mut |bytes: &mut [u8]| dice.fill(bytes))
        });
        opened_by_sops(&rotated);
        let edited = plain.replacen('{', "{new: z, ", 1);
        let edited = changed(&ours, &rotated, |request, dice| {
            edit_file(
                &rotated,
                edited.as_bytes(),
                request,
                &mut |bytes: &mut [u8]| {
                    dice.fill(bytes);
                },
            )
        });
        let opened = text(ours.open(edited.as_bytes(), SealedMode::Compat).unwrap());
        assert!(opened.contains("{new: \"z\", "), "{opened}");
        assert!(text(sops.decrypt(FILE, edited.as_bytes()).unwrap()).contains("new: z"));
    }
}
