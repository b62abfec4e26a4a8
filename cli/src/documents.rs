//! Changes the fleet's documents as a person would: comments and layout stay.

mod insert;
pub(crate) mod policy;
pub(crate) mod recovery;
pub(crate) mod revocation;
pub(crate) mod signer;
pub(crate) mod tenant;
pub(crate) mod transition;

use crate::failure::{Explain, Result, failed};
use insert::{add_item, add_pair, leading_comments};
use serde::Serialize;
use signet_yaml::edit::{Path, Step};
use signet_yaml::{Aliases, Edit, Limits, Node, apply, edit, parse};

/// The text of a document that is being changed.
struct Draft {
    text: String,
}

impl Draft {
    /// Adds `key: value` to the mapping that the steps lead to, which is made if it is not there.
    fn add_pair(&mut self, steps: &[&str], key: &str, value: &str) -> Result<()> {
        let root = self.root()?;
        match walk(&root, steps) {
            Some(mapping) => self.apply(vec![add_pair(&self.text, mapping, key, value)]),
            None => self.add_missing(steps, &format!("{{{key}: {value}}}")),
        }
    }

    /// Adds an item to the sequence that the steps lead to, which is made if it is not there.
    fn add_item(&mut self, steps: &[&str], item: &str) -> Result<()> {
        let root = self.root()?;
        match walk(&root, steps) {
            Some(sequence) => self.apply(vec![add_item(&self.text, sequence, item)]),
            None => self.add_missing(steps, &format!("[{item}]")),
        }
    }

    /// Replaces the scalar that the steps lead to.
    fn set(&mut self, steps: &[&str], new: &str) -> Result<()> {
        let root = self.root()?;
        let scalar =
            walk(&root, steps).ok_or_else(|| failed(format!("there is no {}", steps.join("."))))?;
        self.apply(vec![Edit {
            span: scalar.span.clone(),
            text: new.to_owned(),
        }])
    }

    /// Makes a value what stands at a path, which need not be there.
    fn put<T: Serialize + ?Sized>(&mut self, steps: Vec<Step>, value: &T) -> Result<()> {
        let stream = parse(&self.text, &Limits::DOCUMENT, Aliases::Refuse)?;
        let edits = edit::set(&self.text, &stream, &Path { document: 0, steps }, value);
        self.apply(edits.context("change the document")?)
    }

    /// Takes out what stands at a path.
    fn take_out(&mut self, steps: Vec<Step>) -> Result<()> {
        let stream = parse(&self.text, &Limits::DOCUMENT, Aliases::Refuse)?;
        let edits = edit::remove(&self.text, &stream, &Path { document: 0, steps });
        self.apply(edits.context("change the document")?)
    }

    fn add_missing(&mut self, steps: &[&str], value: &str) -> Result<()> {
        let (last, above) = steps
            .split_last()
            .ok_or_else(|| failed("the document is empty"))?;
        self.add_pair(above, last, value)
    }

    fn root(&self) -> Result<Node> {
        let stream = parse(&self.text, &Limits::DOCUMENT, Aliases::Refuse)?;
        let root = stream
            .documents
            .into_iter()
            .find_map(|document| document.root);
        root.ok_or_else(|| failed("the document is empty"))
    }

    fn apply(&mut self, edits: Vec<Edit>) -> Result<()> {
        self.text = apply(&self.text, edits).context("change the document")?;
        Ok(())
    }
}

fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

fn walk<'a>(root: &'a Node, steps: &[&str]) -> Option<&'a Node> {
    steps.iter().try_fold(root, |node, step| node.get(step))
}

/// The text with the changes made, checked to say exactly what is intended.
///
/// Where a document is laid out in a way that the edits do not fit, it is written anew; the comments at its beginning
/// are kept then, and those inside are lost.
fn edited(
    text: &str,
    intended: &str,
    edit: impl FnOnce(&mut Draft) -> Result<()>,
    rewrite: impl Fn(&str) -> Option<String>,
) -> String {
    let mut draft = Draft {
        text: text.to_owned(),
    };
    match edit(&mut draft) {
        Ok(()) if rewrite(&draft.text).as_deref() == Some(intended) => draft.text,
        _ => format!("{}{intended}", leading_comments(text)),
    }
}
