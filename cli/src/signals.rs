//! Ends the process at a signal, once what would be left behind is put right.

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::future::poll_fn;
use std::io;
use std::ops::RangeInclusive;
use std::process::{Command, ExitStatus, exit};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Poll;
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

/// The signals that end a process by default (signal(7)), but for SIGKILL, those of a fault of its own, after which nothing
/// else runs, and SIGPIPE, which Rust ignores.
#[rustfmt::skip]
const ENDING: &[Signal] = &[
    Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM, Signal::ALARM, Signal::USR1, Signal::USR2, Signal::ABORT,
    Signal::TRAP, Signal::SYS, Signal::XCPU, Signal::XFSZ, Signal::VTALARM, Signal::PROF,
    #[cfg(target_os = "linux")] Signal::IO,
    #[cfg(target_os = "linux")] Signal::POWER,
    #[cfg(target_os = "linux")] Signal::STKFLT,
];

/// Those without a name, which end a process too: Linux has them up to 64.
const REAL_TIME: RangeInclusive<i32> = 34..=if cfg!(target_os = "linux") { 64 } else { 33 };

/// Signals with their numbers.
struct Signals(Vec<(i32, unix::Signal)>);

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
            Some(_)
                if [Signal::INT, Signal::QUIT]
                    .map(Signal::as_raw)
                    .contains(&signal) => {}
            running => end(&watch, running, signal),
        }
    }
}

/// Ends the program, so that it writes nothing afterwards, and then this process.
fn end(watch: &Watch, program: Option<Pid>, signal: i32) -> ! {
    if let Some(program) = program {
        end_program(program, signal);
    }
    for one in watch.unfinished.iter().filter_map(Weak::upgrade) {
        one.put_right();
    }
    exit(128 + signal)
}

/// Tells the program to end as this process was told, and by SIGTERM where a program may take the signal for something else.
fn end_program(program: Pid, signal: i32) {
    let told = [Signal::HUP, Signal::INT, Signal::QUIT];
    let told = told.into_iter().find(|one| one.as_raw() == signal);
    let _ = kill_process(program, told.unwrap_or(Signal::TERM));
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
        let catch = |number| Ok((number, unix::signal(SignalKind::from_raw(number))?));
        let named = ENDING.iter().map(|signal| catch(signal.as_raw()));
        let mut signals = named.collect::<io::Result<Vec<_>>>()?;
        // The C library keeps some for itself, and lets nobody catch them.
        signals.extend(REAL_TIME.filter_map(|number| catch(number).ok()));
        Ok(Self(signals))
    }

    /// The number of the next one.
    async fn next(&mut self) -> i32 {
        poll_fn(|context| {
            let came = self.0.iter_mut().find_map(|(number, signal)| {
                signal.poll_recv(context).is_ready().then_some(*number)
            });
            came.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

fn watch() -> MutexGuard<'static, Watch> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner)
}
