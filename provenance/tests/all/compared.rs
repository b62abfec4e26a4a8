//! Commits and tags made by chance, judged by us and by the real git.
//!
//! Whatever counts here counts for git. What git accepts and does not count here is refused for a
//! reason of [`classes`]. `COMPARED_CASES` says how many are compared, `COMPARED_SEED` which; a
//! failure names the seed of its case.

mod armour;
mod bytes;
mod classes;
mod commits;
mod dates;
mod oracle;
mod ours;
mod people;
mod signatures;
mod tags;
mod text;

use std::collections::BTreeMap;
use std::fmt;

use signet_provenance::{Kind, ObjectId};

use crate::dice::Dice;
use oracle::Git;
use ours::{Mainline, Pending, Refused};

/// A commit or a tag, and how it came about.
pub(crate) struct Crafted {
    bytes: Vec<u8>,
    made: Vec<&'static str>,
    /// When a commit is first seen.
    second: i64,
}

impl fmt::Display for Crafted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "made by {:?}:\n{}", self.made, self.bytes.escape_ascii())
    }
}

fn number(variable: &str, otherwise: u64) -> u64 {
    let asked = std::env::var(variable).ok();
    asked.map_or(otherwise, |number| number.parse().unwrap())
}

/// How many cases there are, of commits and tags together, where nobody asks for more: each takes
/// git and ssh-keygen some 15 ms.
const CASES: u64 = 4_000;
/// From how many on each of the listed reasons must have been met.
const MANY: u64 = 20_000;
/// How many are made before git is asked about them.
const TOGETHER: u64 = 500;
/// Of how many that count git is asked at once: if it accepts all, it accepts each.
const AT_ONCE: usize = 50;

/// What git said, by what we did.
#[derive(Debug, Default)]
struct Tally {
    accepted: usize,
    refused_by_both: usize,
    stricter: BTreeMap<&'static str, usize>,
}

/// Has git judge what is crafted, and compares.
struct Comparison<'a> {
    kind: Kind,
    git: Git,
    craft: &'a dyn Fn(&mut Dice) -> Crafted,
    judge: &'a dyn Fn(&Crafted) -> Result<(), Refused>,
    reasons: &'static [&'static str],
}

impl Comparison<'_> {
    /// The seed, and what came of it.
    fn run(&self) -> (u64, Tally) {
        let (cases, seed) = (number("COMPARED_CASES", CASES), number("COMPARED_SEED", 1));
        let mut tally = Tally::default();
        let half = cases / 2;
        for from in (0..half).step_by(usize::try_from(TOGETHER).unwrap()) {
            let numbers = from..(from + TOGETHER).min(half);
            // Each case has a seed of its own: what is crafted first moves nothing that follows.
            let crafted: Vec<(u64, Crafted)> = numbers
                .map(|number| (seed << 32) + number)
                .map(|seed| (seed, (self.craft)(&mut Dice::new(seed))))
                .collect();
            self.compare(&crafted, &mut tally);
        }
        tally.check(half);
        let missed = |reason: &&&str| !tally.stricter.contains_key(*reason);
        let missed: Vec<_> = self.reasons.iter().filter(missed).collect();
        assert!(cases < MANY || missed.is_empty(), "not met: {missed:#?}");
        (seed, tally)
    }

    fn compare(&self, crafted: &[(u64, Crafted)], tally: &mut Tally) {
        let ids = self.git.write(
            self.kind,
            crafted.iter().map(|(_, crafted)| &*crafted.bytes),
        );
        assert_eq!(ids.len(), crafted.len());
        let mut counting = Vec::new();
        for ((seed, crafted), id) in crafted.iter().zip(ids) {
            match (self.judge)(crafted) {
                Ok(()) => counting.push((seed, crafted, id)),
                Err(refused) => self.ask(*seed, crafted, id, &refused, tally),
            }
        }
        tally.accepted += counting.len();
        for together in counting.chunks(AT_ONCE) {
            let ids: Vec<ObjectId> = together.iter().map(|(_, _, id)| *id).collect();
            if !self.git.accepts(self.kind, &ids) {
                let wrong = together
                    .iter()
                    .find(|(_, _, id)| !self.git.accepts(self.kind, &[*id]));
                let (seed, crafted, _) = wrong.expect("one of them is refused");
                panic!("seed {seed}: counts here, and git refuses it, {crafted}");
            }
        }
    }

    fn ask(
        &self,
        seed: u64,
        crafted: &Crafted,
        id: ObjectId,
        refused: &Refused,
        tally: &mut Tally,
    ) {
        if !self.git.accepts(self.kind, &[id]) {
            tally.refused_by_both += 1;
            return;
        }
        match classes::reason(refused, &crafted.made) {
            Some(reason) => *tally.stricter.entry(reason).or_default() += 1,
            None => panic!("seed {seed}: git accepts what is refused for {refused:?}, {crafted}"),
        }
    }
}

impl Tally {
    /// Whether the cases are worth their time: many are accepted by both, many refused by both.
    fn check(&self, cases: u64) {
        let cases = usize::try_from(cases).unwrap();
        assert!(
            self.accepted > cases / 8,
            "{} of {cases} count",
            self.accepted
        );
        assert!(
            self.refused_by_both > cases / 8,
            "{} of {cases} count for nobody",
            self.refused_by_both
        );
    }
}

#[test]
fn git_accepts_each_commit_that_counts_and_no_other_but_for_a_listed_reason() {
    let mainline = Mainline::new();
    let facts = commits::Facts {
        tree: mainline.history.tree(),
        parent: mainline.history.tip,
    };
    let comparison = Comparison {
        kind: Kind::Commit,
        git: Git::new(&people::allowed_signers(true)),
        craft: &|dice| facts.craft(dice),
        judge: &|crafted| mainline.judge(crafted),
        reasons: classes::OF_COMMITS,
    };
    let (seed, tally) = comparison.run();
    println!("seed {seed}: {tally:#?}");
}

#[test]
fn git_accepts_each_approval_that_counts_and_no_other_but_for_a_listed_reason() {
    let pending = Pending::new();
    let facts = tags::Facts {
        target: pending.history.tip,
        message: pending.message.clone(),
    };
    let comparison = Comparison {
        kind: Kind::Tag,
        git: Git::new(&people::allowed_signers(false)),
        craft: &|dice| facts.craft(dice),
        judge: &|crafted| pending.judge(crafted),
        reasons: classes::OF_TAGS,
    };
    let (seed, tally) = comparison.run();
    println!("seed {seed}: {tally:#?}");
}
