//! Steps in a text of which a value is a line.

use signet_envelope::Store;
use signet_yaml::edit::{Path, Step};
use signet_yaml::{Edit, Value as Yaml};
use zeroize::Zeroizing;

use crate::file::merge::body::Body;
use crate::file::merge::error::Unwritable;
use crate::file::merge::part::Part;
use crate::file::merge::steps::Op;
use crate::file::merge::values::Values;
use crate::flat::{remove_edit, remove_exactly, set_edit, set_exactly};

/// The text after a step.
pub(super) fn step(
    store: Store,
    text: &str,
    op: &Op<'_>,
    values: &Values,
) -> Result<Zeroizing<String>, Unwritable> {
    match op {
        Op::Remove(path) => Ok(remove_exactly(store, text, &path.steps)?),
        Op::Set(path, part, _) | Op::Insert(path, part) => put(store, text, path, *part, values),
    }
}

/// The edit of a step of one value; a section that is new is made in steps of its own.
pub(super) fn edit(body: &Body, op: &Op<'_>, values: &Values) -> Result<Edit, Unwritable> {
    let (store, text, stream) = (body.store, &body.text, &body.stream);
    match op {
        Op::Remove(path) => Ok(remove_edit(store, text, stream, &path.steps)?),
        Op::Set(path, part, _) | Op::Insert(path, part) => {
            let Yaml::Scalar(scalar) = &part.node.value else {
                return Err(Unwritable::Place);
            };
            let value = values.sealed(part.node).unwrap_or(&scalar.text);
            Ok(set_edit(store, text, stream, &path.steps, value)?)
        }
    }
}

/// A value, or a section with all its values.
fn put(
    store: Store,
    text: &str,
    path: &Path,
    part: Part<'_>,
    values: &Values,
) -> Result<Zeroizing<String>, Unwritable> {
    if let Yaml::Scalar(scalar) = &part.node.value {
        let value = values.sealed(part.node).unwrap_or(&scalar.text);
        return Ok(set_exactly(store, text, &path.steps, value)?);
    }
    let mut text = Zeroizing::new(text.to_owned());
    for (key, value) in part.pairs() {
        let mut path = path.clone();
        path.steps.push(Step::Key(key.to_owned()));
        text = put(store, &text, &path, value, values)?;
    }
    Ok(text)
}
