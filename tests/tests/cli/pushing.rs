//! `verify --pre-receive`: pushes of stock git to a real remote whose hook refuses what agents would refuse.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use signet_tests::binaries::binaries;
use signet_tests::person::WorkTree;

use crate::approving::{PROTECTED, Two};
use crate::fixture::{Run, run, signet, text};

const MAIN: &str = "refs/heads/main";

/// Two people, and a remote whose hook judges.
struct Guarded {
    two: Two,
    repository: PathBuf,
}

impl Guarded {
    fn new() -> Self {
        let two = Two::new();
        let repository = two.fleet.remote.repository();
        let introduction = two.fleet.introduction();
        on_server(&repository, &["verify", "--trust", &introduction]).succeeded();
        install_hook(&repository);
        Self { two, repository }
    }

    fn alice(&self) -> &WorkTree {
        self.two.alice()
    }

    /// Where a ref of the remote stands.
    fn at(&self, reference: &str) -> Option<String> {
        let mut git = Command::new("git");
        git.arg("-C").arg(&self.repository);
        let out = git.args(["rev-parse", "--verify", "--quiet", reference]);
        let out = out.output().unwrap();
        let id = String::from_utf8(out.stdout).unwrap();
        out.status.success().then(|| id.trim().to_owned())
    }

    /// What git says where the remote lets nothing in; no ref has moved then.
    #[track_caller]
    fn refuses(&self, tree: &WorkTree, push: &[&str], words: &[&str]) {
        let refs = || {
            let mut git = Command::new("git");
            git.arg("-C").arg(&self.repository).arg("show-ref");
            git.output().unwrap().stdout
        };
        let before = refs();
        let push = [&["push", "--quiet", "origin"], push].concat();
        let said = format!("{:#}", tree.git(&push).unwrap_err());
        for word in words.iter().chain(&["pre-receive hook declined"]) {
            assert!(said.contains(word), "no {word:?} in {said}");
        }
        assert_eq!(refs(), before);
    }

    /// Dave's approval of what stands at a revision of his clone.
    fn approval(&self, revision: &str) -> String {
        let run = signet(&self.two.dave, &["approve", revision, "--yes"]).succeeded();
        run.stdout.trim().to_owned()
    }

    /// Alice changes the protected path, and dave has it without the remote's help.
    fn proposed(&self) -> String {
        let alice = self.alice();
        alice.write(PROTECTED, "memory: 2Gi\n").unwrap();
        let commit = alice.commit("Raise the memory").unwrap();
        push(alice, &["HEAD:refs/heads/raise"]);
        let fetch = ["fetch", "--quiet", "origin", "refs/heads/raise"];
        self.two.dave.git(&fetch).unwrap();
        commit
    }
}

#[track_caller]
fn push(tree: &WorkTree, words: &[&str]) {
    let push = [&["push", "--quiet", "origin"], words].concat();
    tree.git(&push).unwrap();
}

