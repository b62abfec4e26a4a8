//! `signet policy test`: who may change what, by the policy of the work tree, and what would become of a commit.

mod commits;
mod table;
mod who;

use crate::clock;
use crate::command::Answer;
use crate::failure::{Explain, Result, failed, usage};
use crate::inspection::policy;
use crate::output::listing::{FormatArgs, Listing, Row};
use crate::pin::Trust;
use crate::reading;
use crate::repository::Repository;
use crate::revisions::Range;
use crate::session::Session;
use jiff::Timestamp;
use serde_json::{Value, json};
use signet_api::Policy;
use signet_provenance::{Answer as Verdict, Authority, FieldLimit};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use table::{Case, Expected};

/// Ask the policy of the work tree who may change what, and compare with what is expected
#[derive(clap::Args)]
#[command(
    after_help = "A table is a YAML list of {path: PATH, signers: [NAME], expect: allowed|approvals|fields|denied}, with paths from where the repository begins; without \
    expect a row only asks. Who is asked about signs now: keys that have ended or are revoked do not count. A commit has one signature: \
    approvals is the answer where one of them signs and others have to approve (signet approve), and says how many; fields where one is a program that may \
    change certain fields of a file alone, which it names; otherwise it says how many are missing.\n\
    With --rev a commit is judged as agents would judge it if NAME signed and pushed it now, whoever signed what is there: REV anew with what it merges, or one \
    that makes of A what B is. It is the policy of the last good commit before it that answers, and that of the work tree has no say. Approvals that are here count. \
    Each commit of a branch as it is, with the signature that it has: signet verify A..B.\n\
    Exit codes: 0 every expectation holds, or the commit would pass; 1 not so; 2 failed.\n\n\
    Example:\n  signet policy test signet/expected.yaml\n  \
    echo '[{path: clusters/prod/a.yaml, signers: [dave], expect: denied}]' | signet policy test\n  \
    signet policy test --path tenants/team-a/prod/db.yaml\n  \
    signet policy test --rev main..my-branch --signer dave"
)]
pub(crate) struct Test {
    /// The table (default: stdin)
    #[arg(value_name = "FILE", conflicts_with = "path")]
    file: Option<PathBuf>,
    /// Print who may change this path, which need not be there
    #[arg(long, value_name = "PATH")]
    path: Option<PathBuf>,
    /// Ask whether this commit would pass, or one that changes what these do
    #[arg(long, value_name = "REV|A..B", conflicts_with_all = ["file", "path"], requires = "signer")]
    rev: Option<Range>,
    /// Who would sign it
    #[arg(long, value_name = "NAME", requires = "rev")]
    signer: Option<String>,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    trust: Trust,
}

impl Test {
    /// Prints the answers.
    pub(crate) fn run(self, session: &Session) -> Result<Answer> {
        let out = &session.out;
        let repository = Repository::here(out)?;
        if let (Some(range), Some(signer)) = (&self.rev, &self.signer) {
            let format = self.format.format;
            return commits::judge(&repository, range, signer, self.trust, out, format);
        }
        let authority = authority(&repository)?;
        let now = clock::now();
        if let Some(path) = &self.path {
            let path = repository.path_at(path)?;
            who::print(&authority, &path, now, out, self.format.format)?;
            return Ok(Answer::Done);
        }
        let cases = self.cases(&authority)?;
        let answers = cases.iter().map(|case| case.asked(&authority, now));
        let answers: Vec<Verdict> = answers.collect();
        listing(&cases, &answers).print(out, self.format.format)?;
        let both = cases.iter().zip(&answers);
        let wrong: Vec<&Case> = both
            .filter(|(case, answer)| case.holds(answer) == Some(false))
            .map(|(case, _)| case)
            .collect();
        if !wrong.is_empty() {
            let (wrong, all) = (wrong.len(), cases.len());
            out.warn(format!("not as expected: {wrong} of {all}"));
        }
        Ok(Answer::of(&wrong))
    }

    fn cases(&self, authority: &Authority) -> Result<Vec<Case>> {
        let (name, bytes) = match &self.file {
            Some(file) if file != Path::new("-") => {
                let bytes = reading::file(file);
                let bytes = bytes.with_context(|| format!("read {}", file.display()))?;
                (file.display().to_string(), bytes)
            }
            _ if io::stdin().is_terminal() => {
                return Err(usage(
                    "no FILE and no --path is named, and nothing is piped",
                ));
            }
            _ => {
                let bytes = reading::all(io::stdin()).context("read stdin")?;
                ("stdin".to_owned(), bytes)
            }
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| failed("it is not UTF-8"));
        let cases = text.and_then(|text| table::read(text, authority.policy()));
        cases.with_context(|| format!("read the table of {name}"))
    }
}

