//! What a guest finds outside itself: nothing.

use std::collections::HashSet;

use wasmtime::{
    AsContext, Caller, Error, Extern, ExternType, Linker, Memory, Module, Result, Val, bail,
};

/// Bytes of what a guest prints that are kept.
const PRINTED: usize = 64 << 10;
/// The one moment that there is, in nanoseconds since 1970: the beginning of 2020.
const NOW: u64 = 1_577_836_800_000_000_000;
/// Nanoseconds between two looks at the clock that Go's timers go by.
const TICK: u64 = 1000;

const DONE: i32 = 0;
const BAD_FILE: i32 = 8;
const NOT_IMPLEMENTED: i32 = 52;

/// Of a subscription to events: the kind that is a clock, and the flag of a point in time.
const CLOCK: u8 = 0;
const ABSOLUTE: u8 = 1;

/// What a guest's calls leave behind.
pub(crate) struct Wasi {
    printed: Vec<u8>,
    passed: u64,
    random: Option<u64>,
}

impl Wasi {
    /// Without a seed, who asks for random numbers is ended.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self {
            printed: Vec::new(),
            passed: 0,
            random: seed,
        }
    }

    /// What the guest printed, its beginning if that was much.
    pub(crate) fn printed(&self) -> String {
        String::from_utf8_lossy(&self.printed).into_owned()
    }

    fn print(&mut self, bytes: &[u8]) {
        let room = PRINTED - self.printed.len();
        self.printed.extend(&bytes[..bytes.len().min(room)]);
    }

    /// `splitmix64`, <https://prng.di.unimi.it/splitmix64.c>.
    fn random(&mut self) -> Option<u64> {
        let seed = self.random.as_mut()?;
        *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some(mixed ^ (mixed >> 31))
    }
}

impl AsMut<Wasi> for Wasi {
    fn as_mut(&mut self) -> &mut Wasi {
        self
    }
}

/// A call that a guest must not make.
#[derive(Debug)]
pub(crate) struct Forbidden(pub(crate) String);

impl std::fmt::Display for Forbidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the guest asked for {}", self.0)
    }
}

impl std::error::Error for Forbidden {}

/// Gives the module what it imports.
pub(crate) fn link<T: AsMut<Wasi> + 'static>(
    linker: &mut Linker<T>,
    module: &Module,
) -> Result<()> {
    let mut seen = HashSet::new();
    for import in module.imports() {
        // Go lists some imports twice.
        if !seen.insert((import.module(), import.name())) {
            continue;
        }
        let ExternType::Func(kind) = import.ty() else {
            bail!("the guest imports {}, which is no function", import.name());
        };
        let name = import.name().to_owned();
        linker.func_new(
            import.module(),
            import.name(),
            kind,
            move |mut caller, arguments, results| {
                let arguments: Vec<u32> = arguments.iter().map(small).collect();
                let answer = answer(&name, &mut Call::new(&mut caller, arguments)?)?;
                if let Some(result) = results.first_mut() {
                    *result = Val::I32(answer);
                }
                Ok(())
            },
        )?;
    }
    Ok(())
}

/// The argument; only lengths of time do not fit, which are not looked at.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bits are kept"
)]
fn small(argument: &Val) -> u32 {
    match argument {
        Val::I32(value) => *value as u32,
        Val::I64(value) => *value as u32,
        _ => 0,
    }
}

/// Answers a call of `wasi_snapshot_preview1`.
fn answer<T: AsMut<Wasi>>(name: &str, call: &mut Call<'_, '_, T>) -> Result<i32> {
    match name {
        // One argument, the name: without it, a library of logs fails.
        "args_sizes_get" => {
            call.write(call.argument(0), &1_u32.to_le_bytes())?;
            call.write(call.argument(1), &6_u32.to_le_bytes())?;
        }
        "args_get" => {
            call.write(call.argument(0), &call.argument(1).to_le_bytes())?;
            call.write(call.argument(1), b"guest\0")?;
        }
        "environ_sizes_get" => {
            call.write(call.argument(0), &0_u32.to_le_bytes())?;
            call.write(call.argument(1), &0_u32.to_le_bytes())?;
        }
        "environ_get" | "sched_yield" => {}
        "clock_time_get" => {
            let time = call.clock();
            call.write(call.argument(2), &time.to_le_bytes())?;
        }
        "random_get" => call.random()?,
        "fd_write" => call.print()?,
        "poll_oneoff" => call.sleep()?,
        // It ends with this, having printed why.
        "proc_exit" => return Err(Error::new(Exited)),
        name if name.starts_with("fd_") => return Ok(BAD_FILE),
        _ => return Ok(NOT_IMPLEMENTED),
    }
    Ok(DONE)
}

