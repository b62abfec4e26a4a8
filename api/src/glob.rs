//! Patterns over paths: anchored, `*` within a component, `**` across components.

use std::fmt;
use std::str::FromStr;

use crate::text::as_text;

/// A pattern that a whole path either matches or does not.
///
/// It is anchored at the repository's root. `*` stands for any bytes within one component, the component `**` for any number
/// of components, at the end for at least one. Everything else stands for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob {
    text: String,
    /// What every path that matches begins with.
    prefix: Vec<u8>,
    components: Vec<Component>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Component {
    /// `**`
    Across,
    /// Anything else; `*` among the bytes.
    Within(Vec<u8>),
}

/// A text that is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{glob:?} is not a pattern: {problem}")]
pub struct InvalidGlob {
    glob: String,
    problem: &'static str,
}

impl Glob {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a path, as raw bytes from its root, matches as a whole.
    ///
    /// Takes time in proportion to pattern times path, whatever they are.
    pub fn matches(&self, path: &[u8]) -> bool {
        // Of many rules few are about a path.
        if !path.starts_with(&self.prefix) {
            return false;
        }
        let path: Vec<&[u8]> = path.split(|b| *b == b'/').collect();
        wildcard(
            &self.components,
            &path,
            |component| *component == Component::Across,
            |component, name| match component {
                Component::Across => false,
                Component::Within(pattern) => {
                    wildcard(pattern, name, |b| *b == b'*', |a, b| a == b)
                }
            },
        )
    }
}

/// Matches greedily and, where that fails, takes up the last star again: earlier stars need no second try.
fn wildcard<P, T>(
    pattern: &[P],
    text: &[T],
    is_star: impl Fn(&P) -> bool,
    is_same: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p).is_some_and(&is_star) {
            last_star = Some((p, t));
            p += 1;
        } else if pattern.get(p).is_some_and(|part| is_same(part, &text[t])) {
            (p, t) = (p + 1, t + 1);
        } else if let Some((star, taken)) = last_star {
            last_star = Some((star, taken + 1));
            (p, t) = (star + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(is_star)
}

impl FromStr for Glob {
    type Err = InvalidGlob;

    fn from_str(text: &str) -> Result<Self, InvalidGlob> {
        let mut components: Vec<Component> = text
            .split('/')
            .map(component)
            .collect::<Result<_, _>>()
            .map_err(|problem| InvalidGlob {
                glob: text.chars().take(200).collect(),
                problem,
            })?;
        if components.last() == Some(&Component::Across) {
            // `a/**` is what is below `a`, not a file called `a`.
            components.insert(components.len() - 1, Component::Within(b"*".to_vec()));
        }
        Ok(Self {
            text: text.to_owned(),
            prefix: prefix(&components),
            components,
        })
    }
}

/// The components in front of the first star, each with its slash; without a star all of them.
fn prefix(components: &[Component]) -> Vec<u8> {
    let mut prefix = Vec::new();
    for component in components {
        match component {
            Component::Within(bytes) if !bytes.contains(&b'*') => {
                prefix.extend_from_slice(bytes);
                prefix.push(b'/');
            }
            Component::Within(_) | Component::Across => return prefix,
        }
    }
    prefix.pop();
    prefix
}

/// Refuses what other pattern languages give a meaning to: a pattern that silently matches nothing would lift a rule.
fn component(text: &str) -> Result<Component, &'static str> {
    match text {
        "" => Err("a component is empty"),
        "." | ".." => Err("`.` and `..` are not resolved"),
        "**" => Ok(Component::Across),
        _ if text.contains("**") => Err("`**` stands alone between slashes"),
        _ if text.contains(['?', '[', ']', '{', '}', '\\', '!']) => {
            Err("only `*` and `**` are special; `?`, `[…]`, `{…}`, `!` and `\\` are not supported")
        }
        _ if text.contains(char::is_control) => Err("it has a control character"),
        _ => Ok(Component::Within(text.as_bytes().to_vec())),
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

as_text!(Glob, "a pattern over paths", "minLength": 1);

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(glob: &str, path: &str) -> bool {
        glob.parse::<Glob>().unwrap().matches(path.as_bytes())
    }

    #[test]
    fn is_anchored_at_both_ends() {
        assert!(matches("a/b", "a/b"));
        assert!(!matches("a/b", "x/a/b"));
        assert!(!matches("a/b", "a/b/c"));
        assert!(!matches("a", "ab"));
    }

    #[test]
    fn one_star_stays_within_its_component() {
        assert!(matches("a/*.yaml", "a/x.yaml"));
        assert!(matches("a/*.yaml", "a/.yaml"));
        assert!(matches("*/*", "a/b"));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(!matches("a/*", "a/b/c"));
        assert!(!matches("a/*", "a"));
    }

    #[test]
    fn two_stars_cross_components() {
        assert!(matches("**", "a"));
        assert!(matches("**", "a/b/c"));
        assert!(matches("a/**", "a/b"));
        assert!(matches("a/**", "a/b/c"));
        assert!(matches("a/**/z", "a/z"));
        assert!(matches("a/**/z", "a/b/c/z"));
        assert!(matches("**/z.yaml", "z.yaml"));
        assert!(matches("a/**/b/**/c", "a/b/x/b/y/c"));
        assert!(!matches("a/**/z", "a/b/zz"));
    }

    #[test]
    fn what_is_below_a_folder_is_not_a_file_of_its_name() {
        assert!(!matches("signet/**", "signet"));
        assert!(!matches("signet/**", "signetx/a"));
    }

    #[test]
    fn what_paths_begin_with_decides_nothing_that_the_pattern_does_not() {
        let parts = ["a", "ab", "*", "b*", "**"];
        let paths = [
            "a", "b", "ab", "a/a", "a/ab", "ab/a", "a/b/ab", "ab/b/a", "b/a/b/a",
        ];
        for one in parts {
            for two in parts {
                for text in [
                    one.to_owned(),
                    format!("{one}/{two}"),
                    format!("{one}/{two}/a"),
                ] {
                    let glob: Glob = text.parse().unwrap();
                    let whole = Glob {
                        prefix: Vec::new(),
                        ..glob.clone()
                    };
                    for path in paths.map(str::as_bytes) {
                        assert_eq!(glob.matches(path), whole.matches(path), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn matches_bytes_that_are_no_text() {
        let glob: Glob = "a/**".parse().unwrap();
        assert!(glob.matches(b"a/\xff\xfe"));
    }

    #[test]
    fn rejects_what_other_languages_would_read_differently() {
        for glob in [
            "", "/a", "a/", "a//b", "./a", "../a", "a**", "a/**b", "a?", "[ab]", "{a,b}", "!a",
            "a\\b", "a\nb",
        ] {
            assert!(glob.parse::<Glob>().is_err(), "{glob:?}");
        }
    }

    #[test]
    fn takes_no_exponential_time() {
        let glob: Glob = format!("{}b", "**/*a*a*a*a*/".repeat(20)).parse().unwrap();
        let path = format!("{}c", "aaaaaaaaaaaaaaaa/".repeat(200));
        assert!(!glob.matches(path.as_bytes()));
    }
}
