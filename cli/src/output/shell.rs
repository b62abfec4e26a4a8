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
