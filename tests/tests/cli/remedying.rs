//! What `check` and refusals tell a person to do: it works as it is printed, or says what stands in the way.

use std::fs;

use signet_tests::binaries::binaries;

use crate::fixture::{CANARY, Fleet, Run, SECRET, SECRET_PATH, run, signet};
use crate::inspecting::{checked, one};
use crate::merging::on_path;
use crate::plain::Plain;
use crate::rotating::another;

const CLEAR: &str = "user: shop\npassword: canary-9f3a1c\n";
const CONFIG_MAP: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {mode: canary-9f3a1c}\n";

/// The line of what to do that `check` prints below its only finding of that kind.
#[track_caller]
fn remedy(run: &Run, kind: &str) -> String {
    let mut lines = run.stdout.lines();
    let of_kind = format!("[{kind}]");
    lines.find(|line| line.ends_with(&of_kind));
    let remedy = lines.next().unwrap_or_else(|| panic!("{}", run.stdout));
    remedy.trim().to_owned()
}

/// A recipient of nobody: one letter is another.
fn mistyped(recipient: &str) -> String {
    let (rest, last) = recipient.split_at(recipient.len() - 1);
    format!("{rest}{}", if last == "q" { "p" } else { "q" })
}

/// The text with the first letter of its first ciphertext changed.
pub(crate) fn altered(sealed: &str) -> String {
    let at = sealed.find(",data:").unwrap() + ",data:".len();
    let other = if sealed[at..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &sealed[..at], &sealed[at + 1..])
}

#[test]
fn a_mistyped_recipient_is_found_in_its_document_and_named_by_who_seals_and_rotates() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    let tenant = "signet/tenants/team-a.yaml";
    let (editor, _) = another(&Plain::new(), "editor");
    let nobody = mistyped(&editor);
    let text = fleet.alice.read(tenant).unwrap();
    let text = text.replace("spec:\n", &format!("spec:\n  editors:\n  - {nobody}\n"));
    fleet.alice.write(tenant, &text).unwrap();
    fleet.alice.commit("Add an editor").unwrap();
    let line = text
        .lines()
        .position(|line| line.contains(&nobody))
        .unwrap()
        + 1;
    let place = format!("{tenant}:{line}:5");
    for words in [&["check"][..], &["policy", "check"]] {
        let found = signet(&fleet.alice, words);
        assert_eq!(found.code, 1);
        assert!(found.stdout.contains(&place), "{}", found.stdout);
        assert!(
            found.stdout.contains("is no age recipient"),
            "{}",
            found.stdout
        );
    }
    let found = signet(&fleet.alice, &["check", SECRET_PATH]);
    let first = remedy(&found, "wrong-recipients");
    assert!(
        first.contains(&format!("right in {tenant} first")),
        "{first}"
    );
    fleet
        .seal(&[SECRET_PATH])
        .failed(1, &[tenant, "is no age recipient"]);
    let mut rotate = fleet.alice.command(binaries().signet);
    rotate.env("SIGNET_IDENTITY_FILE", fleet.recovery());
    run(rotate, &["rotate", "--yes", SECRET_PATH]).failed(1, &[tenant, "is no age recipient"]);
}

#[test]
fn a_mistyped_recipient_of_a_creation_rule_is_found_there_and_named_by_who_seals() {
    let plain = Plain::repository();
    let nobody = mistyped(&plain.recipient);
    plain.write("db.yaml", CLEAR);
    plain
        .signet(&["seal", "--age", &plain.recipient, "db.yaml"])
        .succeeded();
    plain.write("new.secret.yaml", CLEAR);
    let rules = format!(
        "creation_rules:\n- path_regex: yaml$\n  age: >-\n    {},\n    {nobody}\n",
        plain.recipient
    );
    plain.write(".sops.yaml", &rules);
    let found = checked(&plain, &[".sops.yaml"]);
    let all = [
        one("creation-rules", ".sops.yaml", 3),
        one("wrong-recipients", "db.yaml", 5),
        one("not-sealed", "new.secret.yaml", 0),
    ];
    assert_eq!(found, all.concat());
    let found = plain.signet(&["check", "db.yaml"]);
    let first = remedy(&found, "wrong-recipients");
    assert!(
        first.contains(&nobody) && first.contains(".sops.yaml, line 2"),
        "{first}"
    );
    let found = plain.signet(&["check", "new.secret.yaml"]);
    assert!(
        remedy(&found, "not-sealed").contains(&nobody),
        "{}",
        found.stdout
    );
    for file in ["db.yaml", "new.secret.yaml"] {
        plain
            .signet(&["seal", file])
            .failed(1, &[".sops.yaml, line 2", "is no age recipient"]);
    }
    plain
        .signet(&["seal", "--age", "age1xyz", "db.yaml"])
        .failed(2, &["read --age"]);
}

