//! Git merges, rebases and picks with sealed files: the real git, with what `signet git install` tells it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use signet_tests::binaries::binaries;
use signet_tests::sops::{Sops, Version};

use crate::fixture::{CANARY, Fleet, Run, SECRET, SECRET_PATH, run, text};
use crate::plain::Plain;

pub(crate) const FILE: &str = "app.yaml";

pub(crate) const TEXT: &str = "# The app.\ndb:\n  user: shop # who\n  password: canary-9f3a1c\n  port: 5432\nkeys:\n  - canary-9f3a1c-one\n  - two\n";

/// The command with signet where git finds it.
pub(crate) fn on_path(mut command: Command) -> Command {
    let folder = binaries().signet.parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).unwrap());
    command
}

/// Somebody's repository with one sealed file, on two branches of which each can change it.
pub(crate) struct Branches(pub(crate) Plain, &'static str);

impl Branches {
    pub(crate) fn of(text: &str) -> Self {
        Self::of_file(FILE, text)
    }

    pub(crate) fn of_file(file: &'static str, text: &str) -> Self {
        let plain = Plain::repository();
        plain.rules("");
        plain.write(file, text);
        plain.signet(&["seal", file]).succeeded();
        let branches = Self(plain, file);
        branches.signet(&["git", "install"]).succeeded();
        branches.commit();
        branches.git(&["branch", "topic"]).succeeded();
        branches
    }

    pub(crate) fn git(&self, words: &[&str]) -> Run {
        run(self.command("git"), words)
    }

    /// A program in the repository that finds signet.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = on_path(self.0.person.command(program));
        command.current_dir(self.0.path());
        command
    }

    pub(crate) fn signet(&self, words: &[&str]) -> Run {
        run(on_path(self.0.command()), words)
    }

    /// The content of all objects in the repository.
    fn objects(&self) -> String {
        let mut command = self.0.person.command("git");
        command.current_dir(self.0.path());
        command.args(["cat-file", "--batch-all-objects", "--batch"]);
        String::from_utf8_lossy(&command.output().unwrap().stdout).into_owned()
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]).succeeded();
        self.git(&["commit", "--quiet", "-m", "Change"]).succeeded();
    }

    /// Changes values on a branch, and commits.
    pub(crate) fn on(&self, branch: &str, values: &[(&str, &str)]) {
        self.git(&["checkout", "--quiet", branch]).succeeded();
        for (path, value) in values {
            self.signet(&["set", FILE, path, "--string", value])
                .succeeded();
        }
        self.commit();
    }

    /// Edits a text on a branch, and commits.
    pub(crate) fn edited_on(&self, branch: &str, (old, new): (&str, &str)) {
        self.git(&["checkout", "--quiet", branch]).succeeded();
        let new = new.replace('\n', "\\n");
        let old = old.trim_end_matches('\n');
        let editor = format!("sed -i 's/{old}/{}/'", new.trim_end_matches("\\n"));
        let mut command = on_path(self.0.command());
        command.env("EDITOR", editor);
        run(command, &["edit", self.1]).succeeded();
        self.commit();
    }

    /// The file as it stands in the work tree.
    pub(crate) fn sealed(&self) -> String {
        self.0.read(self.1)
    }

    /// What is sealed in the work tree, as the real sops opens it.
    #[track_caller]
    pub(crate) fn opened(&self) -> String {
        let ours = self.signet(&["open", self.1]).succeeded().stdout;
        let keys = self.0.person.home().join(".config/sops/age/keys.txt");
        let sops = Sops::new(Version::V3_13, &fs::read_to_string(keys).unwrap()).unwrap();
        sops.decrypt(self.1, self.0.read(self.1).as_bytes())
            .unwrap();
        ours
    }

    /// Leaves the lines of one side of each conflict.
    pub(crate) fn leave(&self, ours: bool) {
        let mut side = None;
        let mut left = String::new();
        for line in self.0.read(self.1).split_inclusive('\n') {
            match line.get(..7) {
                Some("<<<<<<<") => side = Some(true),
                Some("=======") => side = Some(false),
                Some(">>>>>>>") => side = None,
                _ if side.is_none_or(|here| here == ours) => left.push_str(line),
                _ => {}
            }
        }
        self.0.write(self.1, &left);
    }
}

#[test]
fn branches_that_changed_different_values_merge_without_a_conflict() {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "canary-9f3a1c-new")]);
    branches.on(
        "topic",
        &[
            ("/db/user", "app"),
            ("/db/host", "db1"),
            ("/keys/1", "three"),
        ],
    );
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches
        .git(&["merge", "--quiet", "-m", "Merge", "topic"])
        .succeeded();
    let expected = TEXT
        .replace("password: canary-9f3a1c\n", "password: canary-9f3a1c-new\n")
        .replace("user: shop", "user: app")
        .replace("port: 5432\n", "port: 5432\n  host: db1\n")
        .replace("- two", "- three");
    assert_eq!(branches.opened(), expected);
}

