//! Pointers to the fields that a program may change.

use std::fmt;
use std::str::FromStr;

use crate::text::as_text;

/// A JSON pointer (RFC 6901) that names the same fields in each document of a file.
///
/// The step `*` stands for any one key or element; `~1` is a slash and `~0` a tilde. Keys are as Kubernetes reads them, elements
/// are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPointer {
    text: String,
}

/// A text that points at no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer:?} is no pointer to a field: {problem}")]
pub struct InvalidPointer {
    pointer: String,
    problem: &'static str,
}

impl FieldPointer {
    /// The pointer as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a field stands where this points, or below: its own pointer is without `*` that stand for others.
    pub fn covers(&self, field: &str) -> bool {
        let mut steps = field.split('/');
        self.text.split('/').all(|wanted| {
            let step = steps.next();
            step.is_some_and(|step| wanted == "*" || wanted == step)
        })
    }
}

impl FromStr for FieldPointer {
    type Err = InvalidPointer;

    fn from_str(text: &str) -> Result<Self, InvalidPointer> {
        let steps = text.strip_prefix('/').ok_or("it begins with a slash");
        let checked = steps.and_then(|steps| steps.split('/').try_for_each(check));
        checked.map_err(|problem| InvalidPointer {
            pointer: text.chars().take(200).collect(),
            problem,
        })?;
        let text = text.to_owned();
        Ok(Self { text })
    }
}

/// Refuses what other languages of pointers give a meaning to, here where it is written and not where a program is refused later.
fn check(step: &str) -> Result<(), &'static str> {
    let mut behind_tildes = step.split('~').skip(1);
    if step.is_empty() {
        Err("a step is empty")
    } else if step != "*" && step.contains('*') {
        Err("`*` stands alone between slashes")
    } else if step.contains(['[', ']']) {
        Err("elements are steps too: `/containers/0`, `/containers/*`")
    } else if !behind_tildes.all(|rest| rest.starts_with(['0', '1'])) {
        Err("`~` is written `~0`, and `/` in a key `~1`")
    } else if step.contains(char::is_control) {
        Err("it has a control character")
    } else {
        Ok(())
    }
}

impl fmt::Display for FieldPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

as_text!(FieldPointer, "a JSON pointer to a field", "minLength": 2);

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pointer: &str, field: &str) -> bool {
        pointer.parse::<FieldPointer>().unwrap().covers(field)
    }

    #[test]
    fn a_pointer_covers_the_field_that_it_names_and_what_is_below() {
        assert!(covers("/spec/image", "/spec/image"));
        assert!(covers("/spec", "/spec/image"));
        assert!(covers("/a/0/b~1c~0", "/a/0/b~1c~0"));
        for other in ["", "/", "/spec", "/spec/images", "/spec/imag", "/image"] {
            assert!(!covers("/spec/image", other), "{other}");
        }
    }

    #[test]
    fn a_star_stands_for_one_key_or_element() {
        assert!(covers(
            "/spec/containers/*/image",
            "/spec/containers/0/image"
        ));
        assert!(covers("/*/image", "/spec/image"));
        assert!(!covers("/*/image", "/spec/template/image"));
        assert!(!covers("/*/image", "/image"));
        assert!(covers("/*", "/a/b/c"));
    }

    #[test]
    fn refuses_what_points_at_no_field_or_means_more_elsewhere() {
        for pointer in [
            "",
            "/",
            "spec/image",
            "$.spec",
            "/spec/",
            "/spec//image",
            "/spec/**/image",
            "/spec/im*",
            "/containers[0]/image",
            "/a~2b",
            "/a~",
            "/a\nb",
        ] {
            let error = pointer.parse::<FieldPointer>().unwrap_err().to_string();
            assert!(error.contains("is no pointer to a field: "), "{error}");
        }
    }
}
