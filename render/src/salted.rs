//! Finds out what a renderer computed from a sealed value, by rendering twice.
//!
//! Two renders of the same files differ in what stands for a sealed value alone: another salt, another length, other
//! letters ([`Look`]). So wherever they differ otherwise than by one whole stand-in facing the other, something was made of
//! a value that only its stand-in stood for: it was cut, hashed, compared, counted or put in lower case. Two things are meant to follow the sealed value, and do so by its ciphertext: digests in
//! annotations, and the suffixes that kustomize gives the names of generated objects.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use signet_api::RepoPath;
use signet_envelope::{Occurrence, Pointer, StandIn, TooMuchWork, occurrences};
use signet_guests::GuestError;

use crate::inputs::Inputs;
use crate::look::{LEAD, Look};
use crate::{Desired, DesiredObject, ObjectRef, RenderError, SealedLeaf};

/// Where a renderer made something of a sealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    /// The object; nothing where which objects there are depends on the value.
    pub object: Option<ObjectRef>,
    /// RFC 6901 pointer of the field.
    pub field: String,
    /// The sealed files that were read.
    pub files: Vec<RepoPath>,
}

impl fmt::Display for Computed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.object {
            Some(object) => write!(f, "{} of {object} was computed", self.field)?,
            None => f.write_str("which objects there are was computed")?,
        }
        let files: Vec<&str> = self.files.iter().map(RepoPath::as_str).collect();
        let files = files.join(", ");
        write!(
            f,
            " from a sealed value ({files}), which no renderer sees: seal the computed value instead"
        )
    }
}

impl std::error::Error for Computed {}

/// What a renderer makes of the names of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// It takes them as they are written.
    AsTheyAre,
    /// Those that it generates end in a hash of what is in the object.
    FollowContent,
}

/// What is rendered, and once more with other stand-ins where a file is sealed.
///
/// # Errors
/// Those of `render`, and [`RenderError::Computed`] where the two differ in more than their stand-ins.
pub(crate) fn rendered<M>(
    inputs: &Inputs,
    names: Names,
    render: impl Fn(Look) -> Result<Desired<M>, RenderError>,
) -> Result<Desired<M>, RenderError> {
    let desired = render(Look::First)?;
    if inputs.are_sealed() {
        let again = render(Look::Second).map_err(refused)?;
        compare(&desired, &again, names).map_err(|differing| {
            let (object, field) = *differing;
            let files = inputs.sealed_paths().cloned().collect();
            RenderError::Computed(Box::new(Computed {
                object,
                field,
                files,
            }))
        })?;
    }
    Ok(desired)
}

/// What it means that the second render fails where the first did not. What has nothing to do with the files stays what it is.
fn refused(error: RenderError) -> RenderError {
    match error {
        RenderError::Guest { path, source } if matches!(*source, GuestError::Complained { .. }) => {
            RenderError::Inspected { path, source }
        }
        other => other,
    }
}

/// The letters and digits of kustomize's hashes, and their number (`api/hasher/hasher.go`).
const SUFFIX: (&str, usize) = ("bcdfghkmt2456789", 10);

/// The object, if it is one, and the field that differs.
type Differing = Box<(Option<ObjectRef>, String)>;

/// Ensures that two renders differ in stand-ins alone.
///
/// # Errors
/// The first object and field that differ otherwise; no object where their numbers do.
fn compare<M>(first: &Desired<M>, again: &Desired<M>, names: Names) -> Result<(), Differing> {
    if first.objects.len() != again.objects.len() {
        return Err(Box::new((None, String::new())));
    }
    let by_leaf: BTreeMap<&SealedLeaf, &StandIn> = first
        .sealed
        .iter()
        .map(|(name, leaf)| (leaf, name))
        .collect();
    let face = |(name, leaf)| Some((name, *by_leaf.get(leaf)?));
    let (one, two) = (
        ordered(&first.objects, names),
        ordered(&again.objects, names),
    );
    let pairs = || one.iter().zip(&two);
    let renamed = |(one, two): (&&DesiredObject, &&DesiredObject)| match names {
        Names::AsTheyAre => None,
        Names::FollowContent => renamed(&one.id, &two.id),
    };
    let comparison = Comparison {
        names: again.sealed.iter().filter_map(face).collect(),
        renamed: pairs().filter_map(renamed).collect(),
    };
    for (one, two) in pairs() {
        let compared = comparison.values(&one.json, &two.json, &Pointer::whole_file());
        compared.map_err(|field| Box::new((Some(one.id.clone()), field.to_string())))?;
    }
    Ok(())
}

/// The objects in an order that does not depend on the hashes in their names, by which kustomize may sort them.
fn ordered(objects: &[DesiredObject], names: Names) -> Vec<&DesiredObject> {
    let mut ordered: Vec<&DesiredObject> = objects.iter().collect();
    if names == Names::FollowContent {
        ordered.sort_by_key(|object| {
            let name = base(&object.id.name).unwrap_or(&object.id.name);
            ObjectRef {
                name: name.to_owned(),
                ..object.id.clone()
            }
        });
    }
    ordered
}

