//! Changes to an opened text by path: what no path names stays byte for byte.

use crate::applicable::{Misfit, misfits};
use crate::failure::{Explain, Failure, Result, failed, refused};
use crate::remedy;
use crate::value::Value;
use crate::value_path::ValuePath;
use secrecy::ExposeSecret;
use signet_envelope::Store;
use signet_seal::flat::{self, FlatError};
use signet_seal::{ClearText, Spelled};
use signet_yaml::edit::{self, Path, PathError};
use signet_yaml::{Edit, Stream, apply};
use zeroize::Zeroizing;

/// An opened text and its tree.
pub(crate) struct Plain<'a> {
    store: Store,
    text: Spelled<'a>,
    stream: Stream,
}

/// A value and where it stands, as a person says it.
#[derive(clap::Args)]
pub(crate) struct PlaceArgs {
    /// A JSON pointer (/stringData/password) or sops' form (`["stringData"]["password"]`)
    #[arg(value_name = "PATH")]
    path: ValuePath,
    /// Which document of the file, from 0; needed where none or several have the path
    #[arg(long, value_name = "NUMBER")]
    document: Option<usize>,
}

impl<'a> Plain<'a> {
    /// Reads a text of this store.
    ///
    /// # Errors
    /// Line and column of what cannot be read, never the text.
    #[expect(
        clippy::disallowed_methods,
        reason = "a value is put into the text or taken out of it"
    )]
    pub(crate) fn read(store: Store, opened: &'a ClearText) -> Result<Self> {
        if store == Store::Binary {
            return Err(
                refused(format!("values of {store} files cannot be changed by path"))
                    .hint("`signet edit` changes the file"),
            );
        }
        let text = Spelled::of(store, opened.expose_secret())
            .ok_or_else(|| failed("what was opened is not UTF-8"))?;
        let stream = signet_envelope::read(store, text.text())
            .map_err(Failure::from)
            .context("read what was opened")?;
        Ok(Self {
            store,
            text,
            stream,
        })
    }

    /// The text with a value at a place, made with all that the path needs on the way.
    ///
    /// # Errors
    /// When the path crosses a value that holds no others, or it is not clear which document is meant.
    pub(crate) fn set(&self, place: &PlaceArgs, value: &Value) -> Result<ClearText> {
        let path = self.place(place)?;
        let doing = || format!("set {}", place.path);
        if self.is_flat() {
            let value = value.as_text().ok_or_else(|| self.holds_text_only())?;
            if let document @ 1.. = path.document {
                return Err(PathError::NoDocument { document }).with_context(doing);
            }
            if self.text.is_spelled_in(&value) {
                let problem =
                    "it has private characters of Unicode, and the file bytes that are no text";
                return Err(refused(problem)).with_context(doing);
            }
            let after = flat::set(self.store, self.text.text(), &path.steps, &value);
            let after = after.map_err(remedy::of_flat).with_context(doing)?;
            return Ok(self.text.bytes(&after).into());
        }
        let edits = edit::set(self.text.text(), &self.stream, &path, value);
        self.edited(edits.with_context(doing)?)
    }

    /// The text without the value at a place; nothing if there is none.
    ///
    /// # Errors
    /// When several documents have it, or something else in the file depends on it.
    pub(crate) fn unset(&self, place: &PlaceArgs) -> Result<Option<ClearText>> {
        let path = self.place(place)?;
        let Some(document) = self.stream.documents.get(path.document) else {
            return Ok(None);
        };
        let doing = || format!("take out {}", place.path);
        if self.is_flat() {
            return match flat::remove(self.store, self.text.text(), &path.steps) {
                Err(FlatError::Missing | FlatError::Path { .. }) => Ok(None),
                after => {
                    let after = after.map_err(remedy::of_flat).with_context(doing)?;
                    Ok(Some(self.text.bytes(&after).into()))
                }
            };
        }
        let root = document.root.as_ref();
        if root.and_then(|root| place.path.walk(root)).is_none() {
            return Ok(None);
        }
        let edits = edit::remove(self.text.text(), &self.stream, &path);
        self.edited(edits.with_context(doing)?).map(Some)
    }

    /// What of a Secret Kubernetes refuses, and did not before.
    pub(crate) fn new_misfit(&self, before: &Plain) -> Option<Misfit> {
        let known = misfits(&before.stream);
        let is_known = |misfit: &Misfit| {
            let mut known = known.iter();
            known.any(|one| (&one.name, one.problem) == (&misfit.name, misfit.problem))
        };
        let mut found = misfits(&self.stream).into_iter();
        found.find(|misfit| !is_known(misfit))
    }

    fn is_flat(&self) -> bool {
        matches!(self.store, Store::Dotenv | Store::Ini)
    }

    fn holds_text_only(&self) -> Failure {
        let store = self.store;
        refused(format!("a value of a {store} file is text"))
            .hint("lists, objects and null have no place there; `signet unset` takes a value out")
    }

    fn edited(&self, edits: Vec<Edit>) -> Result<ClearText> {
        let after = apply(self.text.text(), edits)?;
        Ok(Zeroizing::new(after.into_bytes()).into())
    }

    /// The document that the person names, else the one that has the path, else the only one.
    fn place(&self, PlaceArgs { path, document }: &PlaceArgs) -> Result<Path> {
        let at = |document| Path {
            document,
            steps: path.steps().to_vec(),
        };
        if let Some(document) = document {
            return Ok(at(*document));
        }
        let having: Vec<usize> = self.having(path).collect();
        match having.as_slice() {
            [one] => Ok(at(*one)),
            [] if self.stream.documents.len() <= 1 => Ok(at(0)),
            [] => Err(refused(format!("no document of the file has {path}"))
                .hint("say which one is to get it with --document NUMBER, from 0")),
            several => Err(
                refused(format!("the documents {} have {path}", shown(several)))
                    .hint("say which one is meant with --document NUMBER"),
            ),
        }
    }

    fn having(&self, path: &ValuePath) -> impl Iterator<Item = usize> {
        let roots = self.stream.documents.iter().enumerate();
        roots.filter_map(|(number, document)| path.walk(document.root.as_ref()?).map(|_| number))
    }
}

fn shown(numbers: &[usize]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    numbers.join(" and ")
}

#[cfg(test)]
mod tests;