fn authority(repository: &Repository) -> Result<Authority> {
    let text = repository
        .read(&policy::path())?
        .ok_or_else(policy::missing)?;
    let policy = Policy::parse(&text, &policy::path()).context("read the policy")?;
    let certificates = repository.certificates(&policy)?;
    Authority::new(policy, &certificates)
        .context("the policy may not govern")
        .hint("`signet policy check` shows where")
}

impl Case {
    fn asked(&self, authority: &Authority, now: Timestamp) -> Verdict {
        let signers: Vec<&str> = self.signers.iter().map(String::as_str).collect();
        authority.ask(&self.path, &signers, now)
    }

    /// Whether the answer is as expected; nothing where nothing is.
    fn holds(&self, answer: &Verdict) -> Option<bool> {
        Some(self.expect? == verdict(answer))
    }
}

fn verdict(answer: &Verdict) -> Expected {
    match answer {
        Verdict::Allowed { .. } => Expected::Allowed,
        Verdict::Approvals { .. } => Expected::Approvals,
        Verdict::Fields { .. } => Expected::Fields,
        Verdict::Missing { .. } | Verdict::NoRule | Verdict::NoKey => Expected::Denied,
    }
}

fn listing(cases: &[Case], answers: &[Verdict]) -> Listing {
    let mut listing = Listing::new(&["PATH", "SIGNERS", "VERDICT", "EXPECTED", "WHY"]);
    for (case, answer) in cases.iter().zip(answers) {
        let path = String::from_utf8_lossy(&case.path);
        let (verdict, why) = (verdict(answer), why(answer));
        let holds = case.holds(answer);
        let expected = match (case.expect, holds) {
            (Some(expected), Some(false)) => format!("{}, which does not hold", expected.as_str()),
            (Some(expected), _) => expected.as_str().to_owned(),
            (None, _) => String::new(),
        };
        listing.push(Row {
            name: format!("{}/{path}", verdict.as_str()),
            cells: vec![
                path.to_string(),
                case.signers.join(","),
                verdict.as_str().to_owned(),
                expected,
                why.clone(),
            ],
            value: json!({
                "path": path,
                "signers": case.signers,
                "verdict": verdict.as_str(),
                "expected": case.expect.map(Expected::as_str),
                "holds": holds,
                "why": why,
                "rules": rules(answer),
                "missing": missing(answer),
                "approvals": approvals(answer),
                "fields": fields(answer),
            }),
        });
    }
    listing
}

/// The rules that allowed it.
fn rules(answer: &Verdict) -> Option<&[usize]> {
    match answer {
        Verdict::Allowed { rules } | Verdict::Fields { rules, .. } => Some(rules),
        _ => None,
    }
}

/// How many persons are missing.
fn missing(answer: &Verdict) -> Option<u32> {
    match answer {
        Verdict::Missing { missing, .. } => Some(*missing),
        _ => None,
    }
}

/// How many have to approve what one of them signs.
fn approvals(answer: &Verdict) -> Option<usize> {
    match answer {
        Verdict::Approvals { approvals } => Some(*approvals),
        _ => None,
    }
}

/// The fields that may change alone, with the rule that says so.
fn fields(answer: &Verdict) -> Option<Vec<Value>> {
    match answer {
        Verdict::Fields { limits, .. } => {
            let limits = limits.iter().map(|limit| &**limit);
            let limit =
                |FieldLimit { rule, fields }: &FieldLimit| json!({"rule": rule, "fields": fields});
            Some(limits.map(limit).collect())
        }
        _ => None,
    }
}

fn why(answer: &Verdict) -> String {
    let named = |rules: &[usize]| {
        let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
        format!("rule {}", rules.join(", "))
    };
    match answer {
        Verdict::Allowed { rules } => named(rules),
        Verdict::Fields { rules, limits } => {
            let limits = limits
                .iter()
                .map(|limit| format!("only {limit} (rule {})", limit.rule));
            let limits: Vec<String> = limits.collect();
            format!("{}: {}", named(rules), limits.join(", and of those "))
        }
        Verdict::Missing {
            rule,
            pattern,
            group,
            threshold,
            missing,
        } => {
            format!("rule {rule} ({pattern}) needs {threshold} of group {group}: {missing} missing")
        }
        Verdict::Approvals { approvals: 1 } => "allowed with 1 approval".to_owned(),
        Verdict::Approvals { approvals } => format!("allowed with {approvals} approvals"),
        Verdict::NoRule => "no rule names the path".to_owned(),
        Verdict::NoKey => "none of them has a key whose signatures count now".to_owned(),
    }
}