#[test]
fn in_a_linked_worktree_values_are_merged_as_in_the_first_one() {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/user", "from main")]);
    branches.on("topic", &[("/password", "from topic")]);
    branches
        .git(&["worktree", "add", "--quiet", "../second", "main"])
        .succeeded();
    let second = branches.0.path().parent().unwrap().join("second");
    let mut command = on_path(branches.0.person.command("git"));
    command.current_dir(&second);
    run(command, &["merge", "--no-edit", "topic"]).succeeded();
    let mut opened = branches.0.command();
    opened.current_dir(&second);
    let opened = run(opened, &["open", FILE]).succeeded().stdout;
    assert!(
        opened.contains("from main") && opened.contains("from topic"),
        "{opened}"
    );
    // Told where the repository is, a command ends as well.
    let mut told = branches.0.command();
    told.current_dir(branches.0.path());
    told.env("GIT_DIR", branches.0.path().join(".git"));
    told.env("GIT_WORK_TREE", branches.0.path());
    run(told, &["set", FILE, "/user", "--string", "told"]).succeeded();
}

#[test]
fn who_put_their_name_into_a_file_without_opening_it_gets_no_key_by_a_merge() {
    let branches = Branches::of(TEXT);
    let mallory = Plain::new();
    branches.git(&["checkout", "--quiet", "topic"]).succeeded();
    let sealed = branches.sealed();
    let start = sealed.find("  age:\n").unwrap() + "  age:\n".len();
    let end = start + sealed[start..].find("  lastmodified").unwrap();
    let entry = sealed[start..end].replace(&branches.0.recipient, &mallory.recipient);
    let named = sealed[..end].to_owned() + &entry + &sealed[end..];
    branches.0.write(FILE, &named);
    branches.commit();
    branches.on("main", &[("/db/password", "canary-9f3a1c-new")]);
    branches.git(&["branch", "before"]).succeeded();
    let merged = branches.git(&["merge", "-m", "Merge", "topic"]);
    let said = merged.succeeded().stderr;
    assert!(said.contains("is now sealed for age1"), "{said}");
    assert!(branches.sealed().contains(&mallory.recipient));
    mallory.write(FILE, &branches.sealed());
    run(mallory.command(), &["open", FILE]).failed(1, &["not for this identity"]);

    branches.git(&["checkout", "--quiet", "before"]).succeeded();
    branches.signet(&["rotate", FILE]).succeeded();
    branches.commit();
    branches.git(&["merge", "topic"]).failed(
        1,
        &[
            "data keys of their own",
            &mallory.recipient,
            "checkout --merge",
        ],
    );
    assert!(!branches.sealed().contains(&mallory.recipient));
}

#[test]
fn a_file_that_is_called_as_a_flag_is_merged_and_shown_all_the_same() {
    let branches = Branches::of(TEXT);
    let file = "--identity=x.yaml";
    branches
        .git(&["mv", FILE, &format!("./{file}")])
        .succeeded();
    branches.commit();
    branches.git(&["branch", "--force", "topic"]).succeeded();
    for (branch, path) in [("main", "/db/password"), ("topic", "/db/user")] {
        branches.git(&["checkout", "--quiet", branch]).succeeded();
        let named = format!("./{file}");
        branches
            .signet(&["set", &named, path, "--string", "new"])
            .succeeded();
        assert!(
            branches
                .git(&["diff"])
                .succeeded()
                .stdout
                .contains("<sealed ")
        );
        branches.commit();
    }
    branches
        .git(&["merge", "--quiet", "-m", "Merge", "main"])
        .succeeded();
}

#[test]
fn a_rebase_and_a_pick_merge_value_by_value_too() {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "new")]);
    branches.on("topic", &[("/db/user", "app")]);
    branches.git(&["rebase", "--quiet", "main"]).succeeded();
    let both = TEXT
        .replace("password: canary-9f3a1c\n", "password: new\n")
        .replace("user: shop", "user: app");
    assert_eq!(branches.opened(), both);
    branches.on("topic", &[("/keys/0", "one")]);
    branches.on("main", &[("/db/port", "1")]);
    branches.git(&["cherry-pick", "topic"]).succeeded();
    let expected = TEXT
        .replace("password: canary-9f3a1c\n", "password: new\n")
        .replace("port: 5432", "port: \"1\"")
        .replace("canary-9f3a1c-one", "one");
    assert_eq!(branches.opened(), expected);
}