#[test]
fn an_altered_ciphertext_is_taken_back_by_the_command_that_is_printed() {
    let plain = Plain::repository();
    plain.rules("");
    plain.write("x/db.yaml", CLEAR);
    plain.signet(&["seal", "x/db.yaml"]).succeeded();
    plain.commit();
    let whole = plain.read("x/db.yaml");
    plain.write("x/db.yaml", &altered(&whole));
    let back = "git checkout HEAD -- x/db.yaml";
    let found = remedy(&plain.signet(&["check"]), "stale-seal");
    assert!(found.starts_with(back), "{found}");
    for verb in ["seal", "open"] {
        let said = plain
            .signet(&[verb, "x/db.yaml"])
            .failed(1, &[&format!("`{back}`")]);
        assert!(!said.contains("`signet seal"), "{said}");
    }
    let mut below = plain.command();
    below.current_dir(plain.path().join("x"));
    run(below, &["open", "db.yaml"]).failed(1, &["`git checkout HEAD -- db.yaml`"]);
    let before = plain.git(&["rev-parse", "--short", "HEAD"]);
    plain.commit();
    plain.write("y.txt", "another change\n");
    plain.commit();
    let back = format!("git checkout {} -- x/db.yaml", before.trim());
    plain
        .signet(&["open", "x/db.yaml"])
        .failed(1, &[&format!("`{back}`")]);
    plain.git(&back.split(' ').skip(1).collect::<Vec<_>>());
    assert_eq!(
        plain.signet(&["open", "x/db.yaml"]).succeeded().stdout,
        CLEAR
    );
}

#[test]
fn a_file_that_no_longer_reads_is_taken_back_by_the_command_that_is_printed() {
    let plain = Plain::repository();
    plain.rules("");
    plain.write("db.yaml", CLEAR);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    plain.commit();
    let whole = plain.read("db.yaml");
    plain.write("db.yaml", &whole.replace("mac: ENC", "mac: EN"));
    plain.commit();
    let found = remedy(&plain.signet(&["check"]), "damaged");
    let (_, command) = found.split_once("git ").unwrap();
    assert!(!command.contains("COMMIT"), "{command}");
    plain.git(&command.split(' ').collect::<Vec<_>>());
    assert_eq!(plain.read("db.yaml"), whole);
}

#[test]
fn where_nobody_is_named_it_is_said_and_what_helps() {
    let plain = Plain::repository();
    plain.write("k8s/a.yaml", SECRET);
    let found = remedy(&plain.signet(&["check"]), "clear-secret");
    assert!(
        found.ends_with("signet seal --age RECIPIENT k8s/a.yaml"),
        "{found}"
    );
    plain.write(
        ".sops.yaml",
        "creation_rules:\n- path_regex: bare\\.yaml$\n",
    );
    let found = remedy(&plain.signet(&["check"]), "clear-secret");
    assert!(found.contains("add a creation rule for it to"), "{found}");
    plain.write("bare.yaml", CLEAR);
    let found = plain.signet(&["check", "bare.yaml"]);
    let first = remedy(&found, "not-sealed");
    assert!(
        first.starts_with("name somebody in the creation rule"),
        "{first}"
    );
    assert!(first.contains(".sops.yaml, line 2"), "{first}");
    plain
        .signet(&["seal", "bare.yaml"])
        .failed(1, &["names nobody", ".sops.yaml, line 2"]);
    let words = first.split(' ').rev().take(5).collect::<Vec<_>>();
    let words: Vec<&str> = words.into_iter().rev().skip(1).collect();
    let words = words.iter().map(|word| match *word {
        "RECIPIENT" => plain.recipient.as_str(),
        word => word,
    });
    plain.signet(&words.collect::<Vec<_>>()).succeeded();
}

#[test]
fn a_creation_rule_that_nobody_can_follow_is_what_is_to_be_put_right() {
    let plain = Plain::new();
    let (other, _) = another(&plain, "other");
    plain.write("db.yaml", CLEAR);
    plain
        .signet(&["seal", "--age", &plain.recipient, "db.yaml"])
        .succeeded();
    let rules = format!(
        "creation_rules:\n- shamir_threshold: 1\n  key_groups:\n  - age: [{}]\n  - age: [{other}]\n",
        plain.recipient
    );
    plain.write(".sops.yaml", &rules);
    assert!(checked(&plain, &[]).contains(&(
        "creation-rules".to_owned(),
        ".sops.yaml".to_owned(),
        2
    )));
    let found = remedy(&plain.signet(&["check", "db.yaml"]), "wrong-recipients");
    assert!(found.contains("put the key groups right in"), "{found}");
}

#[test]
fn of_a_folder_what_nobody_is_named_for_is_left_and_named_and_the_rest_is_sealed() {
    let plain = Plain::repository();
    plain.rules("path_regex: db\\.yaml$");
    plain.write("db.yaml", CLEAR);
    plain.write("other.secret.yaml", CLEAR);
    let said = plain.signet(&["seal", "."]);
    assert_eq!(said.stdout, "db.yaml\n");
    said.failed(1, &["nobody is named", "other.secret.yaml"]);
    assert!(!plain.read("db.yaml").contains(CANARY));
    assert_eq!(plain.read("other.secret.yaml"), CLEAR);
    plain.write("db.yaml", CLEAR);
    let named = ["seal", "db.yaml", "other.secret.yaml"];
    plain.signet(&named).failed(1, &["nobody is named"]);
    assert_eq!(plain.read("db.yaml"), CLEAR);
}

