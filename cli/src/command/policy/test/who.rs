//! Who may change a path.

use crate::failure::Result;
use crate::output::Output;
use crate::output::listing::{Format, Listing, Row};
use jiff::Timestamp;
use serde_json::json;
use signet_api::RepoPath;
use signet_provenance::{Answer, Authority, Demand};

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
fn alone<'a>(authority: &'a Authority, path: &RepoPath, now: Timestamp) -> Vec<&'a str> {
    let names = authority.policy().principals.keys().map(String::as_str);
    let may = |name: &&str| {
        let answer = authority.ask(path.as_bytes(), &[*name], now);
        matches!(answer, Answer::Allowed { .. })
    };
    names.filter(may).collect()
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
        } = demand;
        listing.push(Row {
            name: format!("rule/{rule}"),
            cells: vec![
                rule.to_string(),
                pattern.clone(),
                group.clone(),
                threshold.to_string(),
                persons.join(","),
                programs.join(","),
            ],
            value: json!({
                "rule": rule,
                "pattern": pattern,
                "group": group,
                "threshold": threshold,
                "persons": persons,
                "programs": programs,
            }),
        });
    }
    listing
}