#[test]
fn a_value_that_both_changed_is_left_to_a_person_sealed_and_sealing_again_ends_it() {
    for (ours, value) in [(true, "ours"), (false, "theirs")] {
        let branches = Branches::of(TEXT);
        branches.on("main", &[("/db/password", "ours"), ("/db/port", "1")]);
        branches.on("topic", &[("/db/password", "theirs"), ("/db/user", "app")]);
        branches.git(&["checkout", "--quiet", "main"]).succeeded();
        branches.git(&["merge", "topic"]).failed(
            1,
            &["both sides changed /db/password", "signet seal app.yaml"],
        );
        let conflict = branches.0.read(FILE);
        assert!(
            !conflict.contains(CANARY) && conflict.contains("<<<<<<< ours\n"),
            "{conflict}"
        );
        assert_eq!(conflict.matches("<<<<<<<").count(), 1, "{conflict}");
        branches.leave(ours);
        // Each value is that of one side: nobody is asked about any.
        branches.signet(&["seal", FILE]).succeeded();
        branches.commit();
        let expected = TEXT
            .replace("password: canary-9f3a1c\n", &format!("password: {value}\n"))
            .replace("user: shop", "user: app")
            .replace("port: 5432", "port: \"1\"");
        assert_eq!(branches.opened(), expected);
    }
}

#[test]
fn while_both_sides_stand_in_a_file_each_verb_says_so_and_what_to_do() {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "ours")]);
    branches.on("topic", &[("/db/password", "theirs")]);
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches.git(&["merge", "topic"]).failed(1, &["both sides"]);
    let conflict = branches.0.read(FILE);
    let verb = |words: &[&str]| {
        let mut signet = branches.command("signet");
        signet.env("EDITOR", "true");
        run(signet, words)
    };
    let verbs: [&[&str]; 6] = [
        &["open", FILE],
        &["edit", FILE],
        &["set", FILE, "/db/port", "2"],
        &["unset", FILE, "/db/port"],
        &["rotate", FILE],
        &["seal", "--yes", FILE],
    ];
    for words in verbs {
        let what = ["line 4 is one of Git's", "`signet seal app.yaml`"];
        verb(words).failed(1, &what);
        assert_eq!(branches.0.read(FILE), conflict, "{words:?}");
    }
    let found = verb(&["check", FILE]);
    let said = &found.stdout;
    assert!(
        said.starts_with("app.yaml:4:1: one of Git's conflict markers stands in it [unmerged]\n"),
        "{said}"
    );
    found.failed(1, &[]);
    // Its MAC is that of no side, until it is sealed again.
    branches.leave(false);
    verb(&["edit", FILE]).failed(
        1,
        &["where lines of a merge were left, `signet seal app.yaml`"],
    );
    verb(&["seal", FILE]).succeeded();
    verb(&["edit", FILE]).succeeded();
}

#[test]
fn what_is_left_of_a_merge_is_named_from_where_git_was_called() {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "ours")]);
    branches.on("topic", &[("/db/password", "theirs")]);
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches.0.write("x/README", "");
    let mut git = branches.command("git");
    git.current_dir(branches.0.path().join("x"));
    run(git, &["merge", "topic"]).failed(1, &["then `signet seal ../app.yaml`"]);
}

#[test]
fn what_a_revert_goes_back_to_is_asked_about_no_more_than_a_merge() {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "one")]);
    branches.on("main", &[("/db/password", "two")]);
    branches
        .git(&["revert", "--no-edit", "HEAD~1"])
        .failed(1, &[]);
    branches.leave(false);
    branches.signet(&["seal", FILE]).succeeded();
    branches.commit();
    assert_eq!(branches.opened(), TEXT);
}

#[test]
fn a_value_of_no_side_is_asked_about_whatever_a_tag_is_called() {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "ours")]);
    branches.on("topic", &[("/db/password", "theirs")]);
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches
        .git(&["checkout", "--quiet", "topic", "--", FILE])
        .succeeded();
    let by_hand = |password: &str| {
        let sealed = branches.sealed();
        let line = sealed.lines().find(|line| line.contains("password:"));
        branches
            .0
            .write(FILE, &sealed.replace(line.unwrap(), password));
    };
    let theirs = branches.sealed();
    let theirs = theirs.lines().find(|line| line.contains("password:"));
    branches
        .git(&["checkout", "--quiet", "main", "--", FILE])
        .succeeded();
    by_hand(theirs.unwrap());
    let asked = ["/db/password: another sealed value"];
    branches.signet(&["seal", FILE]).failed(1, &asked);
    branches.git(&["tag", "MERGE_HEAD", "topic"]).succeeded();
    branches.signet(&["seal", FILE]).failed(1, &asked);
    branches.git(&["tag", "-d", "MERGE_HEAD"]).succeeded();
    branches.git(&["stash", "--quiet"]).succeeded();
    branches.git(&["merge", "topic"]).failed(1, &["both sides"]);
    branches.leave(false);
    branches.signet(&["seal", FILE]).succeeded();
}

