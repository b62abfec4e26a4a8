//! Who may change a path.

use crate::failure::Result;
use crate::output::Output;
use crate::output::listing::{Format, Listing, Row};
use jiff::Timestamp;
use serde_json::json;
use signet_api::RepoPath;
use signet_provenance::{Answer, Authority, Demand, FieldLimit};
use std::sync::Arc;

/// Prints what each rule for the path asks, and says who meets them all.
pub(super) fn print(
    authority: &Authority,
    path: &RepoPath,
    now: Timestamp,
    out: &Output,
    format: Format,
) -> Result<()> {
    let demands = authority.demands(path.as_bytes(), now);
    listing(&demands).print(out, format)?;
    out.note(match alone(authority, path, now)[..] {
        _ if demands.is_empty() => format!("no rule names {path}, so nobody may change it"),
        [] => format!(
            "nobody may change {path} alone: one signs, and others approve it (signet approve)"
        ),
        ref names => format!("may change {path}: {}", names.join(", ")),
    });
    Ok(())
}

/// Everybody whose own signature is enough.
fn alone(authority: &Authority, path: &RepoPath, now: Timestamp) -> Vec<String> {
    let names = authority.policy().principals.keys();
    let may = |name: &String| match authority.ask(path.as_bytes(), &[name], now) {
        Answer::Allowed { .. } => Some(name.clone()),
        Answer::Fields { limits, .. } => Some(limited(name, &limits)),
        _ => None,
    };
    names.filter_map(may).collect()
}

/// A program, and to what each rule limits it.
fn limited(program: &str, limits: &[Arc<FieldLimit>]) -> String {
    let limits: Vec<String> = limits.iter().map(ToString::to_string).collect();
    format!("{program} (only {})", limits.join(", and of those "))
}

fn listing(demands: &[Demand]) -> Listing {
    let mut listing = Listing::new(&[
        "RULE",
        "PATTERN",
        "GROUP",
        "THRESHOLD",
        "PERSONS",
        "PROGRAMS",
    ]);
    for demand in demands {
        let Demand {
            rule,
            pattern,
            group,
            threshold,
            persons,
            programs,
            fields,
        } = demand;
        let only = match fields[..] {
            [] => String::new(),
            _ if programs.is_empty() => String::new(),
            _ => format!(" (only {})", fields.join(", ")),
        };
        listing.push(Row {
            name: format!("rule/{rule}"),
            cells: vec![
                rule.to_string(),
                pattern.clone(),
                group.clone(),
                threshold.to_string(),
                persons.join(","),
                programs.join(",") + &only,
            ],
            value: json!({
                "rule": rule,
                "pattern": pattern,
                "group": group,
                "threshold": threshold,
                "persons": persons,
                "programs": programs,
                "fields": fields,
            }),
        });
    }
    listing
}
