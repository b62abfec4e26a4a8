//! What one render has.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wasmtime::{Engine, ResourceLimiter, Result, Store, UpdateDeadline, bail};

use crate::Limits;
use crate::wasi::Wasi;

/// A render's side of the guest.
pub(crate) struct Room {
    pub(crate) wasi: Wasi,
    memory: usize,
    pub(crate) full: bool,
}

impl AsMut<Wasi> for Room {
    fn as_mut(&mut self) -> &mut Wasi {
        &mut self.wasi
    }
}

impl Room {
    /// Returns a store that ends its guest once `late` is set and the epoch moves on.
    pub(crate) fn store(engine: &Engine, limits: &Limits, late: Arc<AtomicBool>) -> Store<Self> {
        let room = Self {
            wasi: Wasi::new(None),
            memory: limits.memory,
            full: false,
        };
        let mut store = Store::new(engine, room);
        store.limiter(|room| room);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            if late.load(Ordering::Acquire) {
                return Ok(UpdateDeadline::Interrupt);
            }
            // The epoch moved on for another render.
            Ok(UpdateDeadline::Continue(1))
        });
        store
    }
}

impl ResourceLimiter for Room {
    fn memory_growing(&mut self, _: usize, wanted: usize, _: Option<usize>) -> Result<bool> {
        self.full = wanted > self.memory;
        if self.full {
            bail!("no more memory");
        }
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> Result<bool> {
        Ok(true)
    }
}
