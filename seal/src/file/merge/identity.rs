//! What elements and documents are called: whether what both sides have changed is one and the same.

use super::part::Part;
use super::values::Values;

/// Where elements of lists say what they are called.
const OF_ELEMENTS: [&[&str]; 2] = [&["name"], &["id"]];
/// Where documents do, as Kubernetes tells objects apart.
const OF_DOCUMENTS: [&[&str]; 3] = [&["kind"], &["metadata", "namespace"], &["metadata", "name"]];

/// What versions of something say that they are called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Called {
    /// The same, all of them.
    Alike,
    /// Something else, one of them at least.
    Otherwise,
    /// Nothing.
    Nothing,
}

impl Called {
    pub(super) fn elements(values: &Values, versions: &[Part<'_>]) -> Self {
        Self::by(values, versions, &OF_ELEMENTS)
    }

    pub(super) fn documents(values: &Values, versions: &[Part<'_>]) -> Self {
        Self::by(values, versions, &OF_DOCUMENTS)
    }

    fn by(values: &Values, versions: &[Part<'_>], paths: &[&[&str]]) -> Self {
        let mut called = Self::Nothing;
        for path in paths {
            let mut found = versions.iter().map(|part| below(*part, path));
            let first = found.next().flatten();
            let is_same = |other: Option<Part<'_>>| match (first, other) {
                (Some(one), Some(other)) => values.same_values(one, other),
                (one, other) => one.is_none() && other.is_none(),
            };
            if !found.all(is_same) {
                return Self::Otherwise;
            }
            if first.is_some() {
                called = Self::Alike;
            }
        }
        called
    }

    /// Whether the versions are of one thing: they say so, or where nothing is said, nothing else stands where it stood.
    pub(super) fn is_one(self, stands_alone: bool) -> bool {
        match self {
            Self::Alike => true,
            Self::Nothing => stands_alone,
            Self::Otherwise => false,
        }
    }
}

fn below<'a>(part: Part<'a>, path: &[&str]) -> Option<Part<'a>> {
    let mut steps = path.iter();
    steps.try_fold(part, |part, key| part.by_key().get(key).copied())
}