#[test]
fn in_a_fleet_a_pattern_passes_objects_by_that_are_no_secrets() {
    let fleet = Fleet::new();
    let path = "tenants/team-a/prod/cm.yaml";
    fleet.alice.write(path, CONFIG_MAP).unwrap();
    fleet.alice.write(SECRET_PATH, SECRET).unwrap();
    let said = signet(&fleet.alice, &["seal", "tenants/**/*.yaml"]).succeeded();
    assert_eq!(said.stdout, format!("{SECRET_PATH}\n"));
    assert_eq!(fleet.alice.read(path).unwrap(), CONFIG_MAP);
    signet(&fleet.alice, &["seal", "--check", "tenants/**/*.yaml"]).succeeded();
    let named = signet(&fleet.alice, &["seal", "--check", path]);
    assert!(
        remedy(&named, "not-sealed").contains("apiVersion cannot be sealed"),
        "{}",
        named.stdout
    );
}

#[test]
fn outside_a_fleet_an_object_that_is_sealed_as_a_whole_is_told_of() {
    let plain = Plain::with_rule("");
    plain.write("cm.yaml", CONFIG_MAP);
    plain.write("db.yaml", CLEAR);
    let said = plain
        .signet(&["seal", "cm.yaml", "db.yaml"])
        .succeeded()
        .stderr;
    assert!(
        said.contains("cm.yaml: apiVersion of an object of Kubernetes is sealed too"),
        "{said}"
    );
    assert!(!said.contains("db.yaml: "), "{said}");
}

#[test]
fn what_kubernetes_would_refuse_of_a_secret_is_not_set_and_told_of_where_it_is_sealed() {
    let plain = Plain::with_rule("");
    plain.write("d.yaml", SECRET);
    let quiet = plain.signet(&["seal", "d.yaml"]).succeeded().stderr;
    assert!(!quiet.contains("Kubernetes"), "{quiet}");
    let before = plain.read("d.yaml");
    for (words, problem) in [
        (
            &["/data/a", "\"canary-9f3a1c\""][..],
            "data/a of a Secret would be no base64",
        ),
        (
            &["/data/a", "--string", "hello"],
            "data/a of a Secret would be no base64",
        ),
        (
            &["/stringData/b", "5"],
            "stringData/b of a Secret would be no text",
        ),
    ] {
        let said = plain.signet(&[&["set", "d.yaml"], words].concat());
        assert!(!said.failed(1, &[problem]).contains(CANARY));
    }
    assert_eq!(plain.read("d.yaml"), before);
    for words in [
        &["/data/a", "--string", "aGVsbG8="][..],
        &["/stringData/b", "\"5\""],
    ] {
        plain
            .signet(&[&["set", "--yes", "d.yaml"], words].concat())
            .succeeded();
    }
    plain.write(
        "e.yaml",
        "kind: Secret\ndata: {a: \"not base64!\"}\nstringData: {b: 5}\n",
    );
    let said = plain.signet(&["seal", "e.yaml"]).succeeded().stderr;
    assert!(
        said.contains("Kubernetes refuses this Secret: data/a (line 2) is no base64"),
        "{said}"
    );
    assert!(said.contains("stringData/b (line 3) is no text"), "{said}");
    assert_eq!(
        checked(&plain, &["e.yaml"]),
        one("inapplicable", "e.yaml", 3)
    );
    let exec = plain.signet(&["exec", "e.yaml", "--", "true"]);
    exec.failed(1, &["these are no base64", "a"]);
}

#[test]
fn keys_of_other_kinds_that_a_rule_names_and_a_file_lacks_are_found() {
    let plain = Plain::repository();
    plain.write("db.yaml", CLEAR);
    plain
        .signet(&["seal", "--age", &plain.recipient, "db.yaml"])
        .succeeded();
    for (keys, missing) in [
        (
            "pgp: 85d7 7543b3d624b63cea9e6dbc17301b491b3f21",
            "pgp 85D77543B3D624B63CEA9E6DBC17301B491B3F21",
        ),
        (
            "kms: \"arn:aws:kms:us-east-1:1:key/a+arn:aws:iam::1:role/b\"",
            "kms arn:aws:kms:us-east-1:1:key/a",
        ),
        (
            "azure_keyvault: https://v.vault.azure.net/keys/a/b",
            "missing: azure_kv",
        ),
    ] {
        plain.rules(keys);
        let found = plain.signet(&["check", "db.yaml"]);
        assert!(found.stdout.contains(missing), "{}", found.stdout);
        assert_eq!(
            remedy(&found, "wrong-recipients"),
            "sops updatekeys -y db.yaml"
        );
        plain
            .signet(&["seal", "db.yaml"])
            .failed(1, &[missing, "`sops updatekeys -y db.yaml`"]);
    }
    let sealed = plain.read("db.yaml");
    let pgp = "  pgp:\n  - fp: 85D77543B3D624B63CEA9E6DBC17301B491B3F21\n    created_at: \"2024-01-01T00:00:00Z\"\n    enc: x\n";
    plain.write(
        "db.yaml",
        &sealed.replace("sops:\n", &format!("sops:\n{pgp}")),
    );
    plain.rules("pgp: 85d7 7543b3d624b63cea9e6dbc17301b491b3f21");
    assert_eq!(checked(&plain, &["db.yaml"]), []);
}

pub(crate) const PGP: &str = "85D77543B3D624B63CEA9E6DBC17301B491B3F21";

pub(crate) fn pgp_block() -> String {
    format!("  pgp:\n  - fp: {PGP}\n    created_at: \"2024-01-01T00:00:00Z\"\n    enc: x\n")
}

