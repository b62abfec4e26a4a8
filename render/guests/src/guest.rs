use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;

use wasmtime::{Engine, Error, Instance, InstancePre, Linker, Memory, Store, Trap, format_err};

use crate::room::Room;
use crate::wasi::{self, Forbidden};
use crate::{Answer, GuestError, Limits, Renderer, Request, answer, machine_code};

/// Room for Go's frames: a template that includes itself a thousand times is Helm's to refuse, not the sandbox's.
const STACK: usize = 4 << 20;
/// Beyond that, for the host's own frames.
const OWN_STACK: usize = 1 << 20;

/// A renderer, loaded.
pub(crate) struct Guest {
    renderer: Renderer,
    engine: Engine,
    prepared: InstancePre<Room>,
}

impl Guest {
    pub(crate) fn digest(renderer: Renderer) -> &'static str {
        machine_code::digest(renderer)
    }

    pub(crate) fn load(renderer: Renderer) -> Result<Self, GuestError> {
        let load = || {
            let mut config = machine_code::config();
            config.async_stack_size(STACK).max_wasm_stack(STACK);
            let engine = Engine::new(&config)?;
            let module = machine_code::load(&engine, renderer)?;
            let mut linker = Linker::new(&engine);
            wasi::link(&mut linker, &module)?;
            let prepared = linker.instantiate_pre(&module)?;
            Ok((engine, prepared))
        };
        let (engine, prepared) = load().map_err(|source: Error| GuestError::Loading {
            renderer,
            source: source.into(),
        })?;
        Ok(Self {
            renderer,
            engine,
            prepared,
        })
    }

    /// Renders on a thread of its own, which has the stack that it needs, while this one looks at the clock.
    pub(crate) fn render(
        &self,
        request: &Request<'_>,
        limits: &Limits,
    ) -> Result<Answer, GuestError> {
        let request = request.encode()?;
        let late = Arc::new(AtomicBool::new(false));
        let mut store = Room::store(&self.engine, limits, late.clone());
        let (done, finished) = channel::<()>();
        thread::scope(|scope| {
            let rendering = thread::Builder::new()
                .name("render".to_owned())
                .stack_size(STACK + OWN_STACK)
                .spawn_scoped(scope, move || {
                    let answered = self.answered(&mut store, &request, limits);
                    drop(store);
                    drop(done);
                    answered
                })
                .map_err(GuestError::Thread)?;
            if finished.recv_timeout(limits.time) == Err(RecvTimeoutError::Timeout) {
                late.store(true, Ordering::Release);
                self.engine.increment_epoch();
            }
            rendering
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn answered(
        &self,
        store: &mut Store<Room>,
        request: &[u8],
        limits: &Limits,
    ) -> Result<Answer, GuestError> {
        let bytes = self.ask(store, request, limits.answer);
        let bytes = bytes.map_err(|error| self.ended(store, limits, error))?;
        match bytes {
            Asked::Answered(bytes) => Ok(Answer {
                documents: answer::decode(self.renderer, &bytes)?,
                printed: store.data().wasi.printed(),
            }),
            Asked::TooMuch(bytes) => Err(GuestError::Answer {
                renderer: self.renderer,
                bytes,
                limit: limits.answer,
            }),
        }
    }

    /// Hands the request over and fetches the answer.
    fn ask(
        &self,
        store: &mut Store<Room>,
        request: &[u8],
        limit: usize,
    ) -> wasmtime::Result<Asked> {
        let instance = self.prepared.instantiate(&mut *store)?;
        let memory = memory(store, &instance)?;
        let allocate = instance.get_typed_func::<u32, u32>(&mut *store, "allocate")?;
        let place = allocate.call(&mut *store, u32::try_from(request.len())?)?;
        memory.write(&mut *store, place as usize, request)?;
        let answer = instance.get_typed_func::<(), u32>(&mut *store, "answer")?;
        let found = answer.call(&mut *store, ())?;
        let number = |place: usize| -> wasmtime::Result<usize> {
            let mut number = [0; 4];
            memory.read(&*store, place, &mut number)?;
            Ok(u32::from_le_bytes(number) as usize)
        };
        let (place, length) = (number(found as usize)?, number(found as usize + 4)?);
        if length > limit {
            return Ok(Asked::TooMuch(length));
        }
        let mut bytes = vec![0; length];
        memory.read(&*store, place, &mut bytes)?;
        Ok(Asked::Answered(bytes))
    }

    /// Says why the guest ended before it answered.
    fn ended(&self, store: &Store<Room>, limits: &Limits, error: Error) -> GuestError {
        let renderer = self.renderer;
        if store.data().full {
            return GuestError::Memory {
                renderer,
                limit: limits.memory,
            };
        }
        if let Some(Forbidden(what)) = error.downcast_ref() {
            return GuestError::Forbidden {
                renderer,
                what: what.clone(),
            };
        }
        match error.downcast_ref() {
            Some(Trap::Interrupt) => GuestError::Time {
                renderer,
                limit: limits.time,
            },
            Some(Trap::StackOverflow) => GuestError::Depth { renderer },
            _ => GuestError::Failed {
                renderer,
                printed: store.data().wasi.printed(),
                source: error.into(),
            },
        }
    }
}

enum Asked {
    Answered(Vec<u8>),
    TooMuch(usize),
}

fn memory(store: &mut Store<Room>, instance: &Instance) -> wasmtime::Result<Memory> {
    instance
        .get_memory(store, "memory")
        .ok_or_else(|| format_err!("the guest has no memory"))
}
