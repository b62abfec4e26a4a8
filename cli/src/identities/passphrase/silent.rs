//! A terminal that shows nothing, and shows again what is typed however the process ends.

use crate::signals::{self, Unfinished};
use rustix::termios::{self, LocalModes, OptionalActions, Termios};
use std::fs::File;
use std::io;
use std::sync::Arc;

/// A terminal that shows nothing until this is dropped, or a signal ends the process.
pub(super) struct Silent(Arc<Terminal>);

/// A terminal, and how it was before.
struct Terminal {
    file: File,
    shown: Termios,
}

impl Silent {
    /// Keys come one by one, `^C` as well.
    pub(super) fn on(file: File) -> io::Result<Self> {
        let shown = termios::tcgetattr(&file)?;
        let mut silent = shown.clone();
        silent.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        let terminal = Arc::new(Terminal { file, shown });
        signals::put_right_at_the_end(&terminal)?;
        signals::undisturbed(|| termios::tcsetattr(&terminal.file, OptionalActions::Now, &silent))?;
        Ok(Self(terminal))
    }

    /// The terminal, to write to and to read from.
    pub(super) fn terminal(&self) -> &File {
        &self.0.file
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        self.0.put_right();
    }
}

impl Unfinished for Terminal {
    fn put_right(&self) {
        // A terminal that went away has nothing to be put back.
        let _ = termios::tcsetattr(&self.file, OptionalActions::Now, &self.shown);
    }
}