/// The file no longer sealed for the PGP key.
pub(crate) fn without_pgp(plain: &Plain, file: &str) {
    plain.write(file, &plain.read(file).replace(&pgp_block(), ""));
}

/// The file sealed for a PGP key too, or for that alone.
pub(crate) fn for_pgp(plain: &Plain, file: &str, is_alone: bool) {
    let sealed = plain.read(file);
    let pgp = pgp_block();
    let (before, block) = sealed.split_once("sops:\n").unwrap();
    let (age, rest) = block.split_once("  lastmodified").unwrap();
    let age = if is_alone { "" } else { age };
    plain.write(
        file,
        &format!("{before}sops:\n{pgp}{age}  lastmodified{rest}"),
    );
}

#[test]
fn a_file_for_keys_of_another_kind_alone_is_left_to_sops_by_name() {
    let plain = Plain::repository();
    plain.write("db.yaml", CLEAR);
    let words = ["seal", "--age", &plain.recipient, "db.yaml"];
    plain.signet(&words).succeeded();
    for_pgp(&plain, "db.yaml", true);
    for words in [
        &["open", "db.yaml"][..],
        &["set", "db.yaml", "/user", "\"x\""],
    ] {
        plain
            .signet(words)
            .failed(1, &["is sealed for pgp alone", "`sops decrypt` opens it"]);
    }
    let looked = plain.signet(&["seal", "--check", "db.yaml"]).succeeded();
    let said = "db.yaml is sealed for pgp alone: sops opens it";
    assert!(looked.stderr.contains(said), "{}", looked.stderr);
}

#[test]
fn who_is_taken_out_beside_a_key_of_another_kind_is_left_to_sops_by_its_flags() {
    let plain = Plain::repository();
    let (other, _) = another(&plain, "other");
    let both = format!("{},{other}", plain.recipient);
    for file in ["db.yaml", "x/other.yaml"] {
        plain.write(file, CLEAR);
        plain.signet(&["seal", "--age", &both, file]).succeeded();
    }
    for_pgp(&plain, "db.yaml", false);
    let flags = format!("`sops rotate -i --rm-pgp {PGP} db.yaml`");
    let words = ["rotate", "--remove", PGP, "db.yaml"];
    plain
        .signet(&words)
        .failed(1, &["db.yaml", "(pgp)", &flags]);
    // In a folder it keeps no other file from losing them.
    let before = plain.read("db.yaml");
    let flags = format!("`sops rotate -i --rm-age {other} db.yaml`");
    let then = format!("`signet rotate db.yaml --remove {other}` then lists");
    let words = ["rotate", "--remove", &other, "."];
    plain
        .signet(&words)
        .failed(1, &["keep their keys", &flags, &then]);
    assert!(!plain.read("x/other.yaml").contains(&other));
    assert_eq!(plain.read("db.yaml"), before);
}

#[test]
fn a_copy_in_the_clear_beside_the_sealed_file_is_found_in_the_hook_and_right_after() {
    let plain = Plain::repository();
    plain.rules("path_regex: db\\.yaml$");
    plain.write("db.yaml", CLEAR);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    plain.commit();
    let example = CLEAR.replace(CANARY, "change me");
    plain.write("db.example.yaml", &example);
    assert_eq!(checked(&plain, &[]), []);
    plain.write("notes.yaml", &format!("# my notes\n{CLEAR}more: 1\n"));
    plain.git(&["add", "--all"]);
    let copy = one("not-sealed", "notes.yaml", 0);
    assert_eq!(checked(&plain, &[]), copy);
    assert_eq!(checked(&plain, &["--staged"]), copy);
    plain.commit();
    assert_eq!(checked(&plain, &[]), copy);
    plain.write("notes.yaml", "nothing: here\n");
    plain.commit();
    assert_eq!(checked(&plain, &[]), []);
    for mark in ["", "\u{feff}"] {
        let text = format!("{mark}# my notes\n{CLEAR}");
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        fs::write(plain.path().join("notes.yaml"), wide).unwrap();
        assert_eq!(checked(&plain, &[]), [], "it was there before");
        fs::rename(
            plain.path().join("notes.yaml"),
            plain.path().join("wide.yaml"),
        )
        .unwrap();
        assert_eq!(checked(&plain, &[]), one("not-sealed", "wide.yaml", 0));
        fs::remove_file(plain.path().join("wide.yaml")).unwrap();
    }
}

#[test]
fn an_object_that_sops_sealed_as_a_whole_gets_one_remedy_that_works() {
    let fleet = Fleet::new();
    let (cluster, _) = another(&Plain::new(), "cluster");
    let object =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {a: canary-9f3a1c}\n";
    let plain = Plain::new();
    plain.write("db.yaml", object);
    let both = format!("{},{cluster}", plain.recipient);
    plain.write(
        ".sops.yaml",
        &format!("creation_rules:\n- {{age: \"{both}\", encrypted_regex: .*}}\n"),
    );
    plain.signet(&["seal", "db.yaml"]).succeeded();
    fleet
        .alice
        .write(SECRET_PATH, &plain.read("db.yaml"))
        .unwrap();
    let found = signet(&fleet.alice, &["check", SECRET_PATH]);
    assert_eq!(
        found
            .stdout
            .lines()
            .filter(|line| line.ends_with(']'))
            .count(),
        1,
        "{}",
        found.stdout
    );
    assert!(
        remedy(&found, "sealed-head").starts_with("signet open"),
        "{}",
        found.stdout
    );
}