/// Has a remote judge each push.
pub(crate) fn install_hook(repository: &Path) {
    let hook = repository.join("hooks/pre-receive");
    let program = text(&binaries().signet);
    let script = format!("#!/bin/sh\nexec '{program}' verify --pre-receive\n");
    fs::create_dir_all(repository.join("hooks")).unwrap();
    fs::write(&hook, script).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs `signet` in a remote.
pub(crate) fn on_server(repository: &Path, words: &[&str]) -> Run {
    let mut command = Command::new(&binaries().signet);
    command.arg("-C").arg(repository);
    run(command, words)
}

#[test]
fn a_forge_refuses_what_an_agent_would_refuse() {
    let guarded = Guarded::new();
    let (alice, dave) = (guarded.alice(), &guarded.two.dave);
    let start = guarded.at(MAIN).unwrap();

    alice.write("tenants/team-a/prod/x.yaml", "# x\n").unwrap();
    alice.commit_unsigned("Nobody signs").unwrap();
    guarded.refuses(alice, &["HEAD:main"], &["remote: refused", "Unsigned"]);
    alice.git(&["reset", "--quiet", "--hard", &start]).unwrap();

    dave.write("tenants/team-b/prod/x.yaml", "# x\n").unwrap();
    dave.write("signet/clusters/x.yaml", "# x\n").unwrap();
    dave.commit("Somebody else's").unwrap();
    let words = [
        "signet/clusters/x.yaml",
        "NotAllowed",
        "approvals come first",
    ];
    guarded.refuses(dave, &["HEAD:main"], &words);
    dave.git(&["reset", "--quiet", "--hard", &start]).unwrap();

    dave.write("tenants/team-a/prod/x.yaml", "# x\n").unwrap();
    let good = dave.commit("Team-a's own").unwrap();
    push(dave, &["HEAD:main"]);
    assert_eq!(guarded.at(MAIN).unwrap(), good);
}

#[test]
fn a_forge_lets_no_history_be_rewritten_or_taken_away() {
    let guarded = Guarded::new();
    let alice = guarded.alice();
    let start = guarded.at(MAIN).unwrap();
    alice.write("tenants/team-a/prod/x.yaml", "# x\n").unwrap();
    alice.commit("One").unwrap();
    push(alice, &["HEAD:main"]);
    let words = ["is not on the first-parent history", "git rebase"];
    guarded.refuses(alice, &["--force", &format!("{start}:{MAIN}")], &words);
    alice.git(&["reset", "--quiet", "--hard", &start]).unwrap();
    alice.write("tenants/team-a/prod/x.yaml", "# y\n").unwrap();
    alice.commit("Another").unwrap();
    guarded.refuses(alice, &["--force", "HEAD:main"], &words);
    // As a pull does: the history that was there becomes the side branch.
    alice.git(&["fetch", "--quiet", "origin"]).unwrap();
    let merge = [
        "merge",
        "--quiet",
        "--gpg-sign",
        "-X",
        "ours",
        "-m",
        "Pull",
        "origin/main",
    ];
    alice.git(&merge).unwrap();
    guarded.refuses(alice, &["HEAD:main"], &words);
    guarded.refuses(alice, &["--delete", "main"], &["is followed by clusters"]);
    guarded.refuses(
        alice,
        &[&format!("HEAD:refs/replace/{start}")],
        &["in the place of signed ones"],
    );
}

#[test]
fn a_forge_lets_a_history_be_rewritten_that_the_root_group_resets() {
    let guarded = Guarded::new();
    let alice = guarded.alice();
    let start = guarded.at(MAIN).unwrap();
    alice.write("tenants/team-a/prod/x.yaml", "# x\n").unwrap();
    let from = alice.commit("One").unwrap();
    push(alice, &["HEAD:main"]);
    alice.git(&["reset", "--quiet", "--hard", &start]).unwrap();
    alice.write("tenants/team-a/prod/x.yaml", "# y\n").unwrap();
    let to = alice.commit("Another").unwrap();
    let words = [format!("`signet approve --reset={from} {to}`")];
    guarded.refuses(alice, &["--force", "HEAD:main"], &[&words[0]]);

    let reset = format!("--reset={from}");
    let made = signet(alice, &["approve", &reset, "HEAD", "--yes"]).succeeded();
    push(alice, &[made.stdout.trim()]);
    guarded.refuses(
        alice,
        &["--force", &format!("{start}:{MAIN}")],
        &["was verified already", "git revert"],
    );
    push(alice, &["--force", "HEAD:main"]);
    assert_eq!(guarded.at(MAIN).as_deref(), Some(&*to));
    // What was left does not come back.
    guarded.refuses(
        alice,
        &["--force", &format!("{from}:{MAIN}")],
        &["signet approve --reset="],
    );
    alice.write("tenants/team-a/prod/x.yaml", "# z\n").unwrap();
    alice.commit("On top of it").unwrap();
    push(alice, &["HEAD:main"]);
    // Once that is known the reset is not needed.
    push(alice, &["--delete", made.stdout.trim()]);
    alice.write("tenants/team-a/prod/x.yaml", "# zz\n").unwrap();
    alice.commit("And that").unwrap();
    push(alice, &["HEAD:main"]);
}

#[test]
fn approvals_come_before_the_commit_and_stay_while_they_are_needed() {
    let guarded = Guarded::new();
    let (alice, dave) = (guarded.alice(), &guarded.two.dave);
    let commit = guarded.proposed();
    let lacks = "needs 1 more of group platform";
    guarded.refuses(alice, &["HEAD:main"], &[lacks, "approvals come first"]);
    let approval = guarded.approval(&commit);
    // Of the two git may carry out one.
    let main = format!("{commit}:{MAIN}");
    guarded.refuses(dave, &[&main, &approval], &[lacks]);
    push(dave, &[&approval]);
    push(dave, &[&main]);
    assert_eq!(guarded.at(MAIN).as_ref(), Some(&commit));

    let words = ["verifies up to", "approvals that a history needed are kept"];
    guarded.refuses(dave, &["--delete", &approval], &words);
    // With what one person could not take back alone.
    alice.git(&["rm", "--quiet", PROTECTED]).unwrap();
    alice.commit("Take it back").unwrap();
    let gone = format!(":{approval}");
    guarded.refuses(alice, &["HEAD:main", &gone], &words);
    let blob = format!("{commit}:{approval}");
    guarded.refuses(dave, &["--force", &blob], &["no annotated tag"]);
    // One that nobody needs goes.
    let spare = spare_approval(&guarded);
    push(dave, &[&spare]);
    push(dave, &["--delete", &spare]);
}

#[test]
fn an_approval_stays_though_a_refused_commit_before_it_has_become_good_by_now() {
    let guarded = Guarded::new();
    let (alice, dave) = (guarded.alice(), &guarded.two.dave);
    // Past the hook comes a policy with what its signer may not change alone, and goes again.
    fs::remove_file(guarded.repository.join("hooks/pre-receive")).unwrap();
    let policy = alice.read("signet/policy.yaml").unwrap();
    let next = policy.replace("  version: 3\n", "  version: 4\n");
    assert_ne!(policy, next);
    alice.write("signet/policy.yaml", &next).unwrap();
    alice.write("clusters/prod/stray.yaml", "a: b\n").unwrap();
    let stray = alice.commit("Stray").unwrap();
    alice.revert(&stray).unwrap();
    push(alice, &["HEAD:main"]);
    on_server(&guarded.repository, &["verify"]).succeeded();
    install_hook(&guarded.repository);
    let commit = guarded.proposed();
    let approval = guarded.approval(&commit);
    push(dave, &[&approval]);
    push(alice, &["HEAD:main"]);
    on_server(&guarded.repository, &["verify"]).succeeded();
    assert_eq!(known(&guarded), commit);

    let late = guarded.approval(&stray);
    push(dave, &[&late]);
    let words = ["verifies up to", "approvals that a history needed are kept"];
    guarded.refuses(dave, &["--delete", &approval], &words);
    push(dave, &["--delete", &late]);
    guarded.refuses(dave, &["--delete", &approval], &words);
}

/// Pushes by a client of its own, which says of each ref what it likes; returns what the server answered.
fn push_by_hand(guarded: &Guarded, commands: &[[&str; 3]], objects: &str) -> String {
    let line = |text: &str| format!("{:04x}{text}", text.len() + 4);
    let mut request = String::new();
    for (index, [old, new, name]) in commands.iter().enumerate() {
        let capabilities = if index == 0 { "\0report-status" } else { "" };
        request += &line(&format!("{old} {new} {name}{capabilities}"));
    }
    request += "0000";
    let alice = guarded.alice();
    let mut pack = alice.command("git");
    pack.args(["pack-objects", "--revs", "--stdout", "--quiet"]);
    let pack = with_input(pack, format!("{objects}\n").as_bytes());
    let mut receive = Command::new("git");
    receive.arg("receive-pack").arg(&guarded.repository);
    let said = with_input(receive, &[request.as_bytes(), &pack].concat());
    String::from_utf8_lossy(&said).into_owned()
}

fn with_input(mut command: Command, input: &[u8]) -> Vec<u8> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output.stdout
}