/// Nothing of theirs comes into the file when they commit what was made of it.
fn refuses(tampered: impl FnOnce(&str) -> String, said: &str) {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "new")]);
    let ours = branches.0.read(FILE);
    branches.git(&["checkout", "--quiet", "topic"]).succeeded();
    let before = branches.0.read(FILE);
    let after = tampered(&before);
    assert_ne!(after, before);
    branches.0.write(FILE, &after);
    branches.commit();
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches
        .git(&["merge", "topic"])
        .failed(1, &["theirs of the two versions", said]);
    let status = branches.git(&["status", "--short"]).stdout;
    assert!(status.starts_with("UU"), "{status}");
    let marked = branches.0.read(FILE);
    let lines: Vec<&str> = marked.split_inclusive('\n').collect();
    let [first, between @ .., middle, last] = &lines[..] else {
        panic!("{marked}");
    };
    assert_eq!(between.concat(), ours);
    assert!(
        first.starts_with("<<<<<<< ") && last.starts_with(">>>>>>> "),
        "{marked}"
    );
    assert_eq!(*middle, "=======\n");

    let found = branches.signet(&["check"]);
    assert_eq!(found.code, 1, "{}", found.stdout);
    assert!(found.stdout.contains("[unmerged]"), "{}", found.stdout);
    branches.signet(&["git", "install", "--hook"]).succeeded();
    branches.git(&["add", FILE]).succeeded();
    branches
        .git(&["commit", "-m", "Merge"])
        .failed(1, &["[unmerged]"]);
    branches.leave(true);
    branches.git(&["add", FILE]).succeeded();
    branches.git(&["commit", "-m", "Merge"]).succeeded();
    assert_eq!(branches.0.read(FILE), ours);
}

#[test]
fn a_side_that_somebody_tampered_with_is_refused_and_nothing_of_it_comes_into_the_file() {
    let swapped = |sealed: &str| {
        let lines = sealed.lines();
        let encs: Vec<&str> = lines.filter(|line| line.contains("- ENC[")).collect();
        sealed
            .replace(encs[0], "@")
            .replace(encs[1], encs[0])
            .replace('@', encs[1])
    };
    refuses(swapped, "the MAC of app.yaml does not match");
}

#[test]
fn a_side_whose_values_have_another_type_is_refused_as_well() {
    let typed = |name: &str| {
        let other = format!("type:{name}]");
        move |sealed: &str| sealed.replacen("type:str]", &other, 1)
    };
    refuses(typed("int"), "app.yaml");
    refuses(typed("comment"), "app.yaml");
}

#[test]
fn without_an_identity_lines_are_merged_and_a_person_is_told() {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "new")]);
    branches.on("topic", &[("/db/user", "app")]);
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    let keys = branches.0.person.home().join(".config/sops/age/keys.txt");
    let away = keys.with_extension("away");
    fs::rename(&keys, &away).unwrap();
    branches.git(&["merge", "topic"]).failed(
        1,
        &["needs an identity", "git checkout --merge -- app.yaml"],
    );
    assert!(branches.0.read(FILE).contains("<<<<<<< ours\n"));
    fs::rename(&away, &keys).unwrap();
    branches.git(&["checkout", "--merge", FILE]).succeeded();
    let both = TEXT
        .replace("password: canary-9f3a1c\n", "password: new\n")
        .replace("user: shop", "user: app");
    assert_eq!(branches.opened(), both);
}

#[test]
fn where_no_driver_answers_lines_are_merged_and_never_silently() {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "new")]);
    branches.on("topic", &[("/db/user", "app")]);
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    let mut git = branches.0.person.command("git");
    git.current_dir(branches.0.path());
    run(git, &["merge", "topic"]).failed(1, &["signet", "not found"]);
    assert!(branches.sealed().contains("<<<<<<< "));
    let found = branches.signet(&["check"]).stdout;
    assert!(found.contains("[unmerged]"), "{found}");
    branches.git(&["checkout", "--merge", FILE]).succeeded();
    assert!(branches.opened().contains("user: app"));
}

#[test]
fn a_side_that_has_no_lines_is_left_to_a_person_with_marks_around_ours() {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "new")]);
    let ours = branches.sealed();
    branches.git(&["checkout", "--quiet", "topic"]).succeeded();
    let theirs = branches.sealed();
    let wide = theirs.encode_utf16().flat_map(u16::to_le_bytes);
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(wide).collect();
    fs::write(branches.0.path().join(FILE), wide).unwrap();
    branches.commit();
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches
        .git(&["merge", "topic"])
        .failed(1, &["Git's markers"]);
    let marked = branches.sealed();
    assert!(
        marked.starts_with("<<<<<<< ") && marked.contains(&ours),
        "{marked}"
    );
    let found = branches.signet(&["check"]).stdout;
    assert!(found.contains("[unmerged]"), "{found}");
}

