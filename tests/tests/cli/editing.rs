//! `edit`: real programs in the editor's place.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::fixture::{CANARY, Run, run};
use crate::loner::{Loner, NOTES};

/// Where plaintext is put for an editor.
const MEMORY: &str = "/dev/shm";

/// A program of this text, for use as an editor.
fn editor(loner: &Loner, script: &str) -> String {
    let path = loner.person.home().join("editor.sh");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// `signet edit notes.yaml` with this editor.
fn edit_command(loner: &Loner, editor: &str) -> Command {
    let mut command = loner.command();
    command.env("EDITOR", editor).args(["edit", "notes.yaml"]);
    command
}

fn edit(loner: &Loner, editor: &str) -> Run {
    run(edit_command(loner, editor), &[])
}

/// The folders for editors that are there and not another test's.
fn folders_of(program: u32) -> Vec<PathBuf> {
    let folders = fs::read_dir(MEMORY)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let named = format!("signet-edit-{program}-");
    let ours = folders.filter(|path| {
        path.file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with(&named)
    });
    ours.collect()
}

/// Every line that the editor wrote about what it found.
fn told(loner: &Loner) -> Vec<String> {
    loner.read("told").lines().map(str::to_owned).collect()
}

#[test]
fn what_an_editor_changes_is_sealed_and_the_rest_stays() {
    let (loner, before) = Loner::with_notes();
    edit(&loner, "sed -i s/shop/till/").succeeded();
    let after = loner.read("notes.yaml");
    let changed: Vec<&str> = after
        .lines()
        .filter(|line| !before.contains(line) && !line.contains("lastmodified"))
        .collect();
    assert_eq!(changed.len(), 2, "{changed:?}");
    assert!(changed[0].starts_with("user:"), "{changed:?}");
    let opened = loner.opened_by_sops("notes.yaml");
    assert!(opened.contains("user: till\n"), "{opened}");
}

#[test]
fn the_editor_gets_no_private_key() {
    let (loner, _) = Loner::with_notes();
    let key = fs::read_to_string(loner.person.home().join("mine")).unwrap();
    let told = loner.person.home().join("environment");
    let script = format!("env > '{}'; sed -i s/shop/till/ \"$1\"", told.display());
    let mut command = edit_command(&loner, &editor(&loner, &script));
    command.env_remove("SIGNET_IDENTITY_FILE");
    command.env("SOPS_AGE_KEY", &key);
    run(command, &[]).succeeded();
    let told = fs::read_to_string(told).unwrap();
    assert!(told.contains("EDITOR=") && !told.contains("SOPS_AGE_KEY="));
    assert!(!told.contains("AGE-SECRET-KEY"));
}

#[test]
fn a_file_that_nobody_may_write_is_refused_before_the_editor_runs() {
    let (loner, before) = Loner::with_notes();
    let file = loner.person.home().join("notes.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let ran = editor(&loner, "touch ~/ran");
    edit(&loner, &ran).failed(1, &["notes.yaml may be written by nobody", "chmod u+w"]);
    assert!(!loner.person.home().join("ran").exists());
    assert_eq!(loner.read("notes.yaml"), before);
}

#[test]
fn a_clear_file_that_was_not_changed_is_said_to_be_clear_still() {
    let loner = Loner::new();
    loner.write("notes.yaml", NOTES);
    let words = ["edit", "--age", &loner.recipient, "notes.yaml"];
    let mut command = loner.command();
    command.env("EDITOR", "true");
    let said = run(command, &words).succeeded();
    assert!(
        said.stderr
            .contains("is not sealed: `signet seal notes.yaml` seals it"),
        "{}",
        said.stderr
    );
    assert_eq!(loner.read("notes.yaml"), NOTES);
}

#[test]
fn the_editor_gets_the_bytes_that_were_sealed() {
    let loner = Loner::new();
    loner.write("notes.yaml", NOTES);
    loner
        .signet(&["seal", "--age", &loner.recipient, "notes.yaml"])
        .succeeded();
    let copy = editor(&loner, "cp \"$1\" ~/seen");
    assert_eq!(edit(&loner, &copy).succeeded().stdout, "");
    assert_eq!(loner.read("seen"), NOTES);
}

#[test]
fn an_unchanged_text_writes_nothing() {
    let (loner, before) = Loner::with_notes();
    for editor in ["true", "touch", "sed -i s/canary/canary/"] {
        assert_eq!(edit(&loner, editor).succeeded().stdout, "");
        assert_eq!(loner.read("notes.yaml"), before, "{editor}");
    }
}

#[test]
fn an_editor_that_ends_with_an_error_writes_nothing() {
    let (loner, before) = Loner::with_notes();
    let fails = editor(&loner, "echo 'a: 1' > \"$1\"\nexit 3");
    edit(&loner, &fails).failed(1, &["exit status: 3", "nothing was written"]);
    edit(&loner, "/nowhere/editor").failed(1, &["/nowhere/editor"]);
    assert_eq!(loner.read("notes.yaml"), before);
}

#[test]
fn the_editor_is_named_as_sops_and_git_name_it_with_its_arguments() {
    let (loner, _) = Loner::with_notes();
    let mut command = edit_command(&loner, "false");
    command.env("VISUAL", "false");
    command.env("SOPS_EDITOR", r#"sed -i -e "s/shop/the till/""#);
    run(command, &[]).succeeded();
    assert!(
        loner
            .opened_by_sops("notes.yaml")
            .contains("user: the till")
    );
}

#[test]
fn a_text_that_does_not_parse_is_refused_with_its_place_and_not_shown() {
    let (loner, before) = Loner::with_notes();
    let breaks = editor(&loner, "printf 'a: 1\\nb: [canary-9f3a1c\\n' > \"$1\"");
    let said = edit(&loner, &breaks).failed(1, &["line 2", "nothing was written"]);
    assert!(!said.contains(CANARY), "{said}");
    assert_eq!(loner.read("notes.yaml"), before);
}

#[test]
fn a_person_at_a_terminal_edits_a_text_that_does_not_parse_again() {
    let (loner, _) = Loner::with_notes();
    let script = "if [ -e ~/second ]; then sed -i 's/\\[//' \"$1\"; else touch ~/second; echo 'more: [1' >> \"$1\"; fi";
    let editor = editor(&loner, script);
    let mut command = Command::new("script");
    let signet = edit_command(&loner, &editor);
    let line = format!("{} edit notes.yaml", signet.get_program().to_str().unwrap());
    command.envs(
        signet
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    command
        .current_dir(loner.person.home())
        .stdin(Stdio::piped());
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), b"y\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("Edit it again?"), "{said}");
    assert!(loner.opened_by_sops("notes.yaml").contains("more: 1\n"));
}

#[test]
fn a_file_that_changed_meanwhile_stays_and_what_was_typed_is_kept_sealed_beside_it() {
    let (loner, _) = Loner::with_notes();
    let meanwhile = editor(
        &loner,
        "echo 'more: canary-9f3a1c' >> \"$1\"\necho '# theirs' >> ~/notes.yaml",
    );
    for kept in ["typed-1.notes.yaml", "typed-2.notes.yaml"] {
        loner.seal_by_sops("notes.yaml", NOTES);
        edit(&loner, &meanwhile).failed(1, &["changed meanwhile", kept]);
        assert!(loner.read("notes.yaml").ends_with("# theirs\n"));
        assert!(!loner.read(kept).contains(CANARY));
        let opened = loner.opened_by_sops(kept);
        assert!(opened.contains("more: canary-9f3a1c\n"), "{opened}");
    }
}

#[test]
fn the_plaintext_is_in_memory_for_its_owner_alone_and_gone_afterwards() {
    let (loner, _) = Loner::with_notes();
    let look = "{ echo \"$1\"; stat -c %a \"$1\"; stat -c %a \"$(dirname \"$1\")\"; stat -f -c %T \"$1\"; } > ~/told\n\
        cp \"$1\" \"$1~\"; echo 'more: 1' >> \"$1\"";
    edit(&loner, &editor(&loner, look)).succeeded();
    let told = told(&loner);
    assert_eq!(told[1..], ["600", "700", "tmpfs"]);
    let file = Path::new(&told[0]);
    assert!(
        file.starts_with(MEMORY) && file.ends_with("notes.yaml"),
        "{told:?}"
    );
    assert!(!file.parent().unwrap().exists());
}

#[test]
fn no_file_on_a_disk_holds_the_plaintext_while_it_is_edited() {
    let (loner, _) = Loner::with_notes();
    let home = loner.person.home().to_str().unwrap().to_owned();
    let look = "grep -rl canary-9f3a1c ~ > ~/found; \
        tr '\\0' '\\n' < /proc/$PPID/cmdline > ~/arguments;\
        grep -l canary-9f3a1c \"$1\" > ~/told";
    let mut command = edit_command(&loner, &editor(&loner, look));
    command.env("TMPDIR", &home);
    run(command, &[]).succeeded();
    assert_eq!(told(&loner).len(), 1, "the search finds what is there");
    // The script that looks holds the word, and nothing else does.
    assert_eq!(loner.read("found"), format!("{home}/editor.sh\n"));
    assert!(!loner.read("arguments").contains(CANARY));
}

#[test]
fn a_signal_ends_the_editor_wipes_and_writes_nothing() {
    let (loner, before) = Loner::with_notes();
    let signals = [
        ("TERM", 143),
        ("HUP", 129),
        ("ALRM", 142),
        ("USR1", 138),
        ("XCPU", 152),
        ("ABRT", 134),
        ("40", 168),
    ];
    for (signal, code) in signals {
        let waits =
            "echo 'more: 1' >> \"$1\"; echo \"$1\" > ~/told; mv ~/told ~/ready; exec sleep 60";
        let mut command = edit_command(&loner, &editor(&loner, waits));
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let ready = loner.person.home().join("ready");
        while !ready.exists() {
            thread::sleep(Duration::from_millis(20));
        }
        let file = PathBuf::from(fs::read_to_string(&ready).unwrap().trim());
        assert!(file.exists());
        let kill = Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert!(!file.parent().unwrap().exists(), "{signal}");
        assert_eq!(folders_of(child.id()), Vec::<PathBuf>::new());
        assert_eq!(loner.read("notes.yaml"), before);
        fs::remove_file(ready).unwrap();
    }
}

#[test]
fn who_edits_elsewhere_is_not_wiped_by_the_next_one() {
    let (loner, _) = Loner::with_notes();
    // Of another PID namespace, where no process has the number of this one.
    let signet = edit_command(&loner, "");
    let other = format!(
        "EDITOR=\"touch $HOME/other\" unshare --user --map-root-user --pid --fork {} edit notes.yaml\n\
         sed -i s/shop/till/ \"$1\"",
        signet.get_program().to_str().unwrap()
    );
    edit(&loner, &editor(&loner, &other)).succeeded();
    assert!(loner.person.home().join("other").exists());
    assert!(loner.opened_by_sops("notes.yaml").contains("user: till"));
}

#[test]
fn an_interrupt_is_the_editors_own() {
    let (loner, _) = Loner::with_notes();
    let survives = "trap '' INT; kill -INT $PPID; sleep 0.3; sed -i s/shop/till/ \"$1\"";
    edit(&loner, &editor(&loner, survives)).succeeded();
    assert!(loner.opened_by_sops("notes.yaml").contains("user: till"));
}

#[test]
fn a_disk_is_used_only_if_the_person_says_so() {
    let (loner, before) = Loner::with_notes();
    // In a mount namespace of its own, in which a folder on the disk stands where memory would.
    let within = |more: &str| {
        let signet = edit_command(&loner, "sed -i s/shop/till/");
        let line = format!(
            "mount --bind {} /dev/shm && exec {} edit notes.yaml {more}",
            env!("CARGO_MANIFEST_DIR"),
            signet.get_program().to_str().unwrap()
        );
        let mut command = Command::new("unshare");
        command.envs(
            signet
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        command.current_dir(loner.person.home()).args([
            "--mount",
            "--map-root-user",
            "sh",
            "-c",
            &line,
        ]);
        run(command, &[])
    };
    within("").failed(1, &["in memory", "--allow-disk"]);
    assert_eq!(loner.read("notes.yaml"), before);
    within("--allow-disk").succeeded();
    assert!(loner.opened_by_sops("notes.yaml").contains("user: till"));
}

#[test]
fn what_was_typed_stays_in_memory_where_nothing_can_be_written_beside_the_file() {
    let (loner, before) = Loner::with_notes();
    let home = loner.person.home();
    fs::create_dir(home.join("sub")).unwrap();
    loner.write("sub/notes.yaml", &before);
    let script = "sed -i s/shop/till/ \"$1\"\nmv ~/sub ~/gone\ntouch ~/sub";
    let mut command = loner.command();
    command.env("EDITOR", editor(&loner, script));
    let said = run(command, &["edit", "sub/notes.yaml"]).failed(1, &["signet-typed-"]);
    let words = said.split([' ', '\n', ':']);
    let mut kept = words.filter(|word| word.contains("signet-typed-"));
    let kept = PathBuf::from(kept.next().unwrap());
    let text = fs::read_to_string(kept.join("notes.yaml")).unwrap();
    let mode = fs::metadata(&kept).unwrap().permissions().mode() & 0o777;
    fs::remove_dir_all(&kept).unwrap();
    assert!(text.contains("user: till"), "{said}");
    assert_eq!(mode, 0o700);
    assert_eq!(loner.read("gone/notes.yaml"), before);
}
