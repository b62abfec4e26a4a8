//! For whom a file that belongs to no tenant is sealed, and which of its leaves.

use crate::creation::{ConfigArgs, Creation, Said};
use crate::failure::{Explain, Failure, Result, refused, refused_by, usage};
use crate::foreign;
use crate::mistyped::refuse_in_rule;
use crate::output::Output;
use crate::output::shell::word;
use crate::rule_people::{other_people, update};
use signet_api::RepoPath;
use signet_envelope::{CreationRule, Rule, Sealed, normal_recipient};
use signet_seal::{KeyGroups, check_recipient, classical_beside_post_quantum};
use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::path::Path;

const VARIABLE: &str = "SOPS_AGE_RECIPIENTS";

/// `--age` and `--config`, for commands that seal files that were never sealed.
#[derive(clap::Args)]
pub(crate) struct AudienceArgs {
    #[expect(clippy::doc_markdown, reason = "the help shows it as it stands")]
    /// Seal a file that belongs to no tenant for this recipient (repeatable, or with commas), whatever .sops.yaml says; of
    /// files that were never sealed SOPS_AGE_RECIPIENTS does the same, and of no others
    #[arg(long = "age", value_name = "RECIPIENT", value_delimiter = ',')]
    recipients: Vec<String>,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Whether the environment names recipients.
pub(crate) fn are_exported() -> bool {
    one_group(env::var(VARIABLE).unwrap_or_default().split(',')).is_some()
}

/// Everybody that was named, and the creation rules.
pub(crate) struct Audiences<'a> {
    named: Option<KeyGroups>,
    exported: Option<KeyGroups>,
    creation: Creation<'a>,
    out: &'a Output,
}

/// How one file is sealed.
pub(crate) struct Audience {
    /// For whom; nothing for a sealed file that stays with those it has.
    pub(crate) groups: Option<KeyGroups>,
    /// Which leaves; nothing where no rule says.
    pub(crate) rule: Option<Rule>,
    /// Whether SOPS' MAC leaves out clear values.
    pub(crate) mac_only_encrypted: bool,
}

impl AudienceArgs {
    /// Whether the person named recipients.
    pub(crate) fn are_named(&self) -> bool {
        !self.recipients.is_empty()
    }

    /// The `.sops.yaml` that was named.
    pub(crate) fn config(&self) -> &ConfigArgs {
        &self.config
    }

    /// Refuses recipients that the person named for a file whose path names them.
    pub(crate) fn refuse_for(&self, path: &RepoPath) -> Result<()> {
        if !self.are_named() {
            return Ok(());
        }
        Err(
            refused(format!("the path of {path} says for whom it is sealed")).hint(
                "leave out --age; further people who may open it are `editors` of the tenant",
            ),
        )
    }

    /// The creation rules alone.
    pub(crate) fn creation<'a>(&self, out: &'a Output) -> Result<Creation<'a>> {
        self.config.creation(out)
    }

    /// Everybody that can be asked.
    pub(crate) fn audiences<'a>(&self, out: &'a Output) -> Result<Audiences<'a>> {
        let exported = env::var(VARIABLE).unwrap_or_default();
        for recipient in &self.recipients {
            let checked = check_recipient(&normal_recipient(recipient));
            checked.map_err(|error| usage(format!("read --age: {error}")))?;
        }
        Ok(Audiences {
            named: one_group(self.recipients.iter().map(String::as_str)),
            exported: one_group(exported.split(',')),
            creation: self.creation(out)?,
            out,
        })
    }
}

