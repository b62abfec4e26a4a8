//! One value of an opened file, as sops prints it.

use crate::failure::{Failure, Result, failed};
use crate::value_path::ValuePath;
use secrecy::ExposeSecret;
use signet_envelope::Store;
use signet_seal::{ClearText, Spelled};
use signet_yaml::sops::{self, Typed};
use signet_yaml::{Node, Stream, Value};
use zeroize::Zeroizing;

/// The value that a path leads to in what was opened: of a binary file, `data` is all of it.
///
/// # Errors
/// As [`Looked::into`] and [`Looked::value`].
pub(crate) fn extract(store: Store, opened: ClearText, path: &ValuePath) -> Result<ClearText> {
    if store == Store::Binary {
        if path.to_string() == "/data" {
            return Ok(opened);
        }
        return Err(failed(format!("the file has nothing at {path}"))
            .hint("the bytes of a binary file stand at /data"));
    }
    Looked::into(store, &opened)?.value(path)
}

/// An opened file that is looked into.
pub(crate) struct Looked<'a> {
    pub(crate) store: Store,
    text: Spelled<'a>,
    pub(crate) stream: Stream,
}

impl<'a> Looked<'a> {
    /// Reads what was opened.
    ///
    /// # Errors
    /// When it cannot be read; what it holds is not in the error.
    #[expect(
        clippy::disallowed_methods,
        reason = "a value is looked for in the text of the file"
    )]
    pub(crate) fn into(store: Store, opened: &'a ClearText) -> Result<Self> {
        let text = Spelled::of(store, opened.expose_secret())
            .ok_or_else(|| failed("the opened file is not UTF-8"))?;
        let stream = signet_envelope::read(store, text.text())
            .map_err(|error| Failure::from(error).context("read what was opened"))?;
        Ok(Self {
            store,
            text,
            stream,
        })
    }

    /// The value in the first document that has it: text as it is, other scalars as sops writes them (in YAML on a line of
    /// their own), and anything else as it stands in the file, at the left margin.
    ///
    /// # Errors
    /// When no document has it. What the file holds is not in the error.
    pub(crate) fn value(&self, path: &ValuePath) -> Result<ClearText> {
        let node = self.find(path)?;
        if !matches!(node.value, Value::Scalar(_)) {
            let mut lines = self.at_margin(node);
            lines.push('\n');
            return Ok(self.bytes(&lines).into());
        }
        let value = match sops::scalar(node)? {
            Typed::Str(text) => self.bytes(&text),
            Typed::Bytes(bytes) => Zeroizing::new(bytes),
            Typed::Null => self.token("null"),
            Typed::Bool(value) => self.token(&value.to_string()),
            Typed::Int(value) => self.token(&value.to_string()),
            Typed::Float(value) if self.store == Store::Json => self.token(&value.to_string()),
            Typed::Float(value) => self.token(&float(value)),
            Typed::Time(text) => self.token(&text),
        };
        Ok(value.into())
    }

    /// The bytes that a text of the file stands for: a dotenv or INI file may hold some that are no text.
    pub(crate) fn bytes(&self, text: &str) -> Zeroizing<Vec<u8>> {
        self.text.bytes(text)
    }

    fn token(&self, token: &str) -> Zeroizing<Vec<u8>> {
        let end = if self.store == Store::Json { "" } else { "\n" };
        bytes(format!("{token}{end}"))
    }

    /// What a path leads to.
    pub(crate) fn find(&self, path: &ValuePath) -> Result<&Node> {
        let found = self.stream.roots().find_map(|root| path.walk(root));
        found.ok_or_else(|| failed(format!("the file has nothing at {path}")))
    }

    /// The lines of a collection without the blanks in front that its place in the file takes.
    fn at_margin(&self, node: &Node) -> Zeroizing<String> {
        let written = self.text.text()[node.span.clone()].trim_end();
        let margin = if written.starts_with(['{', '[']) {
            self.indentation(node.span.start)
        } else {
            node.at.column - 1
        };
        let mut lines = written.split_inclusive('\n');
        let mut text = Zeroizing::new(lines.next().unwrap_or_default().to_owned());
        for line in lines {
            text.push_str(&line[blanks(line).min(margin)..]);
        }
        text
    }

    /// The blanks in front of the line of a place.
    fn indentation(&self, at: usize) -> usize {
        let text = self.text.text();
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        blanks(&text[start..at])
    }
}