#[test]
fn a_client_that_says_of_refs_what_it_likes_gets_nothing_in() {
    let guarded = Guarded::new();
    let alice = guarded.alice();
    let start = guarded.at(MAIN).unwrap();
    alice.write("tenants/team-a/prod/x.yaml", "# x\n").unwrap();
    let good = alice.commit("Good").unwrap();
    alice.write("tenants/team-a/prod/x.yaml", "# y\n").unwrap();
    let bad = alice.commit_unsigned("Bad").unwrap();
    let twice = [[&*start, &*good, MAIN], [&*good, &*bad, MAIN]];
    let said = push_by_hand(&guarded, &twice, &bad);
    assert!(said.contains("pre-receive hook declined"), "{said}");
    assert_eq!(guarded.at(MAIN).unwrap(), start);
    // What stands there is not for the pusher to say.
    let first = guarded.two.fleet.introduction();
    let lie = [[&*first, &*good, MAIN]];
    let said = push_by_hand(&guarded, &lie, &good);
    assert!(said.contains("pre-receive hook declined"), "{said}");
    assert_eq!(guarded.at(MAIN).unwrap(), start);
    let honest = [[&*start, &*good, MAIN]];
    let said = push_by_hand(&guarded, &honest, &good);
    assert!(said.contains("ok refs/heads/main"), "{said}");
}