#[test]
fn examples_of_helps_stay_on_their_lines() {
    let plain = Plain::new();
    for words in [&["seal", "--help"][..], &["help", "seal"]] {
        let help = plain.signet(words).succeeded().stdout;
        let example = "\n  kubectl create secret generic db --from-file=ca.crt --dry-run=client -o yaml | signet seal - > db.yaml\n";
        assert!(help.contains(example), "{help}");
        assert!(!help.contains('\u{e000}'), "{help}");
    }
}

#[test]
fn next_steps_name_folders_from_where_the_person_stands() {
    let fleet = Fleet::new();
    let mut command = fleet.alice.command(binaries().signet);
    std::fs::create_dir_all(fleet.alice.path().join("tenants/x")).unwrap();
    command.current_dir(fleet.alice.path().join("tenants"));
    let words = [
        "tenant",
        "add",
        "team-c",
        "--cluster",
        "prod",
        "--namespace",
        "team-c",
    ];
    let said = run(command, &words).succeeded().stderr;
    assert!(said.contains("git add ../signet ../clusters &&"), "{said}");
    assert!(said.contains("into team-c/prod/ and"), "{said}");
}

#[test]
fn what_is_not_sealed_is_told_from_what_has_a_name_without_a_form() {
    let plain = Plain::with_rule("");
    plain.write("db.yaml", CLEAR);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    plain.write("db.backup", &plain.read("db.yaml"));
    let said = plain
        .signet(&["open", "db.backup"])
        .failed(1, &["--type yaml"]);
    assert!(!said.contains("signet seal"), "{said}");
    plain
        .signet(&["open", "db.backup", "--type", "yaml"])
        .succeeded();
    let said = plain.piped(CLEAR, &["open", "-", "--type", "yaml"]);
    assert!(
        !said
            .failed(1, &["is not sealed"])
            .contains("signet seal stdin")
    );
}

#[test]
fn who_begins_a_repository_by_the_way_is_told() {
    let plain = Plain::new();
    let recovery = plain.person.home().join("recovery.key");
    let words = ["init", "--recovery-out", recovery.to_str().unwrap()];
    let said = plain.signet(&words).succeeded().stderr;
    assert!(said.contains("a repository begins there"), "{said}");
}

#[test]
fn a_file_that_was_moved_is_sealed_for_its_new_place_once_the_person_agrees() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.commit("Seal").unwrap();
    let moved = "tenants/team-a/prod/a b.yaml";
    fleet.alice.git(&["mv", SECRET_PATH, moved]).unwrap();
    let before = fleet.alice.read(moved).unwrap();
    let found = remedy(&signet(&fleet.alice, &["check"]), "moved");
    let asks = "it asks whether the file belongs there: signet seal";
    assert_eq!(found, format!("{asks} 'tenants/team-a/prod/a b.yaml'"));
    let words = [
        "was sealed for the path",
        SECRET_PATH,
        "Seal it for this place",
    ];
    for consent in [&[moved][..], &["--yes", moved]] {
        fleet.seal(consent).failed(1, &words);
    }
    assert_eq!(fleet.alice.read(moved).unwrap(), before);
    fleet.seal(&["--take-in", moved]).succeeded();
    signet(&fleet.alice, &["check"]).succeeded();
    assert_eq!(fleet.open(&[moved]).succeeded().stdout, SECRET);
    let iv = |text: &str| text.split_once("iv:").unwrap().1[..44].to_owned();
    let now = fleet.alice.read(moved).unwrap();
    assert_ne!(
        iv(&now),
        iv(&before),
        "it has the key that it had elsewhere"
    );
}

/// `signet rotate --yes` by whoever opens all of the fleet.
fn rotate_yes(fleet: &Fleet, words: &[&str]) -> Run {
    let mut command = fleet.alice.command(binaries().signet);
    command.env("SIGNET_IDENTITY_FILE", fleet.recovery());
    command.args(["rotate", "--yes"]);
    run(command, words)
}

/// The file without its seal.
pub(crate) fn without_seal(sealed: &str) -> String {
    let start = sealed.find("  signet:\n").unwrap();
    let end = start + sealed[start..].find("\n  version:").unwrap() + 1;
    format!("{}{}", &sealed[..start], &sealed[end..])
}

