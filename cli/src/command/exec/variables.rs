//! The environment that a file describes.

use super::steering::steers;
use crate::consent::Consent;
use crate::extract::Looked;
use crate::failure::{Result, failed, refused};
use crate::output::visible::name;
use crate::value_path::ValuePath;
use data_encoding::BASE64;
use signet_api::RepoPath;
use signet_envelope::{Store, secrets};
use signet_seal::flat;
use signet_yaml::sops::{self, Typed};
use signet_yaml::{Node, Stream, Value};
use std::collections::BTreeMap;
use std::ptr;
use zeroize::Zeroizing;

/// Variables by their names.
pub(super) struct Variables(BTreeMap<String, Zeroizing<String>>);

impl Variables {
    /// Those at the top of the file's only document, or in the mapping that a path leads to; of a Secret, what a container
    /// gets from it with `envFrom`.
    ///
    /// # Errors
    /// When a value has others in it, or a key is no name of a variable. Errors name keys, never values.
    pub(super) fn of(looked: &Looked, path: Option<&ValuePath>) -> Result<Self> {
        let mapping = match path {
            Some(path) => looked.find(path)?,
            None => only_root(looked)?,
        };
        if !matches!(mapping.value, Value::Mapping(_)) {
            return Err(refused("there is no mapping of names to values there"));
        }
        let mut variables = BTreeMap::new();
        if path.is_none() && is_secret(&looked.stream, mapping) {
            refuse_undecoded(mapping.get("data"))?;
            read(mapping.get("data"), decoded, as_it_is, &mut variables)?;
            read(mapping.get("stringData"), text, as_it_is, &mut variables)?;
        } else if looked.store == Store::Dotenv {
            read(Some(mapping), text, flat::variable, &mut variables)?;
        } else {
            read(Some(mapping), text, as_it_is, &mut variables)?;
        }
        Ok(Self(variables))
    }

    /// Asks about variables that steer what runs.
    ///
    /// # Errors
    /// When there are some, and the person does not agree to them.
    pub(super) fn check(&self, path: &RepoPath, consent: Consent) -> Result<()> {
        let steering = self.0.keys().filter(|name| steers(name));
        let steering: Vec<String> = steering.map(|one| name(one)).collect();
        if steering.is_empty() {
            return Ok(());
        }
        consent.to(&format!(
            "{path} sets {}, with which whoever sealed it can run code of their own. Run the command with that?",
            steering.join(", ")
        ))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn only_root<'a>(looked: &'a Looked) -> Result<&'a Node> {
    let mut roots = looked.stream.roots();
    match (roots.next(), roots.next()) {
        (Some(root), None) => Ok(root),
        (None, _) => Err(refused("it holds nothing")),
        (Some(_), Some(_)) => Err(refused("it has several documents")
            .hint("name the mapping with the variables: --extract /stringData")),
    }
}

fn is_secret(stream: &Stream, root: &Node) -> bool {
    secrets(stream).iter().any(|secret| ptr::eq(*secret, root))
}

fn as_it_is(key: &str) -> &str {
    key
}

/// Refuses what is no base64 in the data of a Secret.
fn refuse_undecoded(data: Option<&Node>) -> Result<()> {
    let pairs = data.into_iter().flat_map(Node::pairs);
    let undecoded = pairs.filter(|(_, value)| {
        let text = text(value);
        text.is_some_and(|text| BASE64.decode(text.as_bytes()).is_err())
    });
    let names = undecoded.map(|(key, _)| name(key.text().unwrap_or_default()));
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(failed(format!(
        "these are no base64, as the data of a Secret has to be: {}",
        names.join(", ")
    ))
    .hint("text goes into stringData"))
}

/// Adds the pairs of a mapping, the value and the name of each read in one way.
fn read(
    mapping: Option<&Node>,
    value: impl Fn(&Node) -> Option<Zeroizing<String>>,
    named: impl Fn(&str) -> &str,
    variables: &mut BTreeMap<String, Zeroizing<String>>,
) -> Result<()> {
    let mut wrong = Wrong::default();
    for (key, node) in mapping.into_iter().flat_map(Node::pairs) {
        let name = named(key.text().unwrap_or_default());
        match (&node.value, value(node)) {
            _ if !is_name(name) => wrong.names.push(name.to_owned()),
            (Value::Scalar(_), Some(value)) => {
                variables.insert(name.to_owned(), value);
            }
            (Value::Scalar(_), None) => wrong.values.push(name.to_owned()),
            _ => wrong.nested.push(name.to_owned()),
        }
    }
    wrong.into_result()
}

/// Keys that make no variables.
#[derive(Default)]
struct Wrong {
    names: Vec<String>,
    nested: Vec<String>,
    values: Vec<String>,
}