/// The guest ended itself.
#[derive(Debug)]
pub(crate) struct Exited;

impl std::fmt::Display for Exited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the guest ended itself")
    }
}

impl std::error::Error for Exited {}

struct Call<'a, 'b, T: 'static> {
    caller: &'a mut Caller<'b, T>,
    memory: Memory,
    arguments: Vec<u32>,
}

impl<'a, 'b, T: AsMut<Wasi>> Call<'a, 'b, T> {
    fn new(caller: &'a mut Caller<'b, T>, arguments: Vec<u32>) -> Result<Self> {
        let memory = caller.get_export("memory").and_then(Extern::into_memory);
        let Some(memory) = memory else {
            bail!("the guest has no memory");
        };
        Ok(Self {
            caller,
            memory,
            arguments,
        })
    }

    fn argument(&self, index: usize) -> u32 {
        self.arguments.get(index).copied().unwrap_or_default()
    }

    fn wasi(&mut self) -> &mut Wasi {
        self.caller.data_mut().as_mut()
    }

    fn write(&mut self, place: u32, bytes: &[u8]) -> Result<()> {
        Ok(self
            .memory
            .write(&mut *self.caller, place as usize, bytes)?)
    }

    /// The guest's memory there, unless it ends before.
    fn read(&self, place: u32, length: u32) -> Result<&[u8]> {
        let place = place as usize;
        let bytes = self.memory.data(self.caller.as_context());
        let Some(bytes) = bytes.get(place..place.saturating_add(length as usize)) else {
            bail!("the guest named a place outside its memory");
        };
        Ok(bytes)
    }

    fn read_number(&self, place: u32) -> Result<u32> {
        let bytes = self.read(place, 4)?;
        Ok(u32::from_le_bytes(bytes.try_into()?))
    }

    fn clock(&mut self) -> u64 {
        if self.argument(0) == 0 {
            return NOW;
        }
        let wasi = self.wasi();
        wasi.passed = wasi.passed.saturating_add(TICK);
        wasi.passed
    }

    fn random(&mut self) -> Result<()> {
        let (mut place, mut left) = (self.argument(0), self.argument(1));
        while left > 0 {
            let Some(number) = self.wasi().random() else {
                return Err(Error::new(Forbidden("random numbers".to_owned())));
            };
            let length = left.min(8);
            self.write(place, &number.to_le_bytes()[..length as usize])?;
            place = place.saturating_add(length);
            left -= length;
        }
        Ok(())
    }

    /// Keeps what is printed: `iovec` by `iovec`, a place and a length each.
    fn print(&mut self) -> Result<()> {
        let mut written = 0_u32;
        for index in 0..self.argument(2) {
            let buffer = self.argument(1).saturating_add(index.saturating_mul(8));
            let place = self.read_number(buffer)?;
            let length = self.read_number(buffer.saturating_add(4))?;
            let bytes = self.read(place, length.min(64 << 10))?.to_vec();
            self.wasi().print(&bytes);
            written = written.saturating_add(length);
        }
        self.write(self.argument(3), &written.to_le_bytes())
    }

    /// Lets the time pass until the first timer, at once.
    fn sleep(&mut self) -> Result<()> {
        let mut first: Option<(u64, [u8; 8])> = None;
        for index in 0..self.argument(2) {
            let place = self.argument(0).saturating_add(index.saturating_mul(48));
            let subscription = self.read(place, 48)?;
            let number = |at: usize| -> Result<u64> {
                Ok(u64::from_le_bytes(subscription[at..at + 8].try_into()?))
            };
            if subscription[8] != CLOCK {
                continue;
            }
            let (mut wait, absolute) = (number(24)?, subscription[40] & ABSOLUTE != 0);
            let user = number(0)?.to_le_bytes();
            if absolute {
                wait = wait.saturating_sub(self.wasi().passed);
            }
            if first.is_none_or(|(shortest, _)| wait < shortest) {
                first = Some((wait, user));
            }
        }
        let Some((wait, user)) = first else {
            return Err(Error::new(Forbidden("something to wait for".to_owned())));
        };
        let wasi = self.wasi();
        wasi.passed = wasi.passed.saturating_add(wait);
        let mut event = [0; 32];
        event[..8].copy_from_slice(&user);
        self.write(self.argument(1), &event)?;
        self.write(self.argument(3), &1_u32.to_le_bytes())
    }
}