#[test]
fn what_has_no_seal_is_sealed_where_it_is_named_and_by_no_yes_to_a_folder() {
    let fleet = Fleet::new();
    let stripped = without_seal(&fleet.seal_secret());
    let copy = "tenants/team-a/prod/copy.yaml";
    fleet.alice.write(copy, &stripped).unwrap();
    fleet.alice.commit("A verified commit has it").unwrap();
    fleet
        .seal(&["--yes", "tenants/team-a"])
        .failed(1, &["were sealed for another path or for none", copy]);
    rotate_yes(&fleet, &[]).failed(1, &["and keep their keys", copy, "has no seal"]);
    assert_eq!(fleet.alice.read(copy).unwrap(), stripped);
    let found = remedy(&signet(&fleet.alice, &["check"]), "no-seal");
    let asks = "it asks whether the file belongs there: signet seal";
    assert_eq!(found, format!("{asks} {copy}"));
    let words = [
        "has no seal: nothing says that it belongs to tenant team-a on the clusters prod",
        "These will open it",
        "Whoever cannot open it could have put it there",
        "--take-in",
    ];
    fleet.seal(&["--yes", copy]).failed(1, &words);
    rotate_yes(&fleet, &[copy]).failed(1, &words);
    fleet.seal(&["--take-in", copy]).succeeded();
    assert_eq!(fleet.open(&[copy]).succeeded().stdout, SECRET);
    let identity = "signet/identities/prod/team-a.yaml";
    let stripped = without_seal(&fleet.alice.read(identity).unwrap());
    for (place, words) in [
        (copy, "holds an age identity, and nothing says"),
        (
            "signet/identities/prod/platform.yaml",
            "identities stay where",
        ),
    ] {
        fleet.alice.write(place, &stripped).unwrap();
        rotate_yes(&fleet, &["--take-in", place]).failed(1, &[words]);
        assert_eq!(fleet.alice.read(place).unwrap(), stripped);
    }
}

/// The file as somebody without any key can make it: without its seal, and with one more name under a key that is another's.
fn stripped_and_named(sealed: &str, name: &str) -> String {
    let stripped = without_seal(sealed);
    let sealed = signet_envelope::parse(&stripped, &"x.yaml".parse().unwrap()).unwrap();
    let first = sealed.metadata().age_keys().next().unwrap();
    let enc = first.enc.trim_end().replace('\n', "\n        ");
    let entry = format!("    - enc: |-\n        {enc}\n      recipient: {name}\n");
    stripped.replacen("  age:\n", &format!("  age:\n{entry}"), 1)
}

/// Somebody who opens nothing.
fn mallory(fleet: &Fleet) -> String {
    let made = signet(&fleet.alice, &["keygen", "-o", "../mallory.key"]);
    made.succeeded().stdout.trim().to_owned()
}

#[test]
fn what_belongs_to_nobody_in_a_fleet_gets_no_new_key_unless_it_is_named_and_an_identity_none_at_all()
 {
    let fleet = Fleet::new();
    let sealed = fleet.seal_secret();
    let mallory = mallory(&fleet);
    let names = ["shared/db.yaml", "shared/id.yaml"];
    let identity = fleet
        .alice
        .read("signet/identities/prod/team-a.yaml")
        .unwrap();
    let texts = [&sealed, &identity].map(|text| stripped_and_named(text, &mallory));
    for (name, text) in names.iter().zip(&texts) {
        fleet.alice.write(name, text).unwrap();
    }
    for words in [&[][..], &["shared"]] {
        let refused = rotate_yes(&fleet, words);
        refused.failed(1, &[names[0], names[1]]);
    }
    rotate_yes(&fleet, &[names[1]]).failed(1, &["holds an age identity"]);
    for (name, text) in names.iter().zip(&texts) {
        assert_eq!(fleet.alice.read(name).unwrap(), *text);
    }
    // With its seal it is sealed for nobody but where it belongs.
    fleet.alice.write("shared/own.yaml", &sealed).unwrap();
    let words = ["--yes", "--age", &mallory, "shared/own.yaml"];
    let refused = fleet.seal(&words);
    refused.failed(1, &["of tenant team-a", "no place of a fleet"]);
}

#[test]
fn no_tenant_keeps_a_fleet_from_being_rotated() {
    let fleet = Fleet::new();
    let sealed = fleet.seal_secret();
    let edited = "tenants/team-a/prod/edited.yaml";
    let broken = [
        (
            edited,
            sealed.replace(&format!("path: {SECRET_PATH}"), &format!("path: {edited}")),
        ),
        (
            "tenants/team-a/prod/other.yaml",
            sealed.replace("tenant: team-a", "tenant: team-b"),
        ),
        (
            "tenants/team-a/prod/unread.yaml",
            sealed.replace("  mac: ", "  nomac: "),
        ),
    ];
    for (path, text) in &broken {
        fleet.alice.write(path, text).unwrap();
    }
    let names = broken.each_ref().map(|(path, _)| *path);
    let refused = rotate_yes(&fleet, &[]);
    refused.failed(1, &[&["and keep their keys"][..], &names].concat());
    assert_ne!(fleet.alice.read(SECRET_PATH).unwrap(), sealed);
    for (path, text) in &broken {
        assert_eq!(fleet.alice.read(path).unwrap(), *text);
    }
}

#[test]
fn a_tenant_that_keeps_plain_files_makes_no_rotation_fail_unless_somebody_loses_one() {
    let fleet = Fleet::new();
    let tenant = "signet/tenants/team-a.yaml";
    let (editor, _) = another(&Plain::new(), "editor");
    let text = fleet.alice.read(tenant).unwrap();
    let text = text.replace("sealed: strict", "sealed: compat");
    let with = text.replace("spec:\n", &format!("spec:\n  editors: [{editor}]\n"));
    fleet.alice.write(tenant, &with).unwrap();
    fleet.alice.commit("Keep plain files").unwrap();
    let plain = without_seal(&fleet.seal_secret());
    fleet.alice.write(SECRET_PATH, &plain).unwrap();
    fleet.alice.commit("A plain file").unwrap();
    signet(&fleet.alice, &["check"]).succeeded();
    let said = rotate_yes(&fleet, &[]).succeeded().stderr;
    let kept = "these are plain SOPS files, as their tenants keep them, and keep their keys";
    assert!(said.contains(kept) && said.contains(SECRET_PATH), "{said}");
    assert_eq!(fleet.alice.read(SECRET_PATH).unwrap(), plain);
    rotate_yes(&fleet, &[SECRET_PATH]).failed(1, &["has no seal", "--take-in"]);
    fleet.alice.write(tenant, &text).unwrap();
    fleet.alice.commit("Take the editor away").unwrap();
    rotate_yes(&fleet, &[]).failed(1, &["and keep their keys", SECRET_PATH, "has no seal"]);
}