/// What a generated name is without its hash.
fn base(name: &str) -> Option<&str> {
    let (base, suffix) = name.rsplit_once('-')?;
    let is_hash =
        suffix.len() == SUFFIX.1 && suffix.chars().all(|letter| SUFFIX.0.contains(letter));
    is_hash.then_some(base)
}

/// The names of a generated object whose suffix follows its content.
fn renamed(one: &ObjectRef, two: &ObjectRef) -> Option<(String, String)> {
    let is_renamed = one.name != two.name && base(&one.name)? == base(&two.name)?;
    is_renamed.then(|| (one.name.clone(), two.name.clone()))
}

struct Comparison<'a> {
    /// The first render's stand-in for each of the second's.
    names: BTreeMap<&'a StandIn, &'a StandIn>,
    /// The names of generated objects in the first and in the second.
    renamed: BTreeMap<String, String>,
}

impl Comparison<'_> {
    /// # Errors
    /// The first field that differs.
    fn values(&self, one: &Value, two: &Value, at: &Pointer) -> Result<(), Pointer> {
        match (one, two) {
            (Value::String(one), Value::String(two)) => {
                let agree = one == two || self.texts(one, two) || is_checksum(at, one, two);
                agree.then_some(()).ok_or_else(|| at.clone())
            }
            (Value::Array(one), Value::Array(two)) if one.len() == two.len() => {
                let mut pairs = one.iter().zip(two).enumerate();
                pairs.try_for_each(|(index, (one, two))| self.values(one, two, &at.child(index)))
            }
            (Value::Object(one), Value::Object(two)) if one.len() == two.len() => {
                one.iter().try_for_each(|(key, one)| {
                    let at = at.child(key);
                    let two = two.get(key).ok_or_else(|| at.clone())?;
                    self.values(one, two, &at)
                })
            }
            _ if one == two => Ok(()),
            _ => Err(at.clone()),
        }
    }

    fn texts(&self, one: &str, two: &str) -> bool {
        let one = self.as_renamed(one);
        one == two || self.bytes(one.as_bytes(), two.as_bytes()).unwrap_or(false)
    }

    /// The text with the second render's names for generated objects, each as a word of its own.
    fn as_renamed(&self, text: &str) -> String {
        if self.renamed.is_empty() {
            return text.to_owned();
        }
        let is_of_name =
            |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.');
        let mut named = String::with_capacity(text.len());
        for part in text.split_inclusive(|letter| !is_of_name(letter)) {
            let word = part.trim_end_matches(|letter| !is_of_name(letter));
            named.push_str(self.renamed.get(word).map_or(word, String::as_str));
            named.push_str(&part[word.len()..]);
        }
        named
    }

    /// Whether two texts are the same but for stand-ins that face each other, in base64 too.
    fn bytes(&self, one: &[u8], two: &[u8]) -> Result<bool, TooMuchWork> {
        Ok(self.around(one, &occurrences(one)?, two, &occurrences(two)?))
    }

    fn around(&self, one: &[u8], in_one: &[Occurrence], two: &[u8], in_two: &[Occurrence]) -> bool {
        let (mut after_one, mut after_two) = (0, 0);
        let mut pairs = in_one.iter().zip(in_two);
        let faced = in_one.len() == in_two.len()
            && pairs.all(|(a, b)| {
                let lead = match b {
                    Occurrence::Plain { .. } => LEAD,
                    // There it is decoded with what it leads.
                    Occurrence::Base64 { .. } => "",
                };
                let before = two[after_two..b.at().start].strip_suffix(lead.as_bytes());
                let same = before == Some(&one[after_one..a.at().start]);
                (after_one, after_two) = (a.at().end, b.at().end);
                same && self.face(a, b)
            });
        faced && one[after_one..] == two[after_two..]
    }

    fn face(&self, one: &Occurrence, two: &Occurrence) -> bool {
        match (one, two) {
            (Occurrence::Plain { stand_in: one, .. }, Occurrence::Plain { stand_in: two, .. }) => {
                self.names.get(two) == Some(&one)
            }
            (
                Occurrence::Base64 {
                    padded,
                    decoded,
                    inside,
                    ..
                },
                Occurrence::Base64 {
                    padded: padded_two,
                    decoded: decoded_two,
                    inside: inside_two,
                    ..
                },
            ) => padded == padded_two && self.around(decoded, inside, decoded_two, inside_two),
            _ => false,
        }
    }
}

/// Whether both are digests in an annotation, such as make a Deployment roll when its configuration changes.
fn is_checksum(at: &Pointer, one: &str, two: &str) -> bool {
    let digits = [32, 40, 56, 64, 96, 128];
    let split = |text: &str| match text.split_once(':') {
        Some((algorithm, hex)) => (algorithm.to_owned(), hex.to_owned()),
        None => (String::new(), text.to_owned()),
    };
    let ((algorithm, one), (other, two)) = (split(one), split(two));
    let is_digest =
        |hex: &str| digits.contains(&hex.len()) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_named = algorithm == other
        && algorithm
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric());
    let mut fields = at.as_str().rsplit('/').skip(1);
    let is_annotation = fields.next() == Some("annotations") && fields.next() == Some("metadata");
    is_annotation && is_named && is_digest(&one) && is_digest(&two)
}

#[cfg(test)]
mod tests;
