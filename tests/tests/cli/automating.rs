//! Programs that a rule lets change fields of files: what they may, as stock git makes it and each command says it.

use serde_json::Value;
use signet_tests::person::{Person, WorkTree};

use crate::fixture::{CANARY, Fleet, SECRET_PATH, signet};
use crate::policing::{asked, change, finds};
use crate::pushing::{install_hook, on_server};

const POLICY: &str = "signet/policy.yaml";
const PATH: &str = "tenants/team-a/prod/app.yaml";
const IMAGE: &str = "/spec/template/spec/containers/*/image";
const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, labels: {tier: web}}   # two spaces
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: app
          image: registry.example.org/app:1.0   # {\"$imagepolicy\": \"app\"}
";

/// A fleet whose team-a has a program that may change images and a password.
struct Automated {
    fleet: Fleet,
    bot: WorkTree,
}

impl Automated {
    fn new() -> Self {
        let fleet = Fleet::new();
        let bot = Person::new("bot").unwrap();
        let principal = format!(
            "principals:\n    bot: {{keys: [\"{}\"], class: automation}}\n",
            bot.public_key().unwrap()
        );
        change(&fleet, "principals:\n", &principal);
        let rule = format!(
            "automation: {{principals: [bot], fields: [\"{IMAGE}\", \"/stringData/password\"]}}, signers: team-a"
        );
        change(&fleet, "signers: team-a", &rule);
        change(&fleet, "version: 2", "version: 3");
        fleet.alice.write(PATH, DEPLOYMENT).unwrap();
        fleet.seal_secret();
        fleet.alice.commit("A program for team-a").unwrap();
        fleet.alice.push().unwrap();
        let bot = bot.clone_of(&fleet.remote).unwrap();
        Self { fleet, bot }
    }

    /// What the program makes of its file, committed.
    fn commit(&self, from: &str, to: &str) -> String {
        let content = self.bot.read(PATH).unwrap();
        assert!(content.contains(from), "{content}");
        self.bot.write(PATH, &content.replace(from, to)).unwrap();
        self.bot.commit("Bump").unwrap()
    }

    /// Has the program's commits on a branch in alice's clone.
    fn shown(&self) {
        let push = [
            "push",
            "--quiet",
            "--force",
            "origin",
            "HEAD:refs/heads/bump",
        ];
        self.bot.git(&push).unwrap();
        self.fleet
            .alice
            .git(&["fetch", "--quiet", "origin"])
            .unwrap();
    }
}

#[test]
fn a_program_with_stock_git_bumps_an_image_and_is_refused_what_else_it_changes() {
    let automated = Automated::new();
    let alice = &automated.fleet.alice;
    let good = automated.commit("app:1.0", "app:1.1");
    automated.shown();
    let words = ["verify", "origin/main..origin/bump", "--explain"];
    let run = signet(alice, &words).succeeded();
    let expected = format!("good     {good}  bot SHA256:");
    assert!(run.stdout.contains(&expected), "{}", run.stdout);
    assert!(
        run.stdout
            .contains(&format!("{PATH}  (rule 3 of policy version 3)")),
        "{}",
        run.stdout
    );

    let bad = automated.commit("tier: web", &format!("tier: {CANARY}"));
    automated.shown();
    let run = signet(alice, &words);
    assert_eq!(run.code, 1, "{}", run.stdout);
    let why = format!(
        "NotAllowed: {PATH}: bot may change only {IMAGE}, /stringData/password there (rule tenants/team-a/**); \
         /metadata/labels/tier changed; signed by bot (groups: none), commit {}. A later commit signed by alice or dave vouches for it, or one that takes it back to {} lets",
        &bad[..12],
        &good[..12]
    );
    assert!(run.stdout.contains(&why), "{}", run.stdout);
    let json = signet(alice, &[&words[..], &["-o", "json"]].concat()).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    let denied = &json["items"][1]["denied"][0];
    assert_eq!(denied["path"], PATH);
    assert_eq!(denied["why"], "/metadata/labels/tier changed");
    assert!(!(run.stdout + &run.stderr).contains(CANARY));

    let approval = signet(alice, &["approve", "origin/bump", "--yes"]);
    approval.failed(1, &["an approval does not help", "bot may change only"]);
}

#[test]
fn a_program_changes_no_value_of_a_sealed_file_whatever_a_rule_names() {
    let automated = Automated::new();
    let sealed = automated.bot.read(SECRET_PATH).unwrap();
    let line = sealed
        .lines()
        .find(|line| line.contains("password:"))
        .unwrap();
    let clear = sealed.replace(line, "    password: x");
    automated.bot.write(SECRET_PATH, &clear).unwrap();
    automated.bot.commit("Another password").unwrap();
    automated.shown();
    let run = signet(&automated.fleet.alice, &["verify", "origin/bump"]);
    run.failed(1, &["bot may change only", "; it is a sealed file;"]);
}

