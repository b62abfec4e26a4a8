//! `seal` and `open`.

use std::fs;

use signet_tests::binaries::binaries;

use crate::fixture::{CANARY, Fleet, SECRET, SECRET_PATH, content, run, signet, text};

#[test]
fn sealing_changes_the_sealed_values_and_nothing_else() {
    let fleet = Fleet::new();
    let sealed = fleet.seal_secret();
    assert!(!sealed.contains(CANARY));
    assert!(!sealed.contains("rotated in spring"));
    for line in [
        "# The database, see the runbook.\n",
        "metadata: {name: db,   labels: {app: \"shop\"}}   # two spaces\n\nstringData:\n",
        "type: Opaque\n",
    ] {
        assert!(sealed.contains(line), "{sealed}");
    }
    assert_eq!(fleet.open(&[SECRET_PATH]).succeeded().stdout, SECRET);
}

#[test]
fn sealing_again_changes_nothing() {
    let fleet = Fleet::new();
    let sealed = fleet.seal_secret();
    let again = signet(&fleet.alice, &["seal", SECRET_PATH]).succeeded();
    assert_eq!(again.stdout, "");
    assert_eq!(fleet.alice.read(SECRET_PATH).unwrap(), sealed);
}

#[test]
fn a_file_that_was_moved_is_opened_with_a_warning() {
    let fleet = Fleet::new();
    let moved = "tenants/team-a/prod/moved.yaml";
    fleet.alice.write(moved, &fleet.seal_secret()).unwrap();
    let opened = fleet.open(&[moved]).succeeded();
    assert_eq!(opened.stdout, SECRET);
    let warning = format!("{moved} was sealed as {SECRET_PATH}");
    assert!(opened.stderr.contains(&warning), "{}", opened.stderr);
}

#[test]
fn one_value_can_be_taken_out_in_both_notations() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    let pointer = [SECRET_PATH, "--extract", "/stringData/password"];
    assert_eq!(fleet.open(&pointer).succeeded().stdout, CANARY);
    let sops = [SECRET_PATH, "--extract", r#"["stringData"]["username"]"#];
    assert_eq!(fleet.open(&sops).succeeded().stdout, "shop");
    fleet
        .open(&[SECRET_PATH, "--extract", "/nothing"])
        .failed(1, &["/nothing"]);
}

#[test]
fn a_tenant_seals_only_once_its_commit_is_signed() {
    let fleet = Fleet::founded();
    fleet.add_tenant("team-a");
    fleet.alice.write(SECRET_PATH, SECRET).unwrap();
    signet(&fleet.alice, &["seal", SECRET_PATH, "--yes"]).failed(
        1,
        &["no verified commit", "commit and sign the tenant first"],
    );
    fleet.alice.git(&["add", "signet", "clusters"]).unwrap();
    fleet
        .alice
        .git(&["commit", "--quiet", "--no-gpg-sign", "-m", "unsigned"])
        .unwrap();
    signet(&fleet.alice, &["seal", SECRET_PATH, "--yes"])
        .failed(1, &["commit and sign the tenant first"]);
    fleet
        .alice
        .git(&["commit", "--quiet", "--amend", "--gpg-sign", "--no-edit"])
        .unwrap();
    assert_eq!(fleet.alice.read(SECRET_PATH).unwrap(), SECRET);
    signet(&fleet.alice, &["seal", SECRET_PATH]).succeeded();
}

#[test]
fn a_path_that_belongs_to_nobody_is_refused_with_the_folders_that_do() {
    let fleet = Fleet::new();
    for path in ["tenants/team-z/prod/db.yaml", "db.yaml"] {
        fleet.alice.write(path, SECRET).unwrap();
        signet(&fleet.alice, &["seal", path])
            .failed(1, &["belongs to nobody", "team-a in tenants/team-a/prod/"]);
        assert_eq!(fleet.alice.read(path).unwrap(), SECRET);
    }
}

