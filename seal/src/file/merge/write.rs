//! Writes what was decided into our text: by path, so that its comments and layout stay.

mod flat;
mod together;

use signet_envelope::Store;
use signet_yaml::edit::{Path, insert, remove, set};

use signet_yaml::{Edit, Scalar, Style, Value as Yaml, apply, plain_edit, scalar_edit};
use zeroize::Zeroizing;

use super::body::Body;
use super::carried::Carried;
use super::error::{MergeError, Unwritable};
use super::note;
use super::part::Part;
use super::plan::{Pick, Plan};
use super::steps::{Op, collect};
use super::values::Values;
use crate::file::SealRequest;
use together::Together;

/// Our text with everything decided in it, conflicts in favour of one side.
///
/// What comes out is read again and compared with the decision: an edit that did something else is an error.
pub(super) fn write(
    ours: &Body,
    plans: &[Option<Plan<'_>>],
    pick: Pick,
    values: &Values,
    request: &SealRequest<'_>,
) -> Result<Zeroizing<String>, MergeError> {
    let writer = Writer { values, pick };
    let written = writer.write(ours, plans);
    written.map_err(|source| MergeError::Unwritable {
        path: request.path.clone(),
        source,
    })
}

struct Writer<'v> {
    values: &'v Values,
    pick: Pick,
}