impl Wrong {
    fn into_result(self) -> Result<()> {
        let Self {
            names,
            nested,
            values,
        } = self;
        if !nested.is_empty() {
            return Err(refused(format!(
                "these hold more than one value: {}",
                nested.join(", ")
            ))
            .hint(
                "--extract takes the variables from one of them; --file hands over the whole text",
            ));
        }
        if !names.is_empty() {
            let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
            return Err(refused(format!(
                "these are no names of variables, which have no `=` and are not empty: {}",
                names.join(", ")
            ))
            .hint("--file hands over the whole text instead"));
        }
        if !values.is_empty() {
            return Err(failed(format!(
                "these hold what no variable can: {}",
                values.join(", ")
            ))
            .hint("a variable is text without a zero byte"));
        }
        Ok(())
    }
}

/// Whether a process can have a variable of this name, as sops hands it over: shells know only some of them (no `ca.crt`),
/// programs all. Behind a `=` its value would begin.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '=' || c.is_control())
}

/// A scalar's text; nothing where null stands.
fn text(node: &Node) -> Option<Zeroizing<String>> {
    if matches!(sops::scalar(node), Ok(Typed::Null)) {
        return Some(Zeroizing::default());
    }
    let text = node.text()?;
    (!text.contains('\0')).then(|| Zeroizing::new(text.to_owned()))
}

/// What stands there in base64.
fn decoded(node: &Node) -> Option<Zeroizing<String>> {
    let bytes = Zeroizing::new(BASE64.decode(text(node)?.as_bytes()).ok()?);
    let text = std::str::from_utf8(&bytes).ok()?;
    (!text.contains('\0')).then(|| Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::Variables;
    use crate::extract::Looked;
    use crate::failure::Result;
    use signet_envelope::Store;
    use signet_seal::ClearText;
    use zeroize::Zeroizing;

    fn variables(text: &str, path: Option<&str>) -> Result<String> {
        let text = ClearText::from(Zeroizing::new(text.into()));
        let looked = Looked::into(Store::Yaml, &text)?;
        let path = path.map(|path| path.parse().unwrap());
        let variables = Variables::of(&looked, path.as_ref())?;
        let lines = variables
            .iter()
            .map(|(name, value)| format!("{name}={value};"));
        Ok(lines.collect())
    }

    #[test]
    fn every_scalar_at_the_top_is_one() {
        let text = "A: x y\nb_1: 5432\nC: true\nD: ~\nE: \"\"\nF: |\n  one\n  two\n";
        assert_eq!(
            variables(text, None).unwrap(),
            "A=x y;C=true;D=;E=;F=one\ntwo\n;b_1=5432;"
        );
    }

    #[test]
    fn a_name_that_shells_do_not_know_is_one_of_a_process() {
        let text = "ca.crt: x\na-b: y\n1: z\nBASH_FUNC_ls%%: () { id; }\n";
        assert_eq!(
            variables(text, None).unwrap(),
            "1=z;BASH_FUNC_ls%%=() { id; };a-b=y;ca.crt=x;"
        );
    }

    #[test]
    fn a_key_that_shells_would_export_is_one_without_the_word() {
        let text = "export A=1\nexport \tB=2\nexported=3\n";
        let text = ClearText::from(Zeroizing::new(text.into()));
        let looked = Looked::into(Store::Dotenv, &text).unwrap();
        let variables = Variables::of(&looked, None).unwrap();
        let names: Vec<&str> = variables.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["A", "B", "exported"]);
    }

    #[test]
    fn a_secret_gives_what_a_container_gets_from_it() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata: {A: eA==, B: eQ==}\nstringData: {B: z}\n";
        assert_eq!(variables(text, None).unwrap(), "A=x;B=z;");
        assert_eq!(variables(text, Some("/data")).unwrap(), "A=eA==;B=eQ==;");
    }

    #[test]
    fn what_makes_no_variable_is_named_without_its_value() {
        for (text, words) in [
            (
                "A: 1\nB: [canary]\nC: {d: canary}\n",
                "more than one value: B, C",
            ),
            (
                "a-b: canary\n\"x=y\": canary\n\"\": canary\n\"LD_PRELOAD=x\": canary\n",
                "not empty: \"x=y\", \"\", \"LD_PRELOAD=x\"",
            ),
            ("A: \"canary\\0\"\n", "no variable can: A"),
            (
                "apiVersion: v1\nkind: Secret\ndata: {A: canary}\n",
                "no base64, as the data of a Secret has to be: A",
            ),
            ("A: canary\n---\nA: 1\n", "several documents"),
            ("- canary\n", "no mapping"),
        ] {
            let report = variables(text, None).unwrap_err().report(false);
            assert!(report.contains(words), "{report}");
            assert!(!report.contains("canary"), "{report}");
        }
    }
}