#[test]
fn recipients_that_only_the_work_tree_names_are_listed_and_need_a_yes() {
    let fleet = Fleet::new();
    let stranger = signet(
        &fleet.alice,
        &[
            "keygen",
            "-o",
            &text(&fleet.alice.person().home().join("stranger")),
        ],
    );
    let stranger = stranger.succeeded().stdout.trim().to_owned();
    let tenant = fleet.alice.read("signet/tenants/team-a.yaml").unwrap();
    let with = tenant.replace("spec:\n", &format!("spec:\n  editors: [{stranger}]\n"));
    fleet
        .alice
        .write("signet/tenants/team-a.yaml", &with)
        .unwrap();
    fleet.alice.write(SECRET_PATH, SECRET).unwrap();
    signet(&fleet.alice, &["seal", SECRET_PATH]).failed(1, &[&stranger, "--yes"]);
    assert_eq!(fleet.alice.read(SECRET_PATH).unwrap(), SECRET);
    signet(&fleet.alice, &["seal", SECRET_PATH, "--yes"]).succeeded();
    assert!(fleet.alice.read(SECRET_PATH).unwrap().contains(&stranger));
}

#[test]
fn one_file_that_cannot_be_sealed_leaves_all_as_they_were() {
    let fleet = Fleet::new();
    fleet.alice.write(SECRET_PATH, SECRET).unwrap();
    fleet
        .alice
        .write(
            "tenants/team-a/prod/bad.yaml",
            "kind: Secret\ndata: {a: 1\n",
        )
        .unwrap();
    let before = content(fleet.alice.path());
    signet(
        &fleet.alice,
        &["seal", SECRET_PATH, "tenants/team-a/prod/bad.yaml"],
    )
    .failed(1, &["bad.yaml"]);
    assert_eq!(content(fleet.alice.path()), before);
    signet(&fleet.alice, &["seal", "--dry-run", SECRET_PATH]).succeeded();
    assert_eq!(content(fleet.alice.path()), before);
}

#[test]
fn nobody_opens_a_file_that_was_not_sealed_for_them() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    let said = signet(&fleet.alice, &["open", SECRET_PATH])
        .failed(1, &["no identity was found", "SOPS_AGE_KEY"]);
    assert!(!said.contains(CANARY));
    let identity = text(&fleet.identity());
    signet(
        &fleet.alice,
        &["open", SECRET_PATH, "--identity", &identity],
    )
    .failed(1, &["not sealed for"]);
}

#[test]
fn a_source_of_identities_that_cannot_be_read_matters_only_if_nothing_else_opens() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    let open = |recovery: bool| {
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SOPS_AGE_KEY_FILE", "/nowhere/keys.txt");
        if recovery {
            command.env(
                "SOPS_AGE_KEY_CMD",
                format!("cat '{}'", text(&fleet.recovery())),
            );
        }
        run(command, &["open", SECRET_PATH])
    };
    assert_eq!(open(true).succeeded().stdout, SECRET);
    open(false).failed(1, &["SOPS_AGE_KEY_FILE", "/nowhere/keys.txt"]);
}

#[test]
fn a_default_key_that_cannot_be_used_hides_no_other() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    let home = fleet.alice.person().home();
    for folder in [".config/sops/age", ".ssh"] {
        fs::create_dir_all(home.join(folder)).unwrap();
    }
    fs::copy(fleet.recovery(), home.join(".config/sops/age/keys.txt")).unwrap();
    fs::write(home.join(".ssh/id_ed25519"), "not a key").unwrap();
    let opened = signet(&fleet.alice, &["open", SECRET_PATH]).succeeded();
    assert_eq!(opened.stdout, SECRET);
}

#[test]
fn outside_a_fleet_a_file_is_sealed_for_those_that_are_named() {
    let fleet = Fleet::new();
    let home = fleet.alice.person().home();
    let key = text(&home.join("mine"));
    let recipient = signet(&fleet.alice, &["keygen", "-o", &key])
        .succeeded()
        .stdout;
    fs::write(home.join("notes.yaml"), "token: canary-9f3a1c\n").unwrap();
    let here = |words: &[&str]| run(fleet.alice.person().command(binaries().signet), words);
    here(&["seal", "--age", recipient.trim(), "notes.yaml"]).succeeded();
    assert!(
        !fs::read_to_string(home.join("notes.yaml"))
            .unwrap()
            .contains(CANARY)
    );
    let opened = here(&["open", "notes.yaml", "--identity", &key])
        .succeeded()
        .stdout;
    assert_eq!(opened, "token: canary-9f3a1c\n");
    fleet.alice.write(SECRET_PATH, SECRET).unwrap();
    signet(
        &fleet.alice,
        &["seal", "--age", recipient.trim(), SECRET_PATH],
    )
    .failed(1, &["belongs to team-a"]);
}

