//! What is to be pasted into a shell.

use signet_provenance::is_hidden;
use std::fmt::Write;

/// The path as one word of a shell's that is no option. What is not seen in it stands as the numbers of its bytes, which
/// `$'…'` is for (POSIX.1-2024, 2.2.4): escaped in any other quotes, it would be another name.
pub(crate) fn word(path: &str) -> String {
    let path = match path.strip_prefix('-') {
        Some(_) => format!("./{path}"),
        None => path.to_owned(),
    };
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@%,:=".contains(c);
    if path.contains(is_hidden) {
        return in_numbers(&path);
    }
    if path.chars().all(is_plain) {
        return path;
    }
    format!("'{}'", path.replace('\'', r"'\''"))
}

/// The path in `$'…'`: three octal digits end by themselves, whatever follows.
fn in_numbers(path: &str) -> String {
    let mut quoted = String::from("$'");
    for character in path.chars() {
        match character {
            '\\' | '\'' => quoted.extend(['\\', character]),
            _ if is_hidden(character) => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(quoted, "\\{byte:03o}");
                }
            }
            _ => quoted.push(character),
        }
    }
    quoted + "'"
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
    use std::process::Command;

    #[test]
    fn what_is_not_seen_in_a_name_is_seen_in_its_word_and_the_shell_reads_the_name() {
        for (path, said) in [
            ("a\u{200b}b.yaml", r"$'a\342\200\213b.yaml'"),
            (
                "\u{feff}7\u{202e}'\\.yaml",
                r"$'\357\273\2777\342\200\256\'\\.yaml'",
            ),
            ("-\u{2066}\n", r"$'./-\342\201\246\012'"),
        ] {
            assert_eq!(word(path), said);
            let printed = Command::new("bash")
                .args(["-c", &format!("printf %s {said}")])
                .output()
                .unwrap();
            let read = String::from_utf8(printed.stdout).unwrap();
            assert_eq!(read.trim_start_matches("./"), path);
        }
    }

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
            ("*\u{200b}", r"$':(literal)*\342\200\213'"),
        ] {
            assert_eq!(pathspec(path), said);
        }
    }
}
