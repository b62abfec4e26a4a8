//! Ends the process at a signal, once what would be left behind is put right.

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::io;
use std::process::{Command, ExitStatus, exit};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::signal::unix::{self, SignalKind};

/// How long a program that was told to end may take, in steps of a tenth of a second.
const GRACE: u32 = 20;

/// What nobody must find as it is once the process has ended.
pub(crate) trait Unfinished: Send + Sync {
    /// Puts it right. Best effort: this is the way out.
    fn put_right(&self);
}

/// Of the whole process, as signals are: two that watch would each end it before the other has put right what it knows.
static WATCH: Mutex<Watch> = Mutex::new(Watch {
    is_on: false,
    running: None,
    unfinished: Vec::new(),
});

struct Watch {
    is_on: bool,
    running: Option<Pid>,
    unfinished: Vec<Weak<dyn Unfinished>>,
}

/// The signals that end a process by default and that somebody sends who wants that.
struct Signals {
    interrupt: unix::Signal,
    quit: unix::Signal,
    hangup: unix::Signal,
    terminate: unix::Signal,
}

/// Puts this right before a signal ends the process, for as long as it is there. A thread of its own waits for signals
/// from the first time on: whichever thread the kernel chose to interrupt would do.
///
/// # Errors
/// When signals cannot be waited for.
pub(crate) fn put_right_at_the_end<T: Unfinished + 'static>(one: &Arc<T>) -> io::Result<()> {
    let mut watch = watch();
    if !watch.is_on {
        start()?;
        watch.is_on = true;
    }
    watch.unfinished.retain(|known| known.strong_count() > 0);
    let one: Weak<T> = Arc::downgrade(one);
    watch.unfinished.push(one);
    Ok(())
}

/// What the work gives, unless a signal ends the process: none of it is done any more once something is put right.
pub(crate) fn undisturbed<T>(work: impl FnOnce() -> T) -> T {
    let _watch = watch();
    work()
}

/// How a program ended; while it runs, `^C` and `^\` are its own.
pub(crate) fn run(command: &mut Command) -> io::Result<ExitStatus> {
    let mut child = {
        let mut watch = watch();
        let child = command.spawn()?;
        watch.running = Some(Pid::from_child(&child));
        child
    };
    let ended = child.wait();
    // Once the process is to end, this waits until it does.
    watch().running = None;
    ended
}

fn start() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let signals = {
        let _entered = runtime.enter();
        Signals::catch()?
    };
    let thread = thread::Builder::new().name("signals".to_owned());
    thread.spawn(move || wait(&runtime, signals)).map(drop)
}

fn wait(runtime: &Runtime, mut signals: Signals) {
    loop {
        let signal = runtime.block_on(signals.next());
        let watch = watch();
        match watch.running {
            Some(_) if matches!(signal, Signal::INT | Signal::QUIT) => {}
            running => end(&watch, running, signal),
        }
    }
}

/// Ends the program, so that it writes nothing afterwards, and then this process.
fn end(watch: &Watch, program: Option<Pid>, signal: Signal) -> ! {
    if let Some(program) = program {
        end_program(program, signal);
    }
    for one in watch.unfinished.iter().filter_map(Weak::upgrade) {
        one.put_right();
    }
    exit(128 + signal.as_raw())
}

fn end_program(program: Pid, signal: Signal) {
    let _ = kill_process(program, signal);
    for _ in 0..GRACE {
        if test_kill_process(program).is_err() {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    let _ = kill_process(program, Signal::KILL);
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

fn watch() -> MutexGuard<'static, Watch> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner)
}