#[test]
fn marks_are_no_shorter_than_gits_own_and_no_longer_than_a_line() {
    for (asked, made) in [("1", 7), ("7", 7), ("30", 30), ("2147483647", 1024)] {
        let branches = Branches::of(TEXT);
        let attributes = format!("* conflict-marker-size={asked}\n");
        branches.0.write(".gitattributes", &attributes);
        branches.commit();
        branches.git(&["branch", "--force", "topic"]).succeeded();
        branches.on("main", &[("/db/password", "ours")]);
        branches.on("topic", &[("/db/password", "theirs")]);
        branches.git(&["merge", "main"]).failed(1, &["both sides"]);
        let marked = branches.sealed();
        let mark = marked.lines().find(|line| line.starts_with('<')).unwrap();
        assert_eq!(mark.matches('<').count(), made, "{mark}");
    }
}

#[test]
fn a_path_that_is_no_text_hides_no_conflict() {
    let branches = Branches::of(TEXT);
    let name = OsStr::from_bytes(b"secret\xff.yaml");
    let sealed = branches.sealed();
    fs::write(branches.0.path().join(name), &sealed).unwrap();
    branches.commit();
    branches.git(&["branch", "--force", "topic"]).succeeded();
    for (branch, path) in [("main", "/db/password"), ("topic", "/db/user")] {
        branches.git(&["checkout", "--quiet", branch]).succeeded();
        branches
            .signet(&["set", FILE, path, "--string", branch])
            .succeeded();
        fs::copy(branches.0.path().join(FILE), branches.0.path().join(name)).unwrap();
        branches.0.write(FILE, &sealed);
        branches.commit();
    }
    let mut merge = branches.command("git");
    let merge = merge.args(["merge", "main"]).output().unwrap();
    let said = String::from_utf8_lossy(&merge.stderr);
    assert!(
        !merge.status.success() && said.contains("not UTF-8"),
        "{said}"
    );
    let merged = fs::read_to_string(branches.0.path().join(name)).unwrap();
    assert!(merged.contains("\n<<<<<<< "), "{merged}");
}

#[test]
fn what_a_merge_says_to_run_can_be_pasted_whatever_the_file_is_called() {
    let branches = Branches::of_file("a;touch b;.yaml", TEXT);
    for (branch, value) in [("main", "ours"), ("topic", "theirs")] {
        branches.edited_on(branch, ("shop", value));
    }
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches
        .git(&["merge", "topic"])
        .failed(1, &["`signet seal 'a;touch b;.yaml'`"]);
    branches.signet(&["open", "a;touch b;.yaml"]).failed(
        1,
        &[
            "`signet seal 'a;touch b;.yaml'`",
            "--merge -- 'a;touch b;.yaml'`",
        ],
    );
    fs::create_dir(branches.0.path().join("sub")).unwrap();
    let mut from_below = branches.command("signet");
    from_below.current_dir(branches.0.path().join("sub"));
    run(from_below, &["open", "../a;touch b;.yaml"])
        .failed(1, &["`signet seal '../a;touch b;.yaml'`"]);
}

#[test]
fn what_a_merge_says_to_run_means_that_file_alone_to_git() {
    for (file, spec) in [
        (":!b.yaml", "':(literal):!b.yaml'"),
        ("*.yaml", "':(literal)*.yaml'"),
        ("topic.yaml", "topic.yaml"),
    ] {
        let branches = Branches::of_file(file, TEXT);
        branches.0.write("b.yaml", "as committed\n");
        branches.commit();
        branches.git(&["branch", "topic.yaml"]).succeeded();
        branches.git(&["branch", "--force", "topic"]).succeeded();
        for (branch, value) in [("main", "ours"), ("topic", "theirs")] {
            branches.edited_on(branch, ("shop", value));
        }
        branches.git(&["checkout", "--quiet", "main"]).succeeded();
        branches.git(&["merge", "topic"]).failed(1, &[]);
        let conflict = branches.sealed();
        branches.0.write("b.yaml", "changed\n");
        branches.0.write(file, "half done\n=======\n");
        let again = format!("git checkout --merge -- {spec}");
        let said = branches.signet(&["seal", "--yes", file]);
        said.failed(1, &["not merged yet", &format!("`{again}`")]);
        let mut shell = branches.command("sh");
        shell.args(["-c", &again]);
        run(shell, &[]).succeeded();
        assert_eq!(
            branches.sealed().matches("<<<<<<<").count(),
            conflict.matches("<<<<<<<").count()
        );
        assert_eq!(branches.0.read("b.yaml"), "changed\n", "{file}");
        let head = branches.git(&["symbolic-ref", "HEAD"]);
        assert_eq!(head.stdout, "refs/heads/main\n");
    }
}