impl Writer<'_> {
    fn write(
        &self,
        ours: &Body,
        plans: &[Option<Plan<'_>>],
    ) -> Result<Zeroizing<String>, Unwritable> {
        let mut ops = Vec::new();
        for (document, (plan, root)) in plans.iter().zip(ours.roots()).enumerate() {
            let steps = Vec::new();
            if let (Some(plan), Some(root)) = (plan, root) {
                collect(plan, root, &Path { document, steps }, self.pick, &mut ops);
            }
        }
        let body = self.scalars(ours, &mut ops)?;
        let at_once = self.at_once(&body, &ops);
        if let Ok(text) = at_once.and_then(|body| self.finished(body, plans)) {
            return Ok(text);
        }
        let mut body = body;
        for op in ops.iter().rev() {
            body = Body::read(self.step(&body, op)?, body.store)?;
        }
        self.finished(body, plans)
    }

    /// The text after all steps, each made as if there were no other: for many keys that is soon done, but steps that need each
    /// other lead to something else, or nowhere.
    fn at_once(&self, body: &Body, ops: &[Op<'_>]) -> Result<Body, Unwritable> {
        let mut edits = Together::default();
        for op in ops.iter().rev() {
            for edit in self.edits(body, op)? {
                edits.add(edit, op.is_element());
            }
        }
        let text = Zeroizing::new(apply(&body.text, edits.into_edits())?);
        Ok(Body::read(text, body.store)?)
    }

    /// The text if it says what was decided, with its comments.
    fn finished(
        &self,
        body: Body,
        plans: &[Option<Plan<'_>>],
    ) -> Result<Zeroizing<String>, Unwritable> {
        let is_as_decided = |(plan, root): (&Option<Plan<'_>>, Option<Part<'_>>)| match (plan, root)
        {
            (Some(plan), Some(root)) => self.is_as_decided(plan, root),
            (plan, root) => plan.is_none() && root.is_none(),
        };
        let roots = body.roots();
        if roots.len() != plans.len() || !plans.iter().zip(roots).all(is_as_decided) {
            return Err(Unwritable::Different);
        }
        self.noted(body, plans)
    }

    /// The text with its comments, which must then stand where they are wanted.
    fn noted(
        &self,
        body: Body,
        plans: &[Option<Plan<'_>>],
    ) -> Result<Zeroizing<String>, Unwritable> {
        let edits = self.notes(&body, plans)?;
        if edits.is_empty() {
            return Ok(body.text);
        }
        let body = Body::read(Zeroizing::new(apply(&body.text, edits)?), body.store)?;
        if self.notes(&body, plans)?.is_empty() {
            Ok(body.text)
        } else {
            Err(Unwritable::Different)
        }
    }

    fn notes(&self, body: &Body, plans: &[Option<Plan<'_>>]) -> Result<Vec<Edit>, Unwritable> {
        let mut edits = note::Edits::default();
        for (plan, root) in plans.iter().zip(body.roots()) {
            if let (Some(plan), Some(root)) = (plan, root) {
                note::settle(plan, root, self.pick, &mut edits)?;
            }
        }
        Ok(edits.into_edits())
    }

    /// Makes all changes of one scalar into another, in one go: they move no path.
    fn scalars(&self, ours: &Body, ops: &mut Vec<Op<'_>>) -> Result<Body, Unwritable> {
        let mut edits = Vec::new();
        let mut rest = Vec::new();
        for op in ops.drain(..) {
            match op {
                Op::Set(path, part, old) => match self.scalar(ours, old, part) {
                    Some(edit) => edits.extend(edit),
                    None => rest.push(Op::Set(path, part, old)),
                },
                op => rest.push(op),
            }
        }
        *ops = rest;
        let text = Zeroizing::new(apply(&ours.text, edits)?);
        Ok(Body::read(text, ours.store)?)
    }

    fn scalar(&self, ours: &Body, old: Part<'_>, new: Part<'_>) -> Option<Vec<Edit>> {
        let (old, store) = (old.node, ours.store);
        let (Yaml::Scalar(_), Yaml::Scalar(Scalar { text, style })) = (&old.value, &new.node.value)
        else {
            return None;
        };
        let sealed = self.values.sealed(new.node);
        if store != Store::Yaml {
            return Some(vec![Edit {
                span: old.span.clone(),
                text: in_store(store, sealed, new),
            }]);
        }
        Some(match (sealed, style) {
            (Some(enc), _) => scalar_edit(&ours.text, old, enc),
            (None, Style::Plain) if !text.is_empty() => plain_edit(&ours.text, old, text),
            (None, Style::Plain) => return None,
            (None, _) => scalar_edit(&ours.text, old, text),
        })
    }

    fn step(&self, body: &Body, op: &Op<'_>) -> Result<Zeroizing<String>, Unwritable> {
        if matches!(body.store, Store::Dotenv | Store::Ini) {
            return flat::step(body.store, &body.text, op, self.values);
        }
        Ok(Zeroizing::new(apply(&body.text, self.edits(body, op)?)?))
    }

    fn edits(&self, body: &Body, op: &Op<'_>) -> Result<Vec<Edit>, Unwritable> {
        if matches!(body.store, Store::Dotenv | Store::Ini) {
            return Ok(vec![flat::edit(body, op, self.values)?]);
        }
        let (text, stream) = (&body.text, &body.stream);
        Ok(match op {
            Op::Set(path, part, _) => set(text, stream, path, &Carried(*part, self.values)),
            Op::Insert(path, part) => insert(text, stream, path, &Carried(*part, self.values)),
            Op::Remove(path) => remove(text, stream, path),
        }?)
    }

    fn is_as_decided(&self, plan: &Plan<'_>, found: Part<'_>) -> bool {
        if let Some(part) = plan.part(self.pick) {
            return self.values.same_values(part, found);
        }
        match plan {
            Plan::Mapping(pairs, _) => {
                let mut there = pairs.iter().filter(|(_, plan)| !plan.is_absent(self.pick));
                let values = found.by_key();
                there.clone().count() == found.pairs().count()
                    && matches!(found.node.value, Yaml::Mapping(_))
                    && there.all(|(key, plan)| {
                        let part = values.get(key);
                        part.is_some_and(|part| self.is_as_decided(plan, *part))
                    })
            }
            Plan::Sequence(items, _) => {
                let found = found.items();
                let mut both = items.iter().zip(&found);
                items.len() == found.len()
                    && both.all(|((_, plan), part)| self.is_as_decided(plan, *part))
            }
            Plan::As(..) | Plan::Conflict(..) => false,
        }
    }
}

/// A scalar of a store in which a value is written in one way only: as theirs has it.
fn in_store(store: Store, sealed: Option<&str>, new: Part<'_>) -> String {
    match (sealed, store) {
        (Some(enc), Store::Json | Store::Binary) => format!("\"{enc}\""),
        (Some(enc), _) => enc.to_owned(),
        (None, _) => new.text[new.node.span.clone()].to_owned(),
    }
}

#[cfg(test)]
mod tests;
