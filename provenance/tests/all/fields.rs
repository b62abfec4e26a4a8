//! Programs that a rule lets change fields, and nothing besides them.

use proptest::prelude::*;
use serde_json::json;
use signet_provenance::{Denial, ObjectId, Presumed, Reason, State, presume};

use crate::support::{History, PolicyText, at, public};

const PATH: &str = "apps/a/deploy.yaml";
const IMAGE: &str = "/spec/template/spec/containers/*/image";
const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app   # the bot comes by at night
  labels: {tier: web}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: app
          image: registry.example.org/app:1.0
          args: [--color, blue]
        - {name: side, image: \"side:1\"}
";

/// A policy that lets bot change these fields below `apps`, as flow YAML, and everything in `apps/free`.
fn policy(fields: &str) -> PolicyText {
    let mut policy = PolicyText::new();
    policy.rule(&format!(
        "{{paths: [\"apps/**\"], signers: platform, automation: {{principals: [bot], fields: {fields}}}}}"
    ));
    policy
}

/// A history with the deployment, by alice.
fn history() -> History {
    of(&format!("[{IMAGE}]"))
}

fn of(fields: &str) -> History {
    let mut history = History::with_policy(policy(fields));
    history.change("alice", PATH, DEPLOYMENT);
    history
}

fn bumped() -> String {
    DEPLOYMENT
        .replace("app:1.0", "app:1.1")
        .replace("side:1", "side:2")
}

/// Asserts that the tip is refused for what its signer changed of the deployment's file, in these words.
#[track_caller]
fn refused(history: &History, good: ObjectId, why: &str) {
    let refusal = history.refused(good, Reason::NotAllowed);
    let expected = format!(
        "{PATH}: bot may change only {IMAGE} there (rule apps/**); {why}; signed by bot (groups: none)"
    );
    assert!(refusal.message.starts_with(&expected), "{refusal}");
}

#[test]
fn a_program_changes_the_fields_that_a_rule_names() {
    let mut history = history();
    history.change("bot", PATH, &bumped());
    let verdict = history.good();
    let step = verdict.steps.last().unwrap();
    assert_eq!(step.paths[0].rules, [6]);
    assert_eq!(step.signer.as_ref().unwrap().principal, "bot");
}

#[test]
fn a_program_that_changes_another_field_is_refused_with_its_name_and_without_a_value() {
    let mut history = history();
    let good = history.tip;
    let new = bumped().replace("tier: web", "tier: canary");
    history.change("bot", PATH, &new);
    refused(&history, good, "/metadata/labels/tier changed");
    let verdict = history.verify();
    let step = verdict.steps.last().unwrap();
    let Denial::Beyond(breach) = &step.denied[0].denial else {
        panic!("{step:?}")
    };
    assert_eq!(breach.program, "bot");
    assert_eq!((breach.limit.rule, &*breach.limit.to_string()), (6, IMAGE));
    let json = step.to_json();
    assert_eq!(json["denied"][0]["pattern"], "apps/**");
    assert_eq!(json["denied"][0]["fields"], json!([IMAGE]));
    assert_eq!(json["denied"][0]["why"], "/metadata/labels/tier changed");
    assert!(!json.to_string().contains("canary"));
    // Whoever may change the file vouches for it.
    history.commit("alice");
    history.good();
}

#[test]
fn a_program_makes_no_structure_of_a_value_and_adds_and_takes_away_nothing() {
    let with = |from: &str, to: &str| DEPLOYMENT.replace(from, to);
    for (new, why) in [
        (
            with("app:1.0", "app:1.1\n          command: [sh]"),
            "/spec/template/spec/containers/0/command came",
        ),
        (
            with("\"side:1\"", "{a: b}"),
            "/spec/template/spec/containers/1/image is another kind of value",
        ),
        (
            with("\"side:1\"", "!!binary eA=="),
            "/spec/template/spec/containers/1/image is another kind of value",
        ),
        (
            with(
                "\"side:1\"}",
                "\"side:1\"}\n        - {name: more, image: x}",
            ),
            "/spec/template/spec/containers has 3 elements, and had 2",
        ),
        (
            with("          args: [--color, blue]\n", ""),
            "/spec/template/spec/containers/0/args went",
        ),
        (
            with("at night", "by day"),
            "line 4, column 34: what is no value is spelled in another way",
        ),
        (
            with("replicas: 2", "replicas: &r 2"),
            "it is not compared: line 7, column 16: anchors and aliases are not allowed here",
        ),
        (
            with("side:1", "side:2") + "---\nkind: Job\n",
            "it has 2 documents, and had 1",
        ),
        (
            with("side:1", "side:2") + "sops: {}\n",
            "it is a sealed file",
        ),
        (
            with("side:1", "side:2") + "kind: Job\n",
            "it is not compared: line 15, column 1: the key \"kind\" stands already at line 2, column 1",
        ),
    ] {
        let mut history = history();
        let good = history.tip;
        history.change("bot", PATH, &new);
        refused(&history, good, why);
    }
}

#[test]
fn a_program_that_may_change_fields_makes_removes_and_moves_no_file() {
    let mut history = history();
    let good = history.tip;
    history.change("bot", "apps/new.yaml", "kind: Job\n");
    let refusal = history.refused(good, Reason::NotAllowed);
    assert!(refusal.message.contains("the file came"), "{refusal}");
    history.remove("apps/new.yaml").remove(PATH).commit("bot");
    refused(&history, good, "the file went");
    history
        .write(PATH, DEPLOYMENT)
        .write("apps/x.txt", "a")
        .commit("alice");
    let good = history.tip;
    history.change("bot", "apps/x.txt", "b");
    let refusal = history.refused(good, Reason::NotAllowed);
    let other = "it is neither YAML nor JSON by its name";
    assert!(refusal.message.contains(other), "{refusal}");
}

#[test]
fn a_sealed_file_has_no_fields_for_programs_though_the_block_goes() {
    let sealed = "spec: {image: \"ENC[AES256_GCM,data:eA==]\"}\nsops: {mac: x}\n";
    let mut history = of("[/spec/image, /sops]");
    let good = history.change("alice", "apps/s.yaml", sealed);
    for new in [
        sealed.replace("eA==", "eQ=="),
        sealed.replace("mac: x", "mac: y"),
        "spec: {image: x}\n".to_owned(),
    ] {
        let mut history = history.clone();
        history.change("bot", "apps/s.yaml", &new);
        let refusal = history.refused(good, Reason::NotAllowed);
        assert!(
            refusal.message.contains("it is a sealed file")
                || refusal.message.contains("it was a sealed file"),
            "{refusal}"
        );
    }
}

#[test]
fn each_rule_that_names_a_path_says_which_fields_of_it() {
    let mut policy = policy("[/spec/replicas, /spec/template]");
    policy.rule(&format!("{{paths: [\"apps/a/**\"], signers: platform, automation: {{principals: [bot], fields: [{IMAGE}]}}}}"));
    policy.rule("{paths: [\"apps/**\"], signers: platform, automation: {principals: [bot]}}");
    let mut history = History::with_policy(policy);
    let good = history.change("alice", PATH, DEPLOYMENT);
    for (from, to, rule) in [
        ("replicas: 2", "replicas: 3", "apps/a/**"),
        ("tier: web", "tier: x", "apps/**"),
    ] {
        let mut history = history.clone();
        history.change("bot", PATH, &bumped().replace(from, to));
        let refusal = history.refused(good, Reason::NotAllowed);
        assert!(
            refusal.message.contains(&format!("there (rule {rule})")),
            "{refusal}"
        );
    }
    history.change("bot", PATH, &bumped());
    history.good();
}

#[test]
fn fields_limit_the_programs_that_the_rule_names_and_let_in_no_others() {
    let mut history = history();
    let good = history.change("alice", PATH, &DEPLOYMENT.replace("tier: web", "tier: x"));
    history.good();
    history.change("hub", PATH, &bumped());
    let refusal = history.refused(good, Reason::NotAllowed);
    assert!(
        refusal.message.contains("needs 1 of group platform"),
        "{refusal}"
    );
}

#[test]
fn what_was_brought_meanwhile_is_not_vouched_for_by_a_program() {
    let mut history = history();
    let good = history.tip;
    history.change("mallory", PATH, &DEPLOYMENT.replace("blue", "red"));
    history.change("bot", PATH, &bumped().replace("blue", "red"));
    refused(
        &history,
        good,
        "/spec/template/spec/containers/0/args/1 changed",
    );
    history.change("bot", PATH, &bumped());
    history.good();
}

#[test]
fn an_approval_helps_no_program_beyond_its_fields() {
    let mut history = history();
    let good = history.tip;
    history.write(PATH, &DEPLOYMENT.replace("blue", "red"));
    history.approve("alice");
    history.commit("bot");
    refused(
        &history,
        good,
        "/spec/template/spec/containers/0/args/1 changed",
    );
    let refusal = history.refused(good, Reason::NotAllowed);
    assert!(!refusal.message.contains("signet approve"), "{refusal}");
}

#[test]
fn on_a_side_branch_that_is_looked_at_a_program_keeps_to_its_fields_too() {
    let mut policy = policy(&format!("[{IMAGE}]"));
    let rule = policy.rules.last_mut().unwrap();
    *rule = rule.replace("signers: platform", "signers: platform, side: authorized");
    let mut history = History::with_policy(policy);
    let good = history.change("alice", PATH, DEPLOYMENT);
    let base = history.clone();
    for (content, is_good) in [(bumped(), true), (bumped().replace("blue", "red"), false)] {
        let mut side = base.branch_at(good, &base.files);
        let commit = side.change("bot", PATH, &content);
        let mut history = base.clone();
        history.clock = side.clock;
        history.write(PATH, &content).merge("alice", &[commit]);
        if is_good {
            history.good();
        } else {
            let refusal = history.refused(good, Reason::NotAllowed);
            let expected = format!(
                "merges commit {}: {PATH}: bot may change only {IMAGE} there (rule apps/**); /spec/template/spec/containers/0/args/1 changed; signed by bot.",
                commit.short()
            );
            assert_eq!(refusal.message, expected);
        }
    }
}

#[test]
fn a_new_policy_takes_fields_away_from_the_next_commit_on() {
    let mut history = history();
    history.change("bot", PATH, &bumped());
    let mut next = history.policy.next();
    next.rules.pop();
    next.rule("{paths: [\"apps/**\"], signers: platform, automation: {principals: [bot], fields: [/spec/replicas]}}");
    let good = history.write_policy(next).commit("alice");
    history.good();
    history.change("bot", PATH, DEPLOYMENT);
    let refusal = history.refused(good, Reason::NotAllowed);
    assert!(
        refusal
            .message
            .contains("may change only /spec/replicas there"),
        "{refusal}"
    );
    history.change("bot", PATH, &bumped().replace("replicas: 2", "replicas: 3"));
    history.good();
}

#[test]
fn a_commit_of_more_files_than_are_compared_is_refused_whatever_it_changes() {
    let mut history = of("[/a]");
    let files = |history: &mut History, value: usize, count: usize| {
        for number in 0..count {
            // All of one content: what counts is how often it is asked for.
            history.write(&format!("apps/{number}.yaml"), &format!("a: {value}\n"));
        }
    };
    files(&mut history, 1, 9_000);
    let good = history.commit("alice");
    files(&mut history, 2, 9_000);
    history.commit("bot");
    let refusal = history.refused(good, Reason::NotAllowed);
    let more = "the commit changes more than is compared of one";
    assert!(refusal.message.contains(more), "{refusal}");
    let refused = history.verify().steps.pop().unwrap();
    assert_eq!(refused.denied.len() + refused.untold, 9_000 - 8_193);
    // The rest is judged against the last good commit too.
    files(&mut history, 1, 4_000);
    history.commit("bot");
    history.good();
}

/// A history with 40 files of one content that are more than is compared of one commit, by alice.
fn heavy(fields: &str) -> History {
    let mut policy = policy(fields);
    let other = public("other");
    policy.principal(
        "other",
        &format!("{{keys: [{other:?}], class: automation}}"),
    );
    let rule = policy.rules.last_mut().unwrap();
    *rule = rule.replace("[bot]", "[bot, other]");
    let mut history = History::with_policy(policy);
    heavy_files(&mut history, 1);
    history.commit("alice");
    history
}

/// What counts is how much there is, and not that it is the same over and over.
fn heavy_files(history: &mut History, b: usize) {
    let content = format!("a: 1\nb: {b}\n# {}\n", "x".repeat(1_000_000));
    for number in 0..40 {
        history.write(&format!("apps/{number}.yaml"), &content);
    }
}

const NO_MORE: &str = "with its signer's refused commits before it, it changes more than is compared until a good commit";

#[test]
fn what_a_program_may_have_compared_until_there_is_a_good_commit_is_bounded() {
    let mut history = heavy("[/a]");
    let good = history.tip;
    for b in 2..6 {
        heavy_files(&mut history, b);
        history.commit("bot");
        let refusal = history.refused(good, Reason::NotAllowed);
        assert!(refusal.message.contains("/b changed"), "{refusal}");
    }
    heavy_files(&mut history, 1);
    history.write(
        "apps/0.yaml",
        &history.files["apps/1.yaml"].replace("a: 1", "a: 2"),
    );
    let spent = history.clone();
    history.commit("bot");
    let refusal = history.refused(good, Reason::NotAllowed);
    assert!(refusal.message.contains(NO_MORE), "{refusal}");
    // So it is wherever the walk begins, and told before somebody signs.
    let state = spent.branch_at(good, &spent.files).verify().state;
    let verdict = history.verify_from(&state).unwrap();
    assert_eq!(verdict.refused.unwrap(), refusal);
    assert_eq!(foretold(&history, spent.tip, "bot"), Some(refusal.message));
    assert_eq!(foretold(&history, spent.tip, "other"), None);
    // It goes on from a good commit: by whom that may be, or of nothing.
    let mut other = spent.clone();
    other.commit("other");
    other.good();
    other.change("bot", "apps/1.yaml", &other.files["apps/0.yaml"].clone());
    other.good();
    history.write("apps/0.yaml", &history.files["apps/1.yaml"].clone());
    history.commit("bot");
    history.good();
}

/// Why the history's tip would be refused if that principal had signed it.
fn foretold(history: &History, onto: ObjectId, signer: &str) -> Option<String> {
    let presumed = Presumed {
        like: history.tip,
        onto,
        signer: signer.to_owned(),
    };
    let (objects, last, now) = (history.objects(), State::default(), at(history.clock));
    let (foretold, _) = presume(
        &objects,
        &presumed,
        &history.approvals,
        &history.root,
        &last,
        now,
    )
    .unwrap();
    foretold.step.refused.map(|refusal| refusal.message)
}

#[test]
fn many_pointers_to_look_for_among_many_fields_count_as_well() {
    let pointers: Vec<String> = (0..90).map(|i| format!("/x{i}")).collect();
    let mut history = of(&format!("[{}, /k]", pointers.join(", ")));
    let files = |history: &mut History, value: usize, count: usize| {
        let content: Vec<String> = (0..2_000)
            .map(|i| format!("- {{{i}: {value}}}\n"))
            .collect();
        let content = format!("k:\n{}", content.concat());
        for number in 0..count {
            history.write(&format!("apps/{number}.yaml"), &content);
        }
    };
    files(&mut history, 1, 40);
    let good = history.commit("alice");
    files(&mut history, 2, 40);
    history.commit("bot");
    let refusal = history.refused(good, Reason::NotAllowed);
    let more = "the commit changes more than is compared of one";
    assert!(refusal.message.contains(more), "{refusal}");
    files(&mut history, 1, 40);
    files(&mut history, 2, 10);
    history.commit("bot");
    history.good();
}

/// A document of some lists and maps, some scalars of which are other ones in a second version, and pointers to some of all.
#[derive(Debug, Clone)]
struct Change {
    old: String,
    new: String,
    /// Of each scalar that differs.
    differing: Vec<String>,
    pointers: Vec<String>,
}

const VALUES: [&str; 6] = ["1", "x", "'x'", "\"y # z\"", "a/b:c", "true"];

fn change() -> impl Strategy<Value = Change> {
    let leaf = (
        0..VALUES.len(),
        prop::option::weighted(0.3, 0..VALUES.len()),
    );
    let leaves = prop::collection::vec((leaf, 0..4_usize, any::<bool>()), 1..8);
    let pointer = (0..8_usize, 0..4_usize, 0..4_usize);
    let pointers = prop::collection::vec(pointer, 1..4);
    (leaves, pointers).prop_map(|(leaves, pointers)| {
        let mut change = Change {
            old: "# top\n".to_owned(),
            new: "# top\n".to_owned(),
            differing: Vec::new(),
            pointers: Vec::new(),
        };
        for (number, ((old, new), shape, is_noted)) in leaves.iter().enumerate() {
            let other = new.unwrap_or(*old);
            let place = match shape {
                0 => format!("/k{number}"),
                1 => format!("/k{number}/b/c"),
                2 => format!("/k{number}/1"),
                _ => format!("/k{number}/0/d"),
            };
            let line = |value: usize| {
                let (value, note) = (VALUES[value], if *is_noted { "  # note" } else { "" });
                match shape {
                    0 => format!("k{number}: {value}{note}\n"),
                    1 => format!("k{number}:\n  b: {{a: 1, c: {value}}}{note}\n"),
                    2 => format!("k{number}:\n- z\n- {value}{note}\n"),
                    _ => format!("k{number}:\n  -  d:   {value}{note}\n     e: 2\n"),
                }
            };
            change.old += &line(*old);
            change.new += &line(other);
            if other != *old {
                change.differing.push(place);
            }
        }
        change
            .pointers
            .extend(pointers.iter().map(|(key, one, two)| {
                let steps = [["", "/b", "/1", "/0"][*one], ["", "/c", "/*", "/d"][*two]];
                let key = if *key == 7 {
                    "*".to_owned()
                } else {
                    format!("k{key}")
                };
                format!("/{key}{}{}", steps[0], steps[1])
            }));
        change
    })
}

/// Whether a pointer names a place or something above it.
fn is_below(place: &str, pointer: &str) -> bool {
    let (place, pointer): (Vec<&str>, Vec<&str>) =
        (place.split('/').collect(), pointer.split('/').collect());
    pointer.len() <= place.len()
        && pointer
            .iter()
            .zip(place)
            .all(|(one, other)| *one == "*" || *one == other)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_programs_change_passes_exactly_where_each_value_that_differs_is_under_a_pointer(change in change()) {
        let pointers = format!("[{}]", change.pointers.join(", "));
        let mut history = History::with_policy(policy(&pointers));
        history.change("alice", PATH, &change.old);
        history.change("bot", PATH, &change.new);
        let is_covered = |place: &String| change.pointers.iter().any(|pointer| is_below(place, pointer));
        let expected = change.differing.iter().all(is_covered);
        let verdict = history.verify();
        prop_assert_eq!(verdict.refused.is_none(), expected, "{:?} {:?}", verdict.refused, change);
    }
}