#[test]
fn a_file_that_is_not_sealed_is_merged_as_git_does() {
    let branches = Branches::of(TEXT);
    let text = "one: 1\ntwo: 2\nthree: 3\nfour: 4\nfive: 5\nsix: 6\n";
    branches.0.write("clear.yaml", text);
    branches.commit();
    branches.git(&["branch", "--force", "topic"]).succeeded();
    branches
        .0
        .write("clear.yaml", &text.replace("one: 1", "one: x"));
    branches.commit();
    branches.git(&["checkout", "--quiet", "topic"]).succeeded();
    branches
        .0
        .write("clear.yaml", &text.replace("six: 6", "six: y"));
    branches.commit();
    branches
        .git(&["merge", "--quiet", "-m", "Merge", "main"])
        .succeeded();
    let both = text.replace("one: 1", "one: x").replace("six: 6", "six: y");
    assert_eq!(branches.0.read("clear.yaml"), both);
}

#[test]
fn a_diff_says_which_values_changed_and_only_asked_for_what_they_are() {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "canary-9f3a1c-new")]);
    let diff = branches
        .git(&["log", "-p", "-1", "--", FILE])
        .succeeded()
        .stdout;
    let changed: Vec<&str> = diff
        .lines()
        .filter(|line| {
            line.starts_with(['+', '-']) && !line.starts_with("+++ ") && !line.starts_with("--- ")
        })
        .collect();
    assert_eq!(changed.len(), 2, "{diff}");
    assert!(
        changed
            .iter()
            .all(|line| line[1..].starts_with("  password: <sealed ")),
        "{diff}"
    );
    assert!(!diff.contains(CANARY));
    branches
        .signet(&["git", "install", "--textconv", "open"])
        .succeeded();
    let diff = branches
        .git(&["log", "-p", "-1", "--", FILE])
        .succeeded()
        .stdout;
    assert!(
        diff.contains("\n-  password: canary-9f3a1c\n+  password: canary-9f3a1c-new\n"),
        "{diff}"
    );
}

#[test]
fn no_merge_and_no_diff_leaves_plaintext_in_the_repository() {
    let branches = Branches::of(TEXT);
    branches
        .signet(&["git", "install", "--textconv", "open"])
        .succeeded();
    branches.on(
        "main",
        &[
            ("/db/password", "canary-9f3a1c-ours"),
            ("/db/port", "canary-9f3a1c-p"),
        ],
    );
    branches.on(
        "topic",
        &[
            ("/db/password", "canary-9f3a1c-theirs"),
            ("/db/user", "canary-9f3a1c-u"),
        ],
    );
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    branches.git(&["merge", "topic"]).failed(1, &[]);
    branches.git(&["diff"]).succeeded();
    branches.leave(false);
    branches.signet(&["seal", "--yes", FILE]).succeeded();
    branches.commit();
    let log = branches.git(&["log", "-p", "--all"]).succeeded().stdout;
    assert!(
        log.contains(CANARY),
        "the diffs show plaintext, so that there is something to find"
    );
    let objects = branches.objects();
    assert!(objects.contains("ENC[AES256_GCM") && !objects.contains(CANARY));
    assert_eq!(
        files_with(branches.0.path(), CANARY.as_bytes()),
        Vec::<String>::new()
    );
    let notes = branches
        .git(&["for-each-ref", "refs/notes"])
        .succeeded()
        .stdout;
    assert_eq!(notes, "");
}

/// The files below a folder, Git's own included, that hold these bytes as they are.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
        } else if fs::read(&path)
            .unwrap()
            .windows(bytes.len())
            .any(|window| window == bytes)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Seals, merges and picks in a fleet, with the recovery key at hand.
pub(crate) fn in_fleet(fleet: &Fleet, program: &str, words: &[&str]) -> Run {
    let mut command = on_path(fleet.alice.command(program));
    command.env("SIGNET_IDENTITY_FILE", fleet.recovery());
    run(command, words)
}

#[test]
fn in_a_fleet_what_is_merged_keeps_its_place_and_its_seal() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.commit("Seal").unwrap();
    let signet = |words: &[&str]| in_fleet(&fleet, binaries().signet.to_str().unwrap(), words);
    let git = |words: &[&str]| in_fleet(&fleet, "git", words);
    signet(&["git", "install"]).succeeded();
    git(&["branch", "topic"]).succeeded();
    signet(&[
        "set",
        SECRET_PATH,
        "/stringData/username",
        "--string",
        "app",
    ])
    .succeeded();
    fleet.alice.commit("Ours").unwrap();
    git(&["checkout", "--quiet", "topic"]).succeeded();
    signet(&[
        "set",
        SECRET_PATH,
        "/stringData/password",
        "--string",
        "new",
    ])
    .succeeded();
    fleet.alice.commit("Theirs").unwrap();
    git(&["checkout", "--quiet", "main"]).succeeded();
    git(&["merge", "--quiet", "-S", "-m", "Merge", "topic"]).succeeded();
    signet(&["check"]).succeeded();
    let opened = fleet.open(&[SECRET_PATH]).succeeded().stdout;
    assert_eq!(
        opened,
        SECRET
            .replace("'shop'", "'app'")
            .replace("\"canary-9f3a1c\"", "\"new\"")
    );
    let moved = "tenants/team-a/prod/other.yaml";
    fleet
        .alice
        .write(moved, &fleet.alice.read(SECRET_PATH).unwrap())
        .unwrap();
    git(&["branch", "--force", "topic"]).succeeded();
    fleet.alice.commit("Copy").unwrap();
    git(&["checkout", "--quiet", "topic"]).succeeded();
    fleet.alice.write(moved, SECRET).unwrap();
    signet(&["seal", moved]).succeeded();
    fleet.alice.commit("Seal in place").unwrap();
    git(&["merge", "main"]).failed(1, &["was sealed for the path"]);
}