impl Audiences<'_> {
    /// How a file that was never sealed is sealed: for those that `--age` names, else `SOPS_AGE_RECIPIENTS`, else the
    /// `.sops.yaml`, as sops does; which leaves, the `.sops.yaml` says in any case.
    ///
    /// # Errors
    /// When nobody is named, or also somebody for whom no key can be wrapped.
    pub(crate) fn of_fresh(&mut self, file: &Path) -> Result<Audience> {
        let named = self.named.as_ref().or(self.exported.as_ref()).cloned();
        let said = self.creation.of(file)?;
        let groups = match (named, &said) {
            (Some(named), _) => named,
            (None, Said::Rule(config, rule)) => {
                refuse_in_rule(config, rule)?;
                groups(rule)
                    .with_context(|| format!("follow the creation rules in {}", config.display()))?
                    .ok_or_else(|| names_nobody(file, config, rule))?
            }
            (None, Said::NoRule(config)) => {
                return Err(nobody(file).hint(format!(
                    "no creation rule in {} is for it",
                    config.display()
                )));
            }
            (None, Said::Nothing) => return Err(nobody(file)),
        };
        warn_of_classical(file, &groups, self.out);
        let audience = Audience::new(Some(groups), &said);
        if self.named.is_none() && self.exported.is_some() {
            self.out
                .note(format!("{}: for those in {VARIABLE}", file.display()));
        }
        Ok(audience)
    }

    /// How a file that is sealed already is sealed: for those that `--age` or the `.sops.yaml` names; for those that it has
    /// where neither does, or where that would take more than age.
    ///
    /// # Errors
    /// When the rule also names keys that only sops wraps for, and the file is not sealed for those that it names.
    pub(crate) fn of_sealed(&mut self, file: &Path, sealed: Option<&Sealed>) -> Result<Audience> {
        let said = self.creation.of(file)?;
        let groups = match (&self.named, &said) {
            (Some(named), _) => Some(named.clone()),
            (None, Said::Rule(config, rule)) => {
                refuse_in_rule(config, rule)?;
                let groups = groups(rule).ok();
                let is_left = |sealed: &&Sealed| groups.is_none() || foreign::has_any(sealed);
                if let Some(sealed) = sealed.filter(is_left)
                    && let Some(others) = other_people(rule, sealed)
                {
                    let update =
                        update(rule, sealed).replace("FILE", &word(&file.to_string_lossy()));
                    return Err(refused(format!("{}: {others}", file.display()))
                        .hint(format!("`{update}` seals it for them")));
                }
                groups.flatten()
            }
            (None, Said::NoRule(_) | Said::Nothing) => None,
        };
        Ok(Audience::new(groups, &said))
    }
}

impl Audience {
    fn new(groups: Option<KeyGroups>, said: &Said<'_>) -> Self {
        let rule = match said {
            Said::Rule(_, rule) => Some(rule),
            Said::NoRule(_) | Said::Nothing => None,
        };
        Self {
            groups,
            rule: rule.and_then(|rule| rule.selection.clone()),
            mac_only_encrypted: rule.is_some_and(|rule| rule.mac_only_encrypted),
        }
    }
}

/// The key groups that a rule asks for; nothing if it names nobody.
///
/// # Errors
/// When it also names keys that only sops wraps for.
pub(crate) fn groups(rule: &CreationRule) -> Result<Option<KeyGroups>> {
    let groups = rule
        .recipients()
        .map_err(Failure::from)
        .hint("leave them out, or go on with sops for files of this rule: `sops encrypt -i FILE`, `sops edit FILE`")?;
    let groups = KeyGroups {
        groups,
        threshold: rule.shamir_threshold,
    };
    Ok((!groups.recipients().is_empty()).then_some(groups))
}

fn one_group<'a>(recipients: impl Iterator<Item = &'a str>) -> Option<KeyGroups> {
    let recipients = recipients.map(str::trim).filter(|text| !text.is_empty());
    let recipients: BTreeSet<String> = recipients.map(normal_recipient).collect();
    (!recipients.is_empty()).then(|| KeyGroups::one(recipients))
}

/// Says who gives away what post-quantum recipients beside them protect.
fn warn_of_classical(file: &Path, groups: &KeyGroups, out: &Output) {
    let recipients = groups.recipients();
    let classical = classical_beside_post_quantum(recipients.iter().map(String::as_str));
    if !classical.is_empty() {
        out.warn(format!(
            "{}: whoever has a quantum computer opens it as {}, post-quantum recipients beside or not",
            file.display(),
            classical.join(" or ")
        ));
    }
}

fn nobody(file: &Path) -> Failure {
    refused_by(Unnamed(file.display().to_string())).hint(format!(
        "say --age RECIPIENT, set {VARIABLE}, or write a creation rule in .sops.yaml"
    ))
}

fn names_nobody(file: &Path, config: &Path, rule: &CreationRule) -> Failure {
    let (config, at) = (config.display(), rule.at);
    refused_by(Unnamed(file.display().to_string())).hint(format!(
        "the creation rule for it names nobody ({config}, {at}): add `age: RECIPIENT` to it, or say --age RECIPIENT"
    ))
}

/// A file for which neither a person nor a rule says who may open it.
#[derive(Debug)]
pub(crate) struct Unnamed(String);

impl Error for Unnamed {}

impl Display for Unnamed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "nobody is named for whom {} is to be sealed", self.0)
    }
}
