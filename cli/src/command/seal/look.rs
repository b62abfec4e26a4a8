//! `signet seal --check`: whether files are sealed as they should be.

use super::fleets::holds_other_objects;
use super::named::{self, Chosen};
use super::{Seal, nothing_to_seal, places};
use crate::command::Answer;
use crate::command::check::report::{self, Format};
use crate::creation::{Creation, Said};
use crate::failure::Result;
use crate::inspection::Inspector;
use crate::inspection::source::Source;
use crate::opening::kinds_without_age;
use crate::output::Output;
use crate::place::Place;
use crate::repository::{folder_of, path_below};
use signet_envelope::{Rule, is_sealed, parse_unfinished_as};
use signet_seal::has_nothing_to_seal;
use std::path::{Path, PathBuf};

/// Says what is not right with files that have to be sealed. Sealing passes by the same files.
pub(super) fn look(seal: &Seal, files: &[Chosen], out: &Output) -> Result<Answer> {
    let places = &places(files);
    let folder = folder_of(places.first().map_or(Path::new("."), PathBuf::as_path))?;
    let (repository, source) = named::tree(&folder, places, out)?;
    let mut inspector = Inspector::of(
        &source,
        repository.as_ref(),
        seal.audience.config().named()?,
    )?;
    let mut creation = seal.audience.creation(out)?;
    let (mut findings, mut passed_by) = (Vec::new(), 0);
    for file in files {
        let path = path_below(source.root(), &file.place)?;
        let store = seal.store.of(&path);
        let Some(bytes) = source.read_small(&path)? else {
            findings.extend(inspector.of_secret_file(store, &path)?);
            continue;
        };
        let sealed = str::from_utf8(&bytes).ok();
        let sealed = sealed.and_then(|text| parse_unfinished_as(store, text, &path).ok());
        if let Some(kinds) = sealed.as_ref().and_then(kinds_without_age) {
            let shown = file.place.display();
            out.note(format!(
                "{shown} is sealed for {kinds} alone: sops opens it, and signet does not"
            ));
        }
        let may_pass = !file.is_named && !is_sealed(&bytes);
        let rule = may_pass.then(|| rule_of(&mut creation, &source, &inspector, file));
        let rule = rule.transpose()?;
        let is_passed_by = |rule: &Option<Rule>| {
            let is_ruled = rule.is_some() || !inspector.is_in_fleet();
            has_nothing_to_seal(store, &bytes, rule.as_ref())
                || !is_ruled && holds_other_objects(store, &bytes)
        };
        if rule.as_ref().is_some_and(is_passed_by) {
            passed_by += 1;
        } else {
            findings.extend(inspector.of_secret_file(store, &path)?);
        }
    }
    findings.extend(inspector.of_keys(out));
    if passed_by > 0 && passed_by == files.len() {
        return Err(nothing_to_seal());
    }
    let place = Place::of(source.root())?;
    let findings = findings.into_iter();
    let findings: Vec<_> = findings.map(|finding| finding.seen_from(&place)).collect();
    report::print(&findings, Format::Text, out)?;
    Ok(Answer::of(&findings))
}

/// Under which rule the file would be sealed; nothing leaves it to what the file holds.
fn rule_of(
    creation: &mut Creation<'_>,
    source: &Source,
    inspector: &Inspector<'_>,
    file: &Chosen,
) -> Result<Option<Rule>> {
    if inspector.is_in_fleet() {
        let path = path_below(source.root(), &file.place)?;
        return creation.rule_within(source.root(), &path);
    }
    Ok(match creation.of(&file.place)? {
        Said::Rule(_, rule) => rule.selection.clone(),
        Said::NoRule(_) | Said::Nothing => None,
    })
}