#[test]
fn a_rehearsal_asks_nothing_and_says_what_would_be_asked() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.commit("Seal").unwrap();
    let moved = "tenants/team-a/prod/moved.yaml";
    fleet.alice.git(&["mv", SECRET_PATH, moved]).unwrap();
    let before = fleet.alice.read(moved).unwrap();
    for verb in ["rotate", "seal"] {
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SIGNET_IDENTITY_FILE", fleet.recovery());
        let run = run(command, &[verb, "--dry-run", moved]).succeeded();
        assert_eq!(run.stdout, format!("{moved}\n"));
        let said = run.stderr;
        assert!(said.contains("would be asked: "), "{said}");
        assert!(said.contains("Seal it for this place"), "{said}");
        assert_eq!(
            said.contains("will roll. Rotate?"),
            verb == "rotate",
            "{said}"
        );
        assert_eq!(fleet.alice.read(moved).unwrap(), before);
    }
}

#[test]
fn a_conflict_keeps_no_folder_from_being_sealed_and_is_named() {
    let plain = Plain::repository();
    plain.rules("");
    let conflict = format!("<<<<<<< ours\n{SECRET}=======\n{SECRET}>>>>>>> theirs\n");
    plain.write("k8s/db.yaml", SECRET);
    plain.write("k8s/a.secret.yaml", &conflict);
    for files in ["k8s", "k8s/*.yaml"] {
        let run = plain.signet(&["seal", files]);
        assert_eq!(run.stdout.contains("k8s/db.yaml"), files == "k8s");
        let stay = ["these are not merged yet", "k8s/a.secret.yaml, line 1"];
        run.failed(1, &stay);
        assert!(!plain.read("k8s/db.yaml").contains(CANARY));
        assert_eq!(plain.read("k8s/a.secret.yaml"), conflict);
    }
    let named = ["seal", "k8s/a.secret.yaml"];
    plain.signet(&named).failed(1, &["is not merged yet"]);
}

#[test]
fn a_repository_inside_of_a_fleets_is_not_taken_for_one_without_a_fleet() {
    let fleet = Fleet::new();
    let sealed = fleet.seal_secret();
    let inner = "tenants/team-a/prod/inner";
    let file = "tenants/team-a/prod/inner/db.yaml";
    let planted = stripped_and_named(&sealed, &mallory(&fleet));
    fleet.alice.write(file, &planted).unwrap();
    fleet.alice.git(&["init", "--quiet", inner]).unwrap();
    let words = ["a repository of its own inside of the fleet's"];
    rotate_yes(&fleet, &[file]).failed(1, &words);
    fleet.seal(&["--yes", file]).failed(1, &words);
    // Git may be told that its work tree begins above the fleet's.
    let above = fleet.alice.path().parent().unwrap();
    let above = above.to_str().unwrap();
    fleet.alice.git(&["init", "--quiet", above]).unwrap();
    let set = ["-C", inner, "config", "core.worktree", above];
    fleet.alice.git(&set).unwrap();
    rotate_yes(&fleet, &[file]).failed(1, &["inside of the fleet's"]);
    assert_eq!(fleet.alice.read(file).unwrap(), planted);
}

#[test]
fn what_claims_to_belong_where_it_was_copied_to_is_sealed_whatever_is_said_by_nobody() {
    let fleet = Fleet::new();
    let sealed = fleet.seal_secret();
    let copy = "tenants/team-a/prod/copy.yaml";
    fleet.alice.write(copy, &sealed).unwrap();
    fleet.alice.commit("A verified commit has it").unwrap();
    let fitting = sealed.replace(&format!("path: {SECRET_PATH}"), &format!("path: {copy}"));
    assert_ne!(fitting, sealed);
    fleet.alice.write(copy, &fitting).unwrap();
    for place in [copy, "tenants/team-a"] {
        fleet
            .seal(&["--yes", "--take-in", place])
            .failed(1, &["does not match"]);
        rotate_yes(&fleet, &["--take-in", place]).failed(1, &["does not match"]);
        assert_eq!(fleet.alice.read(copy).unwrap(), fitting);
    }
}

