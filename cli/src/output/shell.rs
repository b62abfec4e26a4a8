//! What is to be pasted into a shell.

/// The path as one word of a shell's that is no option.
pub(crate) fn word(path: &str) -> String {
    let path = match path.strip_prefix('-') {
        Some(_) => format!("./{path}"),
        None => path.to_owned(),
    };
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@%,:=".contains(c);
    if path.chars().all(is_plain) {
        return path;
    }
    format!("'{}'", path.replace('\'', r"'\''"))
}

/// The path as a word of a shell's that Git takes for this file and no other (gitglossary, pathspec); it stands behind `--`.
pub(crate) fn pathspec(path: &str) -> String {
    let is_pattern = path.starts_with(':') || path.contains(['*', '?', '[', '\\']);
    if is_pattern {
        word(&format!(":(literal){path}"))
    } else {
        word(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_git_takes_for_a_pattern_is_said_to_be_none() {
        for (path, said) in [
            ("a/b.yaml", "a/b.yaml"),
            ("-b.yaml", "./-b.yaml"),
            ("*.yaml", "':(literal)*.yaml'"),
            ("a[1]?.yaml", "':(literal)a[1]?.yaml'"),
            (r"a\b.yaml", r"':(literal)a\b.yaml'"),
            (":!z.yaml", "':(literal):!z.yaml'"),
            (":(top)z.yaml", "':(literal):(top)z.yaml'"),
        ] {
            assert_eq!(pathspec(path), said);
        }
    }
}
