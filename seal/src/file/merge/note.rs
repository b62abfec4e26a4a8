//! Puts the comments of the result where they belong.

mod flat;

use std::collections::{BTreeMap, HashMap};

use signet_envelope::Store;
use signet_yaml::{Edit, Node, Scalar, Style, Value as Yaml, comment_edit};

use super::error::Unwritable;
use super::part::{Part, Remarks, Spot, texts};
use super::plan::{Pick, Plan};
use crate::layout::lines::{line_break, line_end, line_start};

/// The comments that a collection is to have.
type Wanted<'a> = BTreeMap<Spot, Vec<&'a str>>;

/// Edits, of which several may insert at one place.
#[derive(Default)]
pub(super) struct Edits(Vec<Edit>);

impl Edits {
    pub(super) fn into_edits(self) -> Vec<Edit> {
        self.0
    }

    fn insert(&mut self, at: usize, text: String) {
        // What is taken out from there on makes room for it.
        let here = |edit: &&mut Edit| edit.span.start == at;
        match self.0.iter_mut().find(here) {
            Some(edit) => edit.text.push_str(&text),
            None => self.0.push(Edit { span: at..at, text }),
        }
    }
}

/// Adds the edits that give a part, and all below it, the comments that were decided.
pub(super) fn settle(
    plan: &Plan<'_>,
    found: Part<'_>,
    pick: Pick,
    edits: &mut Edits,
) -> Result<(), Unwritable> {
    if let Some(part) = plan.part(pick) {
        return as_in(part, found, edits);
    }
    match plan {
        Plan::Mapping(pairs, notes) => {
            let wanted = picked(notes, pick);
            let plans: HashMap<&str, &Plan<'_>> =
                pairs.iter().map(|(key, plan)| (*key, plan)).collect();
            entries(found, &wanted, edits, |name, _, value, edits| {
                let plan = plans.get(name);
                plan.map_or(Err(Unwritable::Place), |plan| {
                    settle(plan, value, pick, edits)
                })
            })
        }
        Plan::Sequence(items, notes) => {
            let wanted = picked(notes, pick);
            entries(found, &wanted, edits, |_, number, value, edits| {
                let plan = items.get(number);
                plan.map_or(Err(Unwritable::Place), |(_, plan)| {
                    settle(plan, value, pick, edits)
                })
            })
        }
        Plan::As(..) | Plan::Conflict(..) => Ok(()),
    }
}

fn picked<'a>(notes: &super::plan::Notes<'a>, pick: Pick) -> Wanted<'a> {
    let side = usize::from(pick == Pick::Theirs);
    let picked = notes
        .iter()
        .map(|(spot, both)| (spot.clone(), both[side].clone()));
    picked.filter(|(_, texts)| !texts.is_empty()).collect()
}

fn as_in(part: Part<'_>, found: Part<'_>, edits: &mut Edits) -> Result<(), Unwritable> {
    let remarks = part.remarks();
    let wanted = remarks
        .iter()
        .map(|(spot, comments)| (spot.clone(), texts(comments)));
    let (keys, items) = (part.by_key(), part.items());
    entries(
        found,
        &wanted.collect(),
        edits,
        |name, number, value, edits| {
            let there = items.get(number).or_else(|| keys.get(name));
            there.map_or(Err(Unwritable::Place), |there| as_in(*there, value, edits))
        },
    )
}

/// Goes through the entries of a collection in order, so that what is inserted at one place is so too.
fn entries(
    found: Part<'_>,
    wanted: &Wanted<'_>,
    edits: &mut Edits,
    mut below: impl FnMut(&str, usize, Part<'_>, &mut Edits) -> Result<(), Unwritable>,
) -> Result<(), Unwritable> {
    let there = found.remarks();
    let keys: Vec<(&Node, &Node)> = found.node.pairs().collect();
    let values: Vec<&Node> = keys
        .iter()
        .map(|(_, value)| *value)
        .chain(found.node.items())
        .collect();
    let is_flat = matches!(found.store, Store::Dotenv | Store::Ini);
    if let Some(lines) = changed(&there, wanted, &Spot::Head) {
        let header = &found.node.span;
        flat::put(found, &(header.start..header.end + 1), &lines, edits);
    }
    for (number, (name, value)) in found.names().into_iter().zip(values).enumerate() {
        let first = keys.get(number).map_or(value, |(key, _)| *key);
        let (above, beside) = (Spot::Above(name.clone()), Spot::Beside(name.clone()));
        let above = changed(&there, wanted, &above);
        if let Some(lines) = above.as_ref().filter(|_| is_flat) {
            flat::put(found, &(first.span.start..value.span.end), lines, edits);
        } else if let Some(lines) = above {
            put_above(found, first, &lines, edits)?;
        }
        below(&name, number, found.at(value), edits)?;
        let beside = changed(&there, wanted, &beside);
        if let Some(lines) = beside.as_ref().filter(|_| is_flat) {
            flat::put_beside(
                &(first.span.start..value.span.end),
                lines,
                found.text,
                edits,
            );
        } else if let Some(lines) = beside {
            put_beside(found, first, value, &lines, edits)?;
        }
    }
    match changed(&there, wanted, &Spot::End) {
        Some(lines) if is_flat => {
            flat::put_below(found, &lines, edits);
            Ok(())
        }
        Some(lines) => put_below(found, &lines, edits),
        None => Ok(()),
    }
}

/// What is to stand in a spot if something else does; what does, is taken out.
fn changed<'a>(there: &Remarks<'_>, wanted: &'a Wanted<'_>, spot: &Spot) -> Option<Change<'a>> {
    let old = there.get(spot);
    let new = wanted.get(spot).map(Vec::as_slice).unwrap_or_default();
    let old_texts = old.map(|comments| texts(comments)).unwrap_or_default();
    (old_texts != new).then(|| Change {
        old: old
            .into_iter()
            .flatten()
            .map(|one| (*one).clone())
            .collect(),
        new,
    })
}

