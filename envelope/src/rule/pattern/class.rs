//! Brackets.

use std::fmt::Write;

use super::cursor::Cursor;
use super::{escape, unicode};

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// A bracket in Rust's dialect; its `[` is read already.
///
/// # Errors
/// If Go takes it for none, or for another.
pub(super) fn bracket(rest: &mut Cursor<'_>, folds: bool) -> Result<String, &'static str> {
    let mut out = String::from(if rest.take("^") { "[^" } else { "[" });
    // Right at the beginning it is a member.
    let mut may_end = false;
    while !may_end || !rest.take("]") {
        may_end = true;
        match class(rest, folds)? {
            Some(class) => out.push_str(&class),
            None => range(rest, folds, &mut out)?,
        }
    }
    out.push(']');
    Ok(out)
}

fn class(rest: &mut Cursor<'_>, folds: bool) -> Result<Option<String>, &'static str> {
    let mut next = *rest;
    if !next.take("\\") {
        return posix(rest);
    }
    let class = escape::class(&mut next, folds)?;
    if class.is_some() {
        *rest = next;
    }
    Ok(class)
}

/// `[:name:]` or `[:^name:]`, if that comes next.
fn posix(rest: &mut Cursor<'_>) -> Result<Option<String>, &'static str> {
    let mut next = *rest;
    if !next.take("[:") {
        return Ok(None);
    }
    let Some(written) = next.until(":]") else {
        return Ok(None);
    };
    if !POSIX.contains(&written.strip_prefix('^').unwrap_or(written)) {
        return Err("Go has no class of this name");
    }
    *rest = next;
    Ok(Some(format!("[:{written}:]")))
}

/// Copies one character, or a range of them.
fn range(rest: &mut Cursor<'_>, folds: bool, out: &mut String) -> Result<(), &'static str> {
    let low = member(rest)?;
    let mut next = *rest;
    let mut high = low;
    if next.take("-") && !matches!(next.peek(), None | Some(']')) {
        *rest = next;
        high = member(rest)?;
    }
    if high < low {
        return Err("the range ends before it begins");
    }
    if folds && unicode::folds_otherwise(low, high) {
        return Err(unicode::FOLDS_OTHERWISE);
    }
    write!(
        out,
        r"\x{{{:X}}}-\x{{{:X}}}",
        u32::from(low),
        u32::from(high)
    )
    .expect("a string takes any text");
    Ok(())
}

fn member(rest: &mut Cursor<'_>) -> Result<char, &'static str> {
    match rest.next().ok_or("the bracket is not closed")? {
        '\\' => escape::character(rest),
        c => Ok(c),
    }
}