#[test]
fn in_a_fleet_who_came_or_went_on_the_other_side_comes_and_goes_by_a_merge() {
    let fleet = Fleet::new();
    let signet = |words: &[&str]| in_fleet(&fleet, binaries().signet.to_str().unwrap(), words);
    let git = |words: &[&str]| in_fleet(&fleet, "git", words).succeeded();
    let home = fleet.alice.person().home();
    let [goes, comes] = ["goes", "comes"].map(|name| {
        let made = signet(&["keygen", "-o", &text(&home.join(name))]).succeeded();
        made.stdout.trim().to_owned()
    });
    let tenant = "signet/tenants/team-a.yaml";
    let without = fleet.alice.read(tenant).unwrap();
    let with =
        |editor: &str| without.replace("spec:\n", &format!("spec:\n  editors: [{editor}]\n"));
    let set = |field: &str, value: &str| {
        let place = format!("/stringData/{field}");
        signet(&["set", SECRET_PATH, &place, "--string", value]).succeeded();
    };
    signet(&["git", "install"]).succeeded();
    fleet.alice.write(tenant, &with(&goes)).unwrap();
    fleet.alice.commit("An editor").unwrap();
    fleet.seal_secret();
    fleet.alice.commit("Seal").unwrap();
    git(&["branch", "behind"]);
    fleet.alice.write(tenant, &with(&comes)).unwrap();
    fleet.alice.commit("Another editor").unwrap();
    signet(&["rotate", "--yes", SECRET_PATH]).succeeded();
    set("username", "app");
    fleet.alice.commit("For the other one").unwrap();
    git(&["checkout", "--quiet", "behind"]);
    set("password", "new");
    fleet.alice.commit("Meanwhile").unwrap();
    let said = git(&["merge", "--quiet", "-S", "-m", "Merge", "main"]).stderr;
    assert!(
        said.contains(&format!("no longer sealed for {goes}")),
        "{said}"
    );
    assert!(said.contains(&format!("now sealed for {comes}")), "{said}");
    let merged = fleet.alice.read(SECRET_PATH).unwrap();
    assert!(!merged.contains(&goes) && merged.contains(&comes));
    let opened = |who: &str| {
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SIGNET_IDENTITY_FILE", home.join(who));
        run(command, &["open", SECRET_PATH])
    };
    opened("goes").failed(1, &["is not sealed for"]);
    let opened = opened("comes").succeeded().stdout;
    assert!(opened.contains("app") && opened.contains("new"), "{opened}");
    signet(&["check"]).succeeded();
}

#[test]
fn installing_again_changes_nothing_and_taking_out_leaves_nothing() {
    let plain = Plain::repository();
    let config = plain.read(".git/config");
    plain.write(".git/info/attributes", "*.png binary\n");
    let dry = plain
        .signet(&["git", "install", "--dry-run"])
        .succeeded()
        .stdout;
    assert_eq!(plain.read(".git/config"), config);
    let said = plain.signet(&["git", "install"]).succeeded().stdout;
    assert_eq!(said, dry);
    assert!(said.contains("merge.signet.driver"), "{said}");
    assert!(
        plain
            .read(".git/info/attributes")
            .starts_with("*.png binary\n")
    );
    let again = plain.signet(&["git", "install"]).succeeded();
    assert_eq!(
        (again.stdout.as_str(), again.stderr.as_str()),
        ("", "nothing to change\n")
    );
    assert_eq!(
        plain.git(&["config", "diff.signet.cachetextconv"]),
        "false\n"
    );
    plain
        .signet(&["git", "install", "--shared", "/secrets/**"])
        .succeeded();
    assert!(
        plain
            .read(".gitattributes")
            .contains("/secrets/** merge=signet diff=signet\n")
    );
    plain.signet(&["git", "install", "--uninstall"]).succeeded();
    assert_eq!(plain.read(".git/config"), config);
    assert_eq!(plain.read(".git/info/attributes"), "*.png binary\n");
    assert!(!plain.path().join(".gitattributes").exists());
}

#[test]
fn installing_for_all_repositories_needs_none() {
    let plain = Plain::new();
    plain
        .signet(&["git", "install"])
        .failed(1, &["no Git work tree", "--global"]);
    plain.signet(&["git", "install", "--global"]).succeeded();
    let attributes = plain.person.home().join(".config/git/attributes");
    assert!(
        fs::read_to_string(&attributes)
            .unwrap()
            .contains("*.yaml merge=signet")
    );
    plain
        .signet(&["git", "install", "--global", "--uninstall"])
        .succeeded();
    assert!(!attributes.exists());
}

