use signet_api::{AutomationRule, Policy, Revocation, RevocationMode};

use super::*;
use crate::Certificates;
use crate::authority::tests::{line, policy, rule};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const TEAM: &[u8] = b"team/x";
const ROOT_PATH: &[u8] = b"signet/policy.yaml";

fn with(change: impl FnOnce(&mut Policy)) -> Authority {
    let mut policy = policy();
    change(&mut policy);
    Authority::new(policy, &Certificates::default()).unwrap()
}

fn ask(authority: &Authority, path: &[u8], signers: &[&str]) -> Answer {
    authority.ask(path, signers, NOW)
}

fn missing(rule: usize, missing: u32) -> impl Fn(&Answer) -> bool {
    move |answer| matches!(answer, Answer::Missing { rule: found, missing: persons, .. } if (*found, *persons) == (rule, missing))
}

#[test]
fn who_is_in_the_group_of_every_rule_may_change_a_path() {
    let authority = with(|policy| policy.rules.push(rule("team/**", "root")));
    let allowed = Answer::Allowed { rules: vec![2, 3] };
    assert_eq!(ask(&authority, TEAM, &["bob"]), allowed);
    assert!(missing(2, 1)(&ask(&authority, TEAM, &["alice"])));
    assert_eq!(ask(&authority, b"elsewhere", &["bob"]), Answer::NoRule);
}

#[test]
fn a_threshold_says_how_many_persons_are_missing_and_is_met_by_no_single_signature() {
    let authority = with(|policy| policy.rules[0].threshold = 2);
    assert!(missing(1, 1)(&ask(&authority, ROOT_PATH, &["alice"])));
    assert!(missing(1, 1)(&ask(
        &authority,
        ROOT_PATH,
        &["alice", "alice"]
    )));
    assert!(missing(1, 2)(&ask(&authority, ROOT_PATH, &["bot", "hub"])));
    let both = ask(&authority, ROOT_PATH, &["alice", "bob"]);
    assert_eq!(both, Answer::Approvals { approvals: 1 });
}

#[test]
fn a_program_may_change_what_an_automation_rule_names_and_nothing_else() {
    let authority = with(|policy| {
        policy.rules[1].automation = Some(AutomationRule {
            principals: vec!["bot".to_owned()],
            fields: Vec::new(),
        });
    });
    let allowed = Answer::Allowed { rules: vec![2] };
    assert_eq!(ask(&authority, TEAM, &["bot"]), allowed);
    assert!(missing(2, 1)(&ask(&authority, TEAM, &["hub"])));
    assert!(missing(1, 1)(&ask(&authority, ROOT_PATH, &["bot"])));
}

#[test]
fn a_key_that_ended_begins_later_or_is_revoked_does_not_sign() {
    let hour = jiff::SignedDuration::from_hours(1);
    let bob = |policy: &mut Policy| policy.principals.get_mut("bob").unwrap().keys.remove(0);
    let ended = with(|policy| {
        let mut key = bob(policy);
        key.valid_before = Some(NOW);
        policy.principals.get_mut("bob").unwrap().keys.push(key);
    });
    assert_eq!(ask(&ended, TEAM, &["bob"]), Answer::NoKey);
    let later = with(|policy| {
        let mut key = bob(policy);
        key.valid_after = Some(NOW + hour);
        policy.principals.get_mut("bob").unwrap().keys.push(key);
    });
    assert_eq!(ask(&later, TEAM, &["bob"]), Answer::NoKey);
    assert!(matches!(
        later.ask(TEAM, &["bob"], NOW + hour),
        Answer::Allowed { .. }
    ));
    let revoked = with(|policy| {
        policy.revoked.push(Revocation {
            key: line(2),
            mode: RevocationMode::Soft,
            since: NOW,
        });
    });
    assert_eq!(ask(&revoked, TEAM, &["bob"]), Answer::NoKey);
    assert_eq!(revoked.demands(TEAM, NOW)[0].persons, [""; 0]);
}

#[test]
fn a_demand_names_the_persons_of_the_group_and_its_programs() {
    let authority = with(|policy| {
        policy.rules[1].automation = Some(AutomationRule {
            principals: vec!["bot".to_owned()],
            fields: Vec::new(),
        });
    });
    let demand = Demand {
        rule: 2,
        pattern: "team/**".to_owned(),
        group: "team".to_owned(),
        threshold: 1,
        persons: vec!["bob".to_owned()],
        programs: vec!["bot".to_owned()],
        fields: Vec::new(),
    };
    assert_eq!(authority.demands(TEAM, NOW), [demand]);
}

#[test]
fn a_program_that_is_limited_to_fields_is_answered_them_where_the_others_may_do_no_more() {
    let limited = |fields: &[&str]| {
        Some(AutomationRule {
            principals: vec!["bot".to_owned()],
            fields: fields.iter().map(|field| field.parse().unwrap()).collect(),
        })
    };
    let authority = with(|policy| {
        policy.rules[1].automation = limited(&["/image", "/tag"]);
        policy.rules.push(rule("team/**", "team"));
        policy.rules[2].automation = limited(&[]);
        policy.rules.push(rule("team/*", "team"));
        policy.rules[3].automation = limited(&["/image"]);
    });
    let limit = |rule, fields: &[&str]| {
        let fields = fields.iter().map(|field| field.parse().unwrap()).collect();
        Arc::new(FieldLimit { rule, fields })
    };
    let fields = Answer::Fields {
        rules: vec![2, 3, 4],
        limits: vec![limit(2, &["/image", "/tag"]), limit(4, &["/image"])],
    };
    for signers in [&["bot"][..], &["bot", "hub"], &["alice", "bot"]] {
        assert_eq!(ask(&authority, TEAM, signers), fields, "{signers:?}");
    }
    let allowed = Answer::Allowed {
        rules: vec![2, 3, 4],
    };
    assert_eq!(ask(&authority, TEAM, &["bob", "bot"]), allowed);
    let demands = authority.demands(TEAM, NOW);
    let fields: Vec<&[String]> = demands.iter().map(|demand| &demand.fields[..]).collect();
    assert_eq!(fields, [&["/image", "/tag"][..], &[], &["/image"]]);
    let missing = missing(1, 1);
    assert!(missing(&ask(&authority, ROOT_PATH, &["bot"])));
}

#[test]
fn the_answer_is_the_judgement_of_a_commit() {
    let authority = with(|policy| {
        policy.rules.push(rule("team/root/**", "root"));
        policy.rules.push(rule("**/x", "team"));
    });
    for path in ["team/root/x", "team/a", "signet/x", "y/x", "y"] {
        for name in ["alice", "bob", "bot", "hub"] {
            let holder = authority.keys.of_principal(name).next().unwrap();
            let judged = match authority.judge(path.as_bytes(), holder, &[]) {
                None => Answer::NoRule,
                Some(Ok(rules)) => Answer::Allowed { rules },
                Some(Err(_)) => continue,
            };
            assert_eq!(
                ask(&authority, path.as_bytes(), &[name]),
                judged,
                "{path} {name}"
            );
        }
    }
}
