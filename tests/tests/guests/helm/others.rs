//! Charts that others publish, in the modules of their programs.

mod flipped;
mod modules;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use signet_tests::dice::Dice;

use crate::compared::{Outcome, each};

use super::compared::compared;
use modules::MODULES;

/// How many other sets of values each chart is rendered with, beside its own.
const SETS: u64 = 2;

/// A chart and one set of values for it.
struct Case {
    chart: String,
    folder: PathBuf,
    values: Option<String>,
}

/// The folder of external-dns' chart.
pub(crate) fn external_dns() -> PathBuf {
    let chart = modules::EXTERNAL_DNS;
    chart.module.folder().unwrap().join(chart.charts[0])
}

fn cases() -> Vec<Case> {
    let charts = MODULES.iter().flat_map(|module| {
        let root = module.module.folder().unwrap();
        let charts = module.charts.iter();
        charts.map(move |chart| (format!("{} {chart}", module.module.path), root.join(chart)))
    });
    charts
        .flat_map(|(chart, folder)| {
            let own = fs::read_to_string(folder.join("values.yaml")).unwrap_or_default();
            (0..=SETS).map(move |set| Case {
                chart: chart.clone(),
                folder: folder.clone(),
                values: (set > 0).then(|| flipped::values(&own, &mut Dice::new(set))),
            })
        })
        .collect()
}

#[test]
fn prints_what_helm_prints_of_charts_that_others_publish() {
    let cases = cases();
    let outcomes = each(&cases, |case| {
        compared(&case.folder, case.values.as_deref().unwrap_or_default())
    });
    let (mut same, mut rendered, mut refused) = (0, BTreeSet::new(), 0);
    let (mut called, mut differing) = (BTreeSet::new(), Vec::new());
    for (case, outcome) in cases.iter().zip(outcomes) {
        let chart = case.chart.as_str();
        match outcome {
            Ok(Outcome::Same) => {
                same += 1;
                rendered.insert(chart);
            }
            Ok(Outcome::Refused) => refused += 1,
            Ok(Outcome::Differs(how)) => differing.push((chart, &case.values, how)),
            Err(function) => drop(called.insert((chart, function))),
        }
    }
    let charts = rendered.len();
    println!("{same} of {charts} charts the same, {refused} refused by both");
    assert!(differing.is_empty(), "{differing:#?}");
    let known = modules::CALLED.map(|(chart, function)| (chart, function.to_owned()));
    assert_eq!(called, BTreeSet::from(known));
    assert!(charts >= 30, "{charts}");
}
