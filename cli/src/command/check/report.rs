//! Findings as text and for machines.

use super::sarif;
use crate::failure::Result;
use crate::inspection::finding::{Finding, Level};
use crate::output::Output;
use crate::output::visible::{one_remark, pretty_json, yaml};
use clap::ValueEnum;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How findings are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A line for each finding, as compilers print them, and one for what to do
    #[default]
    Text,
    /// One JSON document
    Json,
    /// One YAML document
    Yaml,
    /// The files, one a line
    Name,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// Prints the findings.
pub(crate) fn print(findings: &[Finding], format: Format, out: &Output) -> Result<()> {
    let text = match format {
        Format::Text => findings.iter().map(text).collect(),
        Format::Json => pretty_json(&items(findings))?,
        Format::Yaml => yaml(&items(findings))?,
        Format::Name => names(findings),
        Format::Sarif => pretty_json(&sarif::log(findings))?,
    };
    Ok(out.text(&text)?)
}

fn text(finding: &Finding) -> String {
    let Finding {
        kind,
        shown,
        at,
        problem,
        ..
    } = finding;
    let place = at.map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column));
    // What is no note fails the check.
    let level = if kind.level() == Level::Note {
        "note: "
    } else {
        ""
    };
    let (problem, remedy) = (one_remark(problem), finding.remedy());
    format!(
        "{shown}{place}: {level}{problem} [{}]\n    {remedy}\n",
        kind.id()
    )
}

fn items(findings: &[Finding]) -> Value {
    json!({"items": findings.iter().map(item).collect::<Vec<_>>()})
}

fn item(finding: &Finding) -> Value {
    json!({
        "id": finding.kind.id(),
        "level": finding.kind.level().as_str(),
        "file": finding.path,
        "line": finding.at.map(|at| at.line),
        "column": finding.at.map(|at| at.column),
        "problem": finding.problem,
        "remedy": finding.remedy(),
    })
}

fn names(findings: &[Finding]) -> String {
    let mut listed = BTreeSet::new();
    let shown = findings.iter().map(|found| &*found.shown);
    let once = shown.filter(|name| listed.insert(*name));
    once.flat_map(|name| [name, "\n"]).collect()
}
