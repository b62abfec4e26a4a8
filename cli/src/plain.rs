//! Changes to an opened text by path: what no path names stays byte for byte.

use crate::failure::{Explain, Failure, Result, failed, refused};
use crate::value_path::ValuePath;
use serde::Serialize;
use signet_envelope::Store;
use signet_yaml::edit::{self, Path};
use signet_yaml::{Aliases, Edit, Limits, ParseError, Stream, apply};
use zeroize::Zeroizing;

/// An opened text and its tree.
pub(crate) struct Plain<'a> {
    text: &'a str,
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
    pub(crate) fn read(store: Store, text: &'a str) -> Result<Self> {
        if store != Store::Yaml {
            return Err(failed(format!(
                "files of the {store} store cannot be changed by path"
            )));
        }
        let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Refuse)
            .map_err(|error: ParseError| Failure::from(error))
            .context("read what was opened")?;
        Ok(Self { text, stream })
    }

    /// The text with a value at a place, made with all that the path needs on the way.
    ///
    /// # Errors
    /// When the path crosses a value that holds no others, or it is not clear which document is meant.
    pub(crate) fn set<T: Serialize>(
        &self,
        place: &PlaceArgs,
        value: &T,
    ) -> Result<Zeroizing<String>> {
        let path = self.place(place)?;
        let edits = edit::set(self.text, &self.stream, &path, value);
        self.edited(edits.with_context(|| format!("set {}", place.path))?)
    }

    /// The text without the value at a place; nothing if there is none.
    ///
    /// # Errors
    /// When several documents have it, or something else in the file depends on it.
    pub(crate) fn unset(&self, place: &PlaceArgs) -> Result<Option<Zeroizing<String>>> {
        let path = self.place(place)?;
        let root = self.stream.documents.get(path.document);
        let root = root.and_then(|document| document.root.as_ref());
        if root.and_then(|root| place.path.walk(root)).is_none() {
            return Ok(None);
        }
        let edits = edit::remove(self.text, &self.stream, &path);
        let edits = edits.with_context(|| format!("take out {}", place.path))?;
        self.edited(edits).map(Some)
    }

    fn edited(&self, edits: Vec<Edit>) -> Result<Zeroizing<String>> {
        Ok(Zeroizing::new(apply(self.text, edits)?))
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
mod tests {
    use super::{PlaceArgs, Plain};
    use crate::failure::Result;
    use serde_json::{Value, json};
    use signet_envelope::Store;

    fn place(path: &str, document: Option<usize>) -> PlaceArgs {
        PlaceArgs {
            path: path.parse().unwrap(),
            document,
        }
    }

    fn set(text: &str, path: &str, value: &Value) -> Result<String> {
        let plain = Plain::read(Store::Yaml, text).unwrap();
        Ok(plain.set(&place(path, None), value)?.to_string())
    }

    #[test]
    fn makes_what_the_path_needs_and_leaves_the_rest() {
        let text = "# note\na: 1   # one\n";
        let after = set(text, "/b/c", &json!("x")).unwrap();
        assert_eq!(after, "# note\na: 1   # one\nb:\n  c: x\n");
    }

    #[test]
    fn refuses_a_path_through_a_value_without_naming_it() {
        let error = set("a: canary\n", "/a/b", &json!(1)).unwrap_err();
        let report = error.report(false);
        assert!(
            report.contains("/a/b") && !report.contains("canary"),
            "{report}"
        );
    }

    #[test]
    fn asks_which_document_is_meant_where_that_is_not_clear() {
        let two = "a: 1\nb: 1\n---\na: 2\n";
        assert!(set(two, "/a", &json!(3)).is_err());
        assert!(set(two, "/c", &json!(3)).is_err());
        assert_eq!(
            set(two, "/b", &json!(3)).unwrap(),
            "a: 1\nb: 3\n---\na: 2\n"
        );
        let plain = Plain::read(Store::Yaml, two).unwrap();
        let after = plain.set(&place("/a", Some(1)), &3).unwrap();
        assert_eq!(*after, "a: 1\nb: 1\n---\na: 3\n");
    }

    #[test]
    fn takes_out_what_is_there_and_nothing_else() {
        let plain = Plain::read(Store::Yaml, "a: 1\nb: 2 # two\nc: 3\n").unwrap();
        let after = plain.unset(&place("/b", None)).unwrap().unwrap();
        assert_eq!(*after, "a: 1\nc: 3\n");
        assert!(plain.unset(&place("/d", None)).unwrap().is_none());
    }
}
