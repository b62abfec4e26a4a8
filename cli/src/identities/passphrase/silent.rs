//! A terminal that shows nothing, and does so again however the process ends.

use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use rustix::termios::{self, LocalModes, OptionalActions, Termios};
use std::fs::File;
use std::io::{self, Read};

/// What ends a process by default, and what somebody sends who wants that.
const ENDING: [Signal; 4] = [
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGHUP,
    Signal::SIGTERM,
];

/// A terminal that shows nothing until this is dropped. A signal waits for that too, since a process that it ended would
/// leave the terminal silent; where the kernel says that one waits, reading fails at once.
pub(super) struct Silent<'t> {
    terminal: &'t File,
    shown: Termios,
    signals: Held,
}

impl<'t> Silent<'t> {
    /// Keys come one by one, `^C` as well.
    pub(super) fn on(terminal: &'t File) -> io::Result<Self> {
        let shown = termios::tcgetattr(terminal)?;
        let mut silent = shown.clone();
        silent.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        let signals = Held::new()?;
        termios::tcsetattr(terminal, OptionalActions::Now, &silent)?;
        Ok(Self {
            terminal,
            shown,
            signals,
        })
    }
}

impl Read for &Silent<'_> {
    fn read(&mut self, keys: &mut [u8]) -> io::Result<usize> {
        self.signals.until_readable(self.terminal)?;
        let mut terminal = self.terminal;
        terminal.read(keys)
    }
}

impl Drop for Silent<'_> {
    fn drop(&mut self) {
        // A terminal that went away has nothing to be put back. The signals are let through behind this.
        let _ = termios::tcsetattr(self.terminal, OptionalActions::Now, &self.shown);
    }
}

/// Signals that wait until this is dropped.
struct Held {
    before: SigSet,
    #[cfg(target_os = "linux")]
    waiting: nix::sys::signalfd::SignalFd,
}

impl Held {
    fn new() -> io::Result<Self> {
        let ending: SigSet = ENDING.into_iter().collect();
        Ok(Self {
            #[cfg(target_os = "linux")]
            waiting: nix::sys::signalfd::SignalFd::new(&ending)?,
            before: ending.thread_swap_mask(SigmaskHow::SIG_BLOCK)?,
        })
    }

    /// Waits for a key.
    ///
    /// # Errors
    /// When a signal waits.
    #[cfg(target_os = "linux")]
    fn until_readable(&self, terminal: &File) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, poll};
        let mut either = [
            PollFd::new(&self.waiting, PollFlags::IN),
            PollFd::new(terminal, PollFlags::IN),
        ];
        poll(&mut either, None)?;
        if !either[0].revents().is_empty() {
            return Err(io::Error::other("a signal ends the process"));
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn until_readable(&self, _terminal: &File) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // It fails for no mask that was in force.
        let _ = self.before.thread_set_mask();
    }
}
