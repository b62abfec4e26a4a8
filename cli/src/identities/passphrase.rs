//! Asks the person at the terminal for a passphrase, which is not shown.

mod silent;

use crate::output::visible::name;
use secrecy::SecretString;
use silent::Silent;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use zeroize::Zeroizing;

/// Where a person can be asked.
pub(crate) const WHERE: &str = "a passphrase is asked for where stdin or stderr is a terminal";

/// A longer one is none; the buffer never grows, so no copy is left behind.
const LONGEST: usize = 1024;

const INTERRUPT: u8 = 0x03;
const END: u8 = 0x04;
const BACKSPACE: [u8; 2] = [0x08, 0x7f];
const CLEAR: u8 = 0x15;

/// The passphrase of what this names; nothing where nobody is there to be asked. What is piped in may be
/// the text to work on, so a terminal at stderr will do.
///
/// # Errors
/// When the terminal fails, or the person gives up.
pub(crate) fn of(place: &str) -> io::Result<Option<SecretString>> {
    if !io::stdin().is_terminal() && !io::stderr().is_terminal() {
        return Ok(None);
    }
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
    let Ok(terminal) = terminal else {
        return Ok(None);
    };
    let silent = Silent::on(terminal)?;
    let mut terminal = silent.terminal();
    let question = format!("passphrase of {}: ", name(place));
    terminal.write_all(question.as_bytes())?;
    let typed = line(terminal);
    terminal.write_all(b"\n")?;
    drop(silent);
    let typed = typed?;
    let text = std::str::from_utf8(&typed).map_err(|_| ErrorKind::InvalidData)?;
    Ok(Some(SecretString::from(text)))
}

/// What is typed up to the end of the line.
fn line(mut keyboard: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut typed = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut key = Zeroizing::new([0]);
    loop {
        keyboard.read_exact(&mut *key)?;
        match key[0] {
            b'\r' | b'\n' | END => return Ok(typed),
            INTERRUPT => return Err(io::Error::other("no passphrase was given")),
            CLEAR => typed.clear(),
            key if BACKSPACE.contains(&key) => remove_last(&mut typed),
            _ if typed.len() == LONGEST => return Err(io::Error::other("it is too long")),
            key => typed.push(key),
        }
    }
}

/// Removes the last character, of however many bytes.
fn remove_last(typed: &mut Vec<u8>) {
    while typed.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn keys_edit_the_passphrase_and_end_it() {
        let typed = |keys: &str| line(keys.as_bytes()).ok().map(|typed| typed.to_vec());
        assert_eq!(typed("secret\rmore").as_deref(), Some(&b"secret"[..]));
        assert_eq!(
            typed("wrong\u{15}ü\u{7f}s\u{8}ok\n").as_deref(),
            Some(&b"ok"[..])
        );
        assert_eq!(typed("\u{7f}\n").as_deref(), Some(&b""[..]));
        for given_up in ["sec\u{3}ret\n", "", &"x".repeat(1100)] {
            assert_eq!(typed(given_up), None);
        }
    }
}