#[test]
fn in_a_fleet_nothing_is_sealed_that_says_what_an_object_is() {
    let fleet = Fleet::new();
    let path = "tenants/team-a/prod/settings.yaml";
    let settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {password: canary-9f3a1c}\n";
    fleet.alice.write(path, settings).unwrap();
    let said = signet(&fleet.alice, &["seal", path]);
    let said = said.failed(
        1,
        &[
            "its apiVersion cannot be sealed",
            "Secret of its own",
            "--only",
        ],
    );
    assert!(!said.contains(CANARY), "{said}");
    assert_eq!(fleet.alice.read(path).unwrap(), settings);
    // Where the platform lets opened values into more than Secrets, and in files that are no objects.
    signet(&fleet.alice, &["seal", "--only", "^data$", path]).succeeded();
    let values = "tenants/team-a/prod/values.yaml";
    fleet
        .alice
        .write(values, "metadata: {name: canary-9f3a1c}\n")
        .unwrap();
    signet(&fleet.alice, &["seal", values]).succeeded();
}

#[test]
fn no_core_dump_can_hold_what_a_command_opens() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    let limits = fleet.alice.person().home().join("limits");
    let mut command = fleet.alice.command(binaries().signet);
    let look = format!("sh -c 'cat /proc/$PPID/limits > {}'", text(&limits));
    command.env("SOPS_AGE_KEY_CMD", look);
    run(command, &["open", SECRET_PATH]).failed(1, &[]);
    let limits = fs::read_to_string(limits).unwrap();
    let core = limits
        .lines()
        .find(|line| line.contains("core file"))
        .unwrap();
    let words: Vec<&str> = core.split_whitespace().collect();
    assert_eq!(words[..5], ["Max", "core", "file", "size", "0"]);
}

/// A folder of a branch that git takes for a bare repository, with a configuration that runs a program.
fn plant_a_repository(fleet: &Fleet, folder: &str, worktree: bool) -> std::path::PathBuf {
    let ran = fleet.alice.person().home().join("ran");
    let config = if worktree {
        let touch = ran.display();
        format!("bare = false\n\tworktree = .\n\tfsmonitor = \"touch {touch}; false\"\n")
    } else {
        "bare = true\n".to_owned()
    };
    let config = format!("[core]\n\trepositoryformatversion = 0\n\t{config}");
    let stranger = signet(&fleet.alice, &["keygen"]).succeeded().stdout;
    let stranger = stranger
        .split_whitespace()
        .find(|word| word.starts_with("age1"));
    let rules = format!("creation_rules:\n- age: {}\n", stranger.unwrap());
    for (file, text) in [
        ("HEAD", "ref: refs/heads/x\n"),
        ("objects/.keep", ""),
        ("refs/.keep", ""),
        ("config", &config),
        (".sops.yaml", &rules),
    ] {
        fleet
            .alice
            .write(&format!("{folder}/{file}"), text)
            .unwrap();
    }
    ran
}

#[test]
fn a_repository_that_a_branch_brings_neither_says_for_whom_to_seal_nor_runs_anything() {
    for worktree in [false, true] {
        let fleet = Fleet::new();
        let folder = SECRET_PATH.rsplit_once('/').unwrap().0;
        let ran = plant_a_repository(&fleet, folder, worktree);
        fleet.alice.write(SECRET_PATH, SECRET).unwrap();
        for words in [
            &["seal", SECRET_PATH][..],
            &["seal", folder],
            &["seal", "--check", folder],
            &["rotate", "--yes", folder],
            &["check", folder],
        ] {
            let run = signet(&fleet.alice, words);
            assert!(!ran.exists(), "{words:?}");
            // A check that fails is told from one that finds something.
            let code = if words[1] == "--check" { 2 } else { 1 };
            if words[0] != "check" {
                run.failed(code, &["look for the work tree around", "take its HEAD"]);
            }
        }
        assert_eq!(fleet.alice.read(SECRET_PATH).unwrap(), SECRET);
    }
}

#[test]
fn a_repository_that_git_does_not_trust_is_named_as_git_names_it_and_not_told_to_be_taken_apart() {
    let fleet = Fleet::new();
    let mut command = fleet.alice.person().command(binaries().signet);
    command
        .current_dir(fleet.alice.path())
        .env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    let run = run(command, &["check"]).failed(2, &["dubious ownership"]);
    assert!(!run.contains("HEAD"), "{run}");
}