#[test]
fn what_a_program_may_change_is_said_before_it_does() {
    let automated = Automated::new();
    let alice = &automated.fleet.alice;
    let who = signet(alice, &["policy", "test", "--path", PATH]).succeeded();
    let only = format!("(only {IMAGE}, /stringData/password)");
    assert!(
        who.stdout.contains(&format!("bot {only}")),
        "{}",
        who.stdout
    );
    assert_eq!(
        who.stderr,
        format!("may change {PATH}: alice, bot {only}, dave\n")
    );
    let who = signet(alice, &["policy", "test", "--path", PATH, "-o", "json"]).stdout;
    let who: Value = serde_json::from_str(&who).unwrap();
    assert_eq!(who["items"][0]["fields"][0], IMAGE);

    let table = format!(
        "- {{path: {PATH}, signers: [bot], expect: fields}}\n\
         - {{path: {PATH}, signers: [bot, dave], expect: allowed}}\n\
         - {{path: clusters/prod/x.yaml, signers: [bot], expect: denied}}\n"
    );
    let run = asked(&automated.fleet, &table, &[]).succeeded();
    let why = format!("rule 3: only {IMAGE}, /stringData/password (rule 3)");
    assert!(run.stdout.contains(&why), "{}", run.stdout);
    let wrong = table.replace("expect: fields", "expect: allowed");
    assert_eq!(asked(&automated.fleet, &wrong, &[]).code, 1);
    let json = asked(&automated.fleet, &table, &["-o", "json"])
        .succeeded()
        .stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["items"][0]["verdict"], "fields");
    assert_eq!(json["items"][0]["fields"][0]["rule"], 3);
    assert_eq!(
        json["items"][0]["fields"][0]["fields"][1],
        "/stringData/password"
    );

    let rev = ["policy", "test", "--rev", "HEAD", "--signer", "bot"];
    let commit = |from: &str, to: &str| {
        alice.write(PATH, &DEPLOYMENT.replace(from, to)).unwrap();
        alice.commit_unsigned("nobody's yet").unwrap();
        let run = signet(alice, &rev);
        alice
            .git(&["reset", "--quiet", "--hard", "HEAD~1"])
            .unwrap();
        run
    };
    commit("app:1.0", "app:2").succeeded();
    let run = commit("replicas: 2", "replicas: 3");
    assert!(
        run.stdout
            .contains("; /spec/replicas changed; signed by bot"),
        "{}",
        run.stdout
    );
    run.failed(1, &["agents would refuse it (NotAllowed)"]);
}

#[test]
fn a_server_lets_a_program_push_what_keeps_to_its_fields() {
    let automated = Automated::new();
    let repository = automated.fleet.remote.repository();
    let introduction = automated.fleet.introduction();
    on_server(&repository, &["verify", "--trust", &introduction]).succeeded();
    install_hook(&repository);
    automated.commit("app:1.0", "app:1.1");
    automated.bot.push().unwrap();
    automated.commit("replicas: 2", "replicas: 0");
    let said = format!("{:#}", automated.bot.push().unwrap_err());
    for word in [
        "pre-receive hook declined",
        "NotAllowed",
        "/spec/replicas changed",
    ] {
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn fields_that_no_file_has_and_pointers_to_none_are_found_where_they_stand() {
    let automated = Automated::new();
    let fleet = &automated.fleet;
    finds(fleet, &[]);
    fleet.alice.remove(PATH).unwrap();
    finds(fleet, &[("no-fields", POLICY, "fields: [")]);
    let check = signet(&fleet.alice, &["policy", "check"]).stdout;
    let problem = format!(
        "rule 3 lets programs change fields, and none of its files has any: {SECRET_PATH} is a sealed file"
    );
    assert!(check.contains(&problem), "{check}");
    fleet
        .alice
        .write("tenants/team-a/prod/x.yaml", "a: 1\n")
        .unwrap();
    finds(fleet, &[]);

    change(fleet, IMAGE, "/spec/image[0]");
    finds(fleet, &[("bad-document", POLICY, "\"/spec/image[0]\"")]);
    change(fleet, "/spec/image[0]", IMAGE);
    change(
        fleet,
        "class: automation}\n",
        "class: automation}\n    other: {keys: [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBd6jVkJZBgzC5xxyWXCpnvCXaoVjwrXhKL8EjOnwqrB\"], class: automation}\n",
    );
    change(fleet, "version: 3", "version: 4");
    finds(fleet, &[("unused-principal", POLICY, "other: ")]);
}
