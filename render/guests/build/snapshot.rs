//! From a module that has to start to one that has started.

use std::pin::pin;
use std::task::{Context as TaskContext, Poll, Waker};

use wasmtime::error::Context;
use wasmtime::{
    Engine, Instance, Linker, Module, OptLevel, RegallocAlgorithm, Result, Store, Val, bail,
};
use wasmtime_wizer::{InstanceState, SnapshotVal, ValType, Wizer};

use crate::settings;
use crate::strip::strip;
use crate::wasi::{self, Wasi};

const PREPARE: &str = "prepare";

/// Returns the guest as it is once it is prepared. The same bytes for the same module: it has no clock, and random
/// numbers that are no such.
pub(crate) fn prepare(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut wizer = Wizer::new();
    wizer.init_func(PREPARE).keep_init_func(false);
    let (context, instrumented) = wizer.instrument(wasm)?;
    let mut config = settings::common();
    // It runs once.
    config.cranelift_opt_level(OptLevel::None);
    config.cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    config.epoch_interruption(false);
    let engine = Engine::new(&config)?;
    let module = Module::new(&engine, &instrumented)?;
    let mut linker = Linker::new(&engine);
    wasi::link(&mut linker, &module)?;
    let mut store = Store::new(&engine, Wasi::new(Some(0)));
    let instance = linker.instantiate(&mut store, &module)?;
    for function in ["_initialize", PREPARE] {
        let called = instance
            .get_typed_func::<(), ()>(&mut store, function)?
            .call(&mut store, ());
        called.with_context(|| {
            format!(
                "calling {function}, which printed:\n{}",
                store.data().printed()
            )
        })?;
    }
    let mut prepared = Prepared { store, instance };
    strip(&at_once(wizer.snapshot(&context, &mut prepared))??)
}

struct Prepared {
    store: Store<Wasi>,
    instance: Instance,
}

impl InstanceState for Prepared {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        let global = self.instance.get_global(&mut self.store, name);
        match global
            .expect("it is exported for this")
            .get(&mut self.store)
        {
            Val::I32(value) => SnapshotVal::I32(value),
            Val::I64(value) => SnapshotVal::I64(value),
            Val::F32(bits) => SnapshotVal::F32(bits),
            Val::F64(bits) => SnapshotVal::F64(bits),
            other => panic!("Go has no globals such as {other:?}"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        let memory = self.instance.get_memory(&mut self.store, name);
        contents(memory.expect("it is exported for this").data(&self.store));
    }
}

/// Nothing in it waits.
fn at_once<F: Future>(future: F) -> Result<F::Output> {
    match pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => bail!("the snapshot waits for something"),
    }
}