#[test]
fn another_name_of_the_followed_ref_is_no_way_in() {
    let guarded = Guarded::new();
    let alice = guarded.alice();
    let mut git = Command::new("git");
    git.arg("-C").arg(&guarded.repository);
    let alias = git.args(["symbolic-ref", "refs/heads/master", MAIN]);
    assert!(alias.status().unwrap().success());
    alice.write("tenants/team-a/prod/x.yaml", "# x\n").unwrap();
    alice.commit_unsigned("Nobody signs").unwrap();
    guarded.refuses(
        alice,
        &["HEAD:master"],
        &["another name for refs/heads/main"],
    );
}

#[test]
fn a_key_is_revoked_for_good_through_a_forge_too() {
    let guarded = Guarded::new();
    let (alice, dave) = (guarded.alice(), &guarded.two.dave);
    dave.write("tenants/team-a/prod/x.yaml", "# x\n").unwrap();
    dave.commit("By a thief, perhaps").unwrap();
    push(dave, &["HEAD:main"]);
    alice.catch_up().unwrap();
    let words = ["revoke", "dave", "--hard", "--since", "1h"];
    signet(alice, &words).succeeded();
    alice.commit("Revoke a key").unwrap();
    push(alice, &["HEAD:main"]);
    assert_eq!(guarded.at(MAIN).unwrap(), alice.head().unwrap());
    // What is refused anyhow stays out.
    alice.write("tenants/team-a/prod/x.yaml", "# y\n").unwrap();
    alice.commit_unsigned("Nobody signs").unwrap();
    guarded.refuses(alice, &["HEAD:main"], &["declined"]);
}

/// An approval of dave's for a commit that never came to the followed ref.
fn spare_approval(guarded: &Guarded) -> String {
    let alice = guarded.alice();
    alice.write(PROTECTED, "memory: 3Gi\n").unwrap();
    alice.commit("Never merged").unwrap();
    push(alice, &["HEAD:refs/heads/never"]);
    let dave = &guarded.two.dave;
    dave.git(&["fetch", "--quiet", "origin", "refs/heads/never"])
        .unwrap();
    guarded.approval("FETCH_HEAD")
}

#[test]
fn a_forge_takes_nothing_for_an_approval_that_is_none() {
    let guarded = Guarded::new();
    let dave = &guarded.two.dave;
    let name = |name: &str| format!("refs/tags/signet/approve/{name}");
    let lightweight = format!("HEAD:{}", name("light"));
    guarded.refuses(dave, &[&lightweight], &["no annotated tag"]);
    dave.git(&[
        "tag",
        "--sign",
        "-m",
        "Looks good to me",
        "signet/approve/words",
    ])
    .unwrap();
    guarded.refuses(dave, &[&name("words")], &["trailers"]);
    let commit = guarded.proposed();
    let message = signet(dave, &["approve", &commit, "--dry-run"])
        .succeeded()
        .stdout;
    let other = message.replace(
        "Signet-Ref: refs/heads/main",
        "Signet-Ref: refs/heads/other",
    );
    assert_ne!(message, other);
    dave.git(&[
        "tag",
        "--sign",
        "-m",
        &other,
        "signet/approve/other",
        &commit,
    ])
    .unwrap();
    guarded.refuses(dave, &[&name("other")], &["is for another ref"]);
    dave.git(&[
        "tag",
        "-a",
        "--no-sign",
        "-m",
        &message,
        "signet/approve/unsigned",
        &commit,
    ])
    .unwrap();
    guarded.refuses(dave, &[&name("unsigned")], &["it is not signed"]);
    // What is in the folder of approvals and what is beside it are different things.
    push(dave, &["HEAD:refs/tags/v1"]);
}

#[test]
fn a_server_that_pins_nothing_lets_nothing_in() {
    let two = Two::new();
    let repository = two.fleet.remote.repository();
    install_hook(&repository);
    let alice = two.alice();
    alice.write("tenants/team-a/prod/x.yaml", "# x\n").unwrap();
    alice.commit("One").unwrap();
    let said = format!("{:#}", alice.push().unwrap_err());
    assert!(said.contains("verify --trust COMMIT"), "{said}");
}