fn blanks(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

fn bytes(text: String) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.into_bytes())
}

/// The shortest digits that give the number again, with an exponent from a million on and below a ten-thousandth.
///
/// Source: Go's `strconv.FormatFloat(value, 'g', -1, 64)`, with YAML's words for what is no number.
fn float(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').expect("it was asked for");
    let exponent: i32 = exponent.parse().expect("it is a number");
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::{Looked, float};
    use crate::failure::Result;
    use secrecy::ExposeSecret;
    use signet_envelope::Store;
    use signet_seal::ClearText;
    use zeroize::Zeroizing;

    #[expect(
        clippy::disallowed_methods,
        reason = "the tests compare values of their own"
    )]
    fn value_in(store: Store, text: &str, path: &str) -> Result<String> {
        let text = ClearText::from(Zeroizing::new(text.into()));
        let value = Looked::into(store, &text)?.value(&path.parse().unwrap())?;
        Ok(String::from_utf8(value.expose_secret().to_vec()).unwrap())
    }

    fn value(text: &str, path: &str) -> Result<String> {
        value_in(Store::Yaml, text, path)
    }

    #[test]
    fn text_comes_as_it_is_and_without_a_line_end() {
        let text = "stringData:\n  p: 'x y'\n  q: |\n    one\n    two\n---\nother: v\n";
        assert_eq!(value(text, "/stringData/p").unwrap(), "x y");
        assert_eq!(value(text, "/stringData/q").unwrap(), "one\ntwo\n");
        assert_eq!(value(text, "/other").unwrap(), "v");
    }

    #[test]
    fn a_collection_comes_at_the_left_margin_and_reads_as_it_did() {
        let text = "a:\n  b:\n    - c: 1\n      d: |\n        x\n\n         y\n    - e # two\n  f: {g: 1}\n";
        let list = "- c: 1\n  d: |\n    x\n\n     y\n- e\n";
        assert_eq!(value(text, "/a/b").unwrap(), list);
        assert_eq!(value(text, "/a/f").unwrap(), "{g: 1}\n");
        assert_eq!(value(text, "/a/b/0").unwrap(), "c: 1\nd: |\n  x\n\n   y\n");
    }

    #[test]
    fn json_comes_as_sops_prints_it() {
        let text = "{\n\t\"m\": {\n\t\t\"a\": [\n\t\t\t1\n\t\t],\n\t\t\"f\": 1000000.5\n\t}\n}\n";
        let value = |path: &str| value_in(Store::Json, text, path).unwrap();
        assert_eq!(value("/m/a"), "[\n\t1\n]\n");
        assert_eq!(value("/m/a/0"), "1");
        assert_eq!(value("/m/f"), "1000000.5");
    }

    #[test]
    fn what_is_not_there_is_named_without_what_is() {
        let report = value("a: {b: canary}\n", "/a/c").unwrap_err().report(false);
        assert!(!report.contains("canary"));
        assert!(report.contains("/a/c"));
    }

    #[test]
    fn floats_read_as_go_writes_them() {
        for (number, text) in [
            (1.5, "1.5"),
            (123_456.7, "123456.7"),
            (1_000_000.5, "1.0000005e+06"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-2.5e-10, "-2.5e-10"),
            (1e100, "1e+100"),
            (-0.0, "-0"),
            (f64::NEG_INFINITY, "-.inf"),
            (f64::NAN, ".nan"),
        ] {
            assert_eq!(float(number), text);
        }
    }
}