#[test]
fn nothing_is_written_through_a_link_that_a_repository_brings() {
    let plain = Plain::repository();
    let elsewhere = plain.person.home().join("profile");
    fs::write(&elsewhere, "export A=1\n").unwrap();
    std::os::unix::fs::symlink(&elsewhere, plain.path().join(".gitattributes")).unwrap();
    for words in [
        ["git", "install", "--shared"],
        ["git", "install", "--uninstall"],
    ] {
        plain.signet(&words).failed(1, &["symbolic link"]);
    }
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "export A=1\n");
    plain.signet(&["git", "install"]).succeeded();
}

#[test]
fn hooks_are_written_through_no_link_that_a_repository_brings() {
    let plain = Plain::repository();
    fs::create_dir(plain.path().join(".githooks")).unwrap();
    let elsewhere = plain.person.home().join("elsewhere");
    let hook = plain.path().join(".githooks/pre-merge-commit");
    std::os::unix::fs::symlink(&elsewhere, hook).unwrap();
    plain.git(&["config", "core.hooksPath", ".githooks"]);
    plain
        .signet(&["git", "install", "--hook"])
        .failed(1, &["somebody else's hook"]);
    assert!(!elsewhere.exists());
    fs::remove_dir_all(plain.path().join(".githooks")).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, plain.path().join(".githooks")).unwrap();
    plain
        .signet(&["git", "install", "--hook"])
        .failed(1, &["symbolic link in the work tree"]);
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

#[test]
fn beside_somebody_elses_hook_that_looks_too_the_other_is_made() {
    let plain = Plain::repository();
    let install = || plain.signet(&["git", "install", "--hook"]);
    let theirs = "#!/bin/sh\nsignet check --staged || exit 1\nmake lint\n";
    plain.write(".git/hooks/pre-commit", theirs);
    install().failed(1, &["somebody else's hook", "see that it may be run"]);
    let hook = plain.path().join(".git/hooks/pre-commit");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    plain.write(
        ".git/hooks/pre-commit",
        &theirs.replace("signet", "# signet"),
    );
    install().failed(1, &["somebody else's hook"]);
    plain.write(".git/hooks/pre-commit", theirs);
    install().succeeded();
    assert_eq!(plain.read(".git/hooks/pre-commit"), theirs);
    let made = plain.read(".git/hooks/pre-merge-commit");
    assert!(made.contains("exec signet check --staged"), "{made}");
    plain.signet(&["git", "install", "--uninstall"]).succeeded();
    assert_eq!(plain.read(".git/hooks/pre-commit"), theirs);
    assert!(!plain.path().join(".git/hooks/pre-merge-commit").exists());
}

#[test]
fn somebody_elses_hook_is_never_overwritten() {
    let hooks = [".git/hooks/pre-commit", ".git/hooks/pre-merge-commit"];
    let plain = Plain::repository();
    let is_there = |hook: &str| plain.path().join(hook).exists();
    for (theirs, other) in [(hooks[0], hooks[1]), (hooks[1], hooks[0])] {
        plain.write(theirs, "#!/bin/sh\nexit 0\n");
        plain
            .signet(&["git", "install", "--hook"])
            .failed(1, &["somebody else's hook", "signet check"]);
        assert_eq!(plain.read(theirs), "#!/bin/sh\nexit 0\n");
        assert!(!is_there(other));
        fs::remove_file(plain.path().join(theirs)).unwrap();
    }
    plain.signet(&["git", "install", "--hook"]).succeeded();
    for hook in hooks {
        assert!(plain.read(hook).contains("exec signet check --staged"));
    }
    plain.signet(&["git", "install", "--uninstall"]).succeeded();
    assert!(!hooks.into_iter().any(is_there));
}

#[test]
fn a_file_that_is_not_merged_is_named_where_its_folder_is_sealed() {
    let plain = Plain::with_rule("");
    for file in ["x/db.yaml", "x/other.yaml"] {
        plain.write(file, "password: canary-9f3a1c\n");
        plain.signet(&["seal", file]).succeeded();
    }
    let sealed = plain.read("x/db.yaml");
    let (first, rest) = sealed.split_once('\n').unwrap();
    let both = format!("<<<<<<< ours\n{first}\n=======\n{first}\n>>>>>>> theirs\n{rest}");
    plain.write("x/db.yaml", &both);
    let told = ["these are not merged yet", "x/db.yaml, line 1"];
    plain.signet(&["seal", "x"]).failed(1, &told);
    assert_eq!(plain.read("x/db.yaml"), both);
    let found = plain.signet(&["seal", "--check", "x"]).stdout;
    assert!(found.contains("[unmerged]"), "{found}");
}