#[test]
fn a_job_in_a_fresh_clone_judges_a_branch_before_it_is_merged() {
    let two = Two::new();
    let (alice, introduction) = (two.alice(), two.fleet.introduction());
    for (branch, path) in [("good", "tenants/team-a/prod/x.yaml"), ("bad", PROTECTED)] {
        alice
            .git(&["checkout", "--quiet", "-b", branch, "main"])
            .unwrap();
        alice.write(path, "a: b\n").unwrap();
        alice.commit(branch).unwrap();
        alice.git(&["push", "--quiet", "origin", branch]).unwrap();
    }
    let job = two.fleet.dave.clone_of(&two.fleet.remote).unwrap();
    let verify = |range: &str| signet(&job, &["verify", "--trust", &introduction, range]);
    verify("origin/main..origin/good").succeeded();
    verify("origin/main..origin/bad").failed(1, &["refused", "1 more of group platform"]);
    verify("origin/good..origin/bad").failed(1, &["is not on the first-parent", "git rebase"]);

    let shallow = two.fleet.dave.clone_of(&two.fleet.remote).unwrap();
    fs::write(
        shallow.path().join(".git/shallow"),
        format!("{introduction}\n"),
    )
    .unwrap();
    let range = "origin/main..origin/good";
    let run = signet(&shallow, &["verify", "--trust", &introduction, range]);
    run.failed(1, &["git fetch --unshallow"]);
}

#[test]
fn a_hook_is_asked_about_a_push_and_nothing_else() {
    let two = Two::new();
    let repository = two.fleet.remote.repository();
    let introduction = two.fleet.introduction();
    let words = ["verify", "--trust", &introduction, "--pre-receive"];
    on_server(&repository, &words).failed(1, &["git says of no ref"]);
    let words = ["verify", "--pre-receive", "--explain"];
    on_server(&repository, &words).failed(2, &["cannot be used with"]);
}

/// The last commit that the server knows to be verified.
fn known(guarded: &Guarded) -> String {
    let state = fs::read_to_string(guarded.repository.join("signet/state.json")).unwrap();
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    state["history"]["verified"].as_str().unwrap().to_owned()
}

#[test]
fn a_push_that_another_hook_refuses_moves_nothing_that_a_server_knows() {
    let guarded = Guarded::new();
    let alice = guarded.alice();
    let start = guarded.at(MAIN).unwrap();
    assert_eq!(known(&guarded), start);
    let other = guarded.repository.join("hooks/update");
    fs::write(&other, "#!/bin/sh\necho no >&2; exit 1\n").unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();
    let commit = |text: &str| {
        alice.write("tenants/team-a/prod/x.yaml", text).unwrap();
        alice.commit(text).unwrap()
    };
    let refused = commit("# one\n");
    let said = format!(
        "{:#}",
        alice.git(&["push", "origin", "HEAD:main"]).unwrap_err()
    );
    assert!(
        said.contains("hook declined") && !said.contains("pre-receive"),
        "{said}"
    );
    assert_eq!(
        (guarded.at(MAIN).unwrap(), known(&guarded)),
        (start.clone(), start.clone())
    );
    fs::remove_file(&other).unwrap();
    on_server(&guarded.repository, &["verify"]).succeeded();
    // Something else may come in its place.
    alice.git(&["reset", "--quiet", "--hard", &start]).unwrap();
    let first = commit("# two\n");
    assert_ne!(first, refused);
    push(alice, &["HEAD:main"]);
    assert_eq!(known(&guarded), start);
    let second = commit("# three\n");
    push(alice, &["HEAD:main"]);
    assert_eq!(
        (guarded.at(MAIN).unwrap(), known(&guarded)),
        (second.clone(), first)
    );
    on_server(&guarded.repository, &["verify"]).succeeded();
    assert_eq!(known(&guarded), second);
}

#[test]
fn a_ref_that_was_set_back_past_the_hook_takes_nothing_but_what_was_there() {
    let guarded = Guarded::new();
    let alice = guarded.alice();
    let start = guarded.at(MAIN).unwrap();
    alice.write("tenants/team-a/prod/x.yaml", "# x\n").unwrap();
    let there = alice.commit("One").unwrap();
    push(alice, &["HEAD:main"]);
    on_server(&guarded.repository, &["verify"]).succeeded();
    let mut git = Command::new("git");
    git.arg("-C").arg(&guarded.repository);
    let back = git.args(["update-ref", MAIN, &start]).status();
    assert!(back.unwrap().success());
    alice.git(&["reset", "--quiet", "--hard", &start]).unwrap();
    alice.write("tenants/team-a/prod/x.yaml", "# y\n").unwrap();
    alice.commit("In its place").unwrap();
    let server = ["past", "removes", "signet/state.json"];
    let words = [&["rewritten", &*there], &server[..]].concat();
    guarded.refuses(alice, &["HEAD:main"], &words);
    on_server(&guarded.repository, &["verify"]).failed(1, &words);
    push(alice, &[&format!("{there}:{MAIN}")]);
    assert_eq!(guarded.at(MAIN).unwrap(), there);
}
