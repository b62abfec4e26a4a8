//! What Kubernetes takes for a name.

/// Ensures that the name is a DNS subdomain (RFC 1123), as nearly all kinds want it.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn subdomain(name: &str) -> Result<(), &'static str> {
    if name.len() > 253 {
        return Err("is longer than 253 characters");
    }
    if name.split('.').all(is_label) {
        return Ok(());
    }
    Err("must consist of a-z, 0-9, '-' and '.', with a letter or digit at each end")
}

/// Ensures that the name can be part of a path, which is all that RBAC's kinds want.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn path_segment(name: &str) -> Result<(), &'static str> {
    let forbidden = |c: char| matches!(c, '/' | '%') || c.is_control() || c.is_whitespace();
    match name {
        "" | "." | ".." => Err("must not be empty, \".\" or \"..\""),
        _ if name.len() > 253 => Err("is longer than 253 characters"),
        _ if name.contains(forbidden) => Err("must not contain '/', '%' or blanks"),
        _ => Ok(()),
    }
}

/// Whether the text is a part of a DNS name in lower case.
pub(crate) fn is_label(label: &str) -> bool {
    let alphanumeric = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = label.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    ends.iter().all(|end| end.is_some_and(alphanumeric))
        && bytes.iter().all(|b| alphanumeric(b) || *b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_api_server_takes() {
        assert_eq!(subdomain("web-1.example.org"), Ok(()));
        for bad in [
            "",
            "Web",
            "-web",
            "web-",
            "a..b",
            "a/b",
            "a b",
            "ä",
            &"a".repeat(254),
        ] {
            assert!(subdomain(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lets_rbac_names_have_colons_and_nothing_that_leaves_the_path() {
        assert_eq!(path_segment("system:auth-delegator"), Ok(()));
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "a%2fb",
            "a b",
            "a\nb",
            &"a".repeat(254),
        ] {
            assert!(path_segment(bad).is_err(), "{bad}");
        }
    }
}