struct Change<'a> {
    old: Vec<signet_yaml::Comment>,
    new: &'a [&'a str],
}

impl Change<'_> {
    /// Rewrites comments that stay as many; otherwise takes them out.
    fn rewrite(&self, text: &str, edits: &mut Edits) -> bool {
        let all_written = self.old.len() == self.new.len();
        for (number, comment) in self.old.iter().enumerate() {
            edits.0.push(if all_written {
                comment_edit(comment, self.new[number])
            } else {
                taken_out(text, comment)
            });
        }
        all_written
    }

    fn lines(&self, indent: usize, line_break: &str) -> String {
        let indent = " ".repeat(indent);
        let lines = self.new.iter();
        lines
            .flat_map(|line| [&indent, "#", line, line_break])
            .collect()
    }
}

/// A comment that stands alone goes with its line.
fn taken_out(text: &str, comment: &signet_yaml::Comment) -> Edit {
    let start = line_start(text, comment.span.start);
    let before = text[start..comment.span.start].trim_end_matches([' ', '\t']);
    let span = if before.is_empty() {
        start..line_end(text, comment.span.end)
    } else {
        start + before.len()..comment.span.end
    };
    let text = String::new();
    Edit { span, text }
}

fn put_above(
    found: Part<'_>,
    first: &Node,
    change: &Change<'_>,
    edits: &mut Edits,
) -> Result<(), Unwritable> {
    let text = found.text;
    if change.rewrite(text, edits) {
        return Ok(());
    }
    let start = line_start(text, first.span.start);
    let before = &text[start..first.span.start];
    if !before.chars().all(|c| matches!(c, ' ' | '-' | '?')) {
        return Err(Unwritable::Place);
    }
    let indent = before.len() - before.trim_start_matches(' ').len();
    edits.insert(start, change.lines(indent, line_break(text)));
    Ok(())
}

fn put_beside(
    found: Part<'_>,
    first: &Node,
    value: &Node,
    change: &Change<'_>,
    edits: &mut Edits,
) -> Result<(), Unwritable> {
    let text = found.text;
    if change.rewrite(text, edits) {
        return Ok(());
    }
    let [line] = change.new else {
        return if change.new.is_empty() {
            Ok(())
        } else {
            Err(Unwritable::Place)
        };
    };
    let is_inline = matches!(&value.value, Yaml::Scalar(Scalar { style, .. })
        if !matches!(style, Style::Literal | Style::Folded));
    let within = if is_inline {
        value.span.end
    } else {
        first.span.end
    };
    let end = line_end(text, within);
    let at = within + text[within..end].trim_end_matches(['\n', '\r']).len();
    edits.insert(at, format!(" #{line}"));
    Ok(())
}

fn put_below(found: Part<'_>, change: &Change<'_>, edits: &mut Edits) -> Result<(), Unwritable> {
    let text = found.text;
    if change.rewrite(text, edits) {
        return Ok(());
    }
    if matches!(
        text.as_bytes().get(found.node.span.start),
        Some(b'{' | b'[')
    ) {
        return Err(Unwritable::Place);
    }
    let end = found.node.span.end;
    let at = if text[..end].ends_with('\n') {
        end
    } else {
        line_end(text, end)
    };
    let lines = change.lines(found.node.at.column - 1, line_break(text));
    if text[..at].ends_with('\n') {
        edits.insert(at, lines);
    } else {
        let line_break = line_break(text);
        edits.insert(
            at,
            format!("{line_break}{}", lines.trim_end_matches(['\n', '\r'])),
        );
    }
    Ok(())
}
