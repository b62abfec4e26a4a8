//! Wipes before a signal ends the process.

use super::wipe::Contents;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::io;
use std::process::{Command, ExitStatus, exit};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::signal::unix::{self, SignalKind};

/// How long a program that was told to end may take, in steps of a tenth of a second.
const GRACE: u32 = 20;

/// Waits for signals on a thread of its own, from its start to the end of the process.
pub(super) struct Watch {
    running: Arc<Mutex<Option<Pid>>>,
}

/// The signals that end a process by default and that somebody sends who wants that.
struct Signals {
    interrupt: unix::Signal,
    quit: unix::Signal,
    hangup: unix::Signal,
    terminate: unix::Signal,
}

impl Watch {
    pub(super) fn start(contents: Arc<Contents>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let signals = {
            let _entered = runtime.enter();
            Signals::catch()?
        };
        let running = Arc::new(Mutex::new(None));
        let watched = Arc::clone(&running);
        thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || watch(&runtime, signals, &watched, &contents))?;
        Ok(Self { running })
    }

    /// How a program ended; while it runs, `^C` and `^\` are its own.
    pub(super) fn run(&self, command: &mut Command) -> io::Result<ExitStatus> {
        let mut child = {
            let mut running = lock(&self.running);
            let child = command.spawn()?;
            *running = Some(Pid::from_child(&child));
            child
        };
        let ended = child.wait();
        // Once the process is to end, this waits until it does.
        *lock(&self.running) = None;
        ended
    }
}

fn watch(
    runtime: &Runtime,
    mut signals: Signals,
    running: &Mutex<Option<Pid>>,
    contents: &Contents,
) {
    loop {
        let signal = runtime.block_on(signals.next());
        let running = lock(running);
        match *running {
            Some(_) if matches!(signal, Signal::INT | Signal::QUIT) => {}
            Some(program) => end(program, signal, contents),
            None => wiped(signal, contents),
        }
    }
}

/// Ends the program, so that it writes nothing after the wiping, and then this process.
fn end(program: Pid, signal: Signal, contents: &Contents) -> ! {
    let _ = kill_process(program, signal);
    for _ in 0..GRACE {
        if test_kill_process(program).is_err() {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    let _ = kill_process(program, Signal::KILL);
    wiped(signal, contents)
}

fn wiped(signal: Signal, contents: &Contents) -> ! {
    contents.wipe();
    exit(128 + signal.as_raw())
}

impl Signals {
    fn catch() -> io::Result<Self> {
        Ok(Self {
            interrupt: unix::signal(SignalKind::interrupt())?,
            quit: unix::signal(SignalKind::quit())?,
            hangup: unix::signal(SignalKind::hangup())?,
            terminate: unix::signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.quit.recv() => Signal::QUIT,
            _ = self.hangup.recv() => Signal::HUP,
            _ = self.terminate.recv() => Signal::TERM,
        }
    }
}

fn lock(running: &Mutex<Option<Pid>>) -> MutexGuard<'_, Option<Pid>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}
