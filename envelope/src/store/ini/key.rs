//! The name of a key, in quotes or not, in front of `=` or `:`.

/// A key and what follows its delimiter.
pub(super) struct Key<'t> {
    pub(super) name: &'t str,
    /// The name with its quotes.
    pub(super) written: &'t str,
    pub(super) rest: &'t str,
}

const DELIMITERS: [char; 2] = ['=', ':'];

/// Reads a line that begins with the key; the error says what is wrong with it.
pub(super) fn read(content: &str) -> Result<Key<'_>, &'static str> {
    let key = match quote(content) {
        Some(quote) => quoted(content, quote)?,
        None => plain(content)?,
    };
    match key.name {
        "" => Err("a key has no name"),
        // sops writes the number in the place of the dash, and what it wrote is a comment.
        "-" => Err("the key - stands for a number, which sops cannot write"),
        _ => Ok(key),
    }
}

fn quote(content: &str) -> Option<&'static str> {
    match content.as_bytes()[0] {
        b'"' if content.len() > 6 && content.starts_with(r#"""""#) => Some(r#"""""#),
        b'"' => Some("\""),
        b'`' => Some("`"),
        _ => None,
    }
}

fn quoted<'t>(content: &'t str, quote: &str) -> Result<Key<'t>, &'static str> {
    let body = &content[quote.len()..];
    let end = body
        .find(quote)
        .ok_or("the quotes of a key are not closed")?;
    let behind = &body[end + quote.len()..];
    let delimiter = behind
        .find(DELIMITERS)
        .ok_or("a key has neither = nor : behind it")?;
    if !behind[..delimiter].trim().is_empty() {
        return Err("something stands between a key and its delimiter");
    }
    Ok(Key {
        name: body[..end].trim(),
        written: &content[..end + 2 * quote.len()],
        rest: &behind[delimiter + 1..],
    })
}

fn plain(content: &str) -> Result<Key<'_>, &'static str> {
    let delimiter = content
        .find(DELIMITERS)
        .ok_or("a line has neither = nor : in it")?;
    let name = content[..delimiter].trim();
    Ok(Key {
        name,
        written: name,
        rest: &content[delimiter + 1..],
    })
}