#[test]
fn what_comes_from_another_path_is_sealed_where_it_is_named_and_by_no_yes_to_a_folder() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.commit("Seal").unwrap();
    let copy = "tenants/team-a/prod/copy.yaml";
    let before = fleet.alice.read(SECRET_PATH).unwrap();
    fleet.alice.write(copy, &before).unwrap();
    let rotate = |words: &[&str]| rotate_yes(&fleet, words);
    for folder in ["tenants/team-a", "tenants/**/*.yaml"] {
        let asks = format!("`signet seal {copy}` asks about each");
        fleet
            .seal(&["--yes", folder])
            .failed(1, &["were sealed for another path", &asks]);
    }
    let asks = format!("`signet rotate {copy}` asks about each");
    let mut last = before.clone();
    for words in [&["tenants/team-a"][..], &[]] {
        let told = format!("\n      {copy} was sealed for the path");
        rotate(words).failed(1, &[&told, &asks]);
        assert_eq!(fleet.alice.read(copy).unwrap(), before);
        let now = fleet.alice.read(SECRET_PATH).unwrap();
        assert_ne!(now, last);
        last = now;
    }
    rotate(&[copy]).failed(1, &["--take-in"]);
    rotate(&["--take-in", copy]).succeeded();
    assert_eq!(fleet.open(&[copy]).succeeded().stdout, SECRET);
    // A private key goes nowhere.
    let identity = fleet
        .alice
        .read("signet/identities/prod/team-a.yaml")
        .unwrap();
    fleet
        .alice
        .write("tenants/team-a/prod/id.yaml", &identity)
        .unwrap();
    fleet
        .seal(&["--yes", "tenants/team-a/prod/id.yaml"])
        .failed(
            1,
            &["was sealed for the path signet/identities/prod/team-a.yaml"],
        );
    rotate(&["tenants/team-a/prod/id.yaml"]).failed(1, &["was sealed for the path"]);
}

#[test]
fn another_tenants_file_is_sealed_for_nobody_and_no_command_for_it_is_printed() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    let text = fleet.alice.read(SECRET_PATH).unwrap();
    fleet
        .alice
        .write(
            SECRET_PATH,
            &text.replace("tenant: team-a", "tenant: team-b"),
        )
        .unwrap();
    let found = signet(&fleet.alice, &["check", SECRET_PATH]);
    assert!(
        remedy(&found, "moved").starts_with("take tenants/"),
        "{}",
        found.stdout
    );
    assert!(
        !found.stdout.contains("wrong-recipients"),
        "{}",
        found.stdout
    );
    let refused = fleet.seal(&["--yes", SECRET_PATH]);
    refused.failed(
        1,
        &[
            "was sealed for tenant team-b",
            "may give away what it holds",
        ],
    );
    // What only says that it is one's own is believed by its seal, whatever version of another tenant vouches for its values.
    let theirs = "tenants/team-b/prod/db.yaml";
    fleet.alice.write(theirs, SECRET).unwrap();
    fleet.seal(&[theirs]).succeeded();
    fleet.alice.commit("Seal").unwrap();
    let text = fleet.alice.read(theirs).unwrap();
    let claimed = text.replace("tenant: team-b", "tenant: team-a");
    let planted = "tenants/team-a/prod/planted.yaml";
    fleet.alice.write(planted, &text).unwrap();
    let found = remedy(&signet(&fleet.alice, &["check", planted]), "moved");
    assert!(found.starts_with("take tenants/"), "{found}");
    fleet.alice.write(planted, &claimed).unwrap();
    fleet
        .seal(&["--yes", "--take-in", planted])
        .failed(1, &["does not match"]);
    let mut rotate = fleet.alice.command(binaries().signet);
    rotate.env("SIGNET_IDENTITY_FILE", fleet.recovery());
    run(rotate, &["rotate", "--yes", "--take-in", planted])
        .failed(1, &["take back a copy of it that was not changed"]);
    assert_eq!(fleet.alice.read(planted).unwrap(), claimed);
}

#[test]
fn a_hint_is_about_the_file_that_was_named_whatever_repository_the_person_stands_in() {
    let [theirs, ours] = [Plain::repository(), Plain::repository()];
    for plain in [&theirs, &ours] {
        plain.write("db.yaml", CLEAR);
        plain
            .signet(&["seal", "--age", &plain.recipient, "db.yaml"])
            .succeeded();
        plain.commit();
    }
    let whole = theirs.read("db.yaml");
    theirs.write("db.yaml", &altered(&whole));
    ours.write("db.yaml", CLEAR);
    let file = theirs.path().canonicalize().unwrap().join("db.yaml");
    let file = file.to_str().unwrap();
    let back = format!("`git checkout HEAD -- {file}`");
    for words in [
        &["open", file][..],
        &["edit", file],
        &["set", file, "/user", "--string", "x"],
        &["seal", file],
        &["rotate", file],
    ] {
        let mut here = theirs.command();
        here.current_dir(ours.path());
        run(here, words).failed(1, &[&back]);
    }
    assert_eq!(ours.read("db.yaml"), CLEAR);
}

#[test]
fn a_name_with_what_is_not_seen_is_pasted_as_it_is_printed() {
    for name in [
        "a\u{202e}lmay.b\u{200b}.yaml",
        "\u{feff}it's\\\u{2060}\u{3164}.yaml",
    ] {
        let plain = Plain::with_rule("");
        plain.write(name, SECRET);
        let found = plain.signet(&["check"]);
        let shown = format!("{}{}", found.stdout, found.stderr);
        let is_hidden = |c: char| c != '\n' && signet_provenance::is_hidden(c);
        assert!(!shown.contains(is_hidden), "{shown}");
        let mut shell = on_path(plain.person.command("bash"));
        shell.current_dir(plain.path());
        run(shell, &["-c", &remedy(&found, "clear-secret")]).succeeded();
        assert_eq!(checked(&plain, &[]), []);
        assert!(plain.read(name).contains("sops:"));
    }
}
