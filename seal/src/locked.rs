//! Memory for keys: wiped when a key is dropped, and locked so that it is never written to swap.

use std::array;
use std::sync::{Mutex, PoisonError, RwLock};

use zeroize::Zeroize;

type Slot = RwLock<[u8; 32]>;

/// The usual size of a page. Where pages are larger, a few of ours share one.
const PAGE: usize = 4096;

const SLOTS: usize = PAGE / size_of::<Slot>();

/// The slots that no key is in.
static FREE: Mutex<Vec<&'static Slot>> = Mutex::new(Vec::new());

/// 32 secret bytes in locked memory. Wiped when dropped; never shown, copied or moved.
///
/// A page holds many keys, is locked once and never given back, since unlocking it would unlock whatever shares it. So
/// what is locked grows with the largest number of keys that were ever held at one time, by about 45 bytes each. Where
/// the system allows no more (`RLIMIT_MEMLOCK`), further keys live in memory that is not locked.
pub(crate) struct LockedKey(&'static Slot);

/// Aligned, so that nothing else lives in it.
#[repr(align(4096))]
struct Page([Slot; SLOTS]);

impl LockedKey {
    /// A key that is written in place.
    pub(crate) fn fill(write: impl FnOnce(&mut [u8; 32])) -> Self {
        let key = Self(take());
        write(&mut key.0.write().unwrap_or_else(PoisonError::into_inner));
        key
    }

    /// The key that the bytes are; nothing if they are not 32.
    pub(crate) fn copy_of(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == 32).then(|| Self::fill(|key| key.copy_from_slice(bytes)))
    }

    /// Lends the bytes where they are.
    pub(crate) fn with<R>(&self, read: impl FnOnce(&[u8; 32]) -> R) -> R {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for LockedKey {
    fn drop(&mut self) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .zeroize();
        free().push(self.0);
    }
}

fn take() -> &'static Slot {
    let mut free = free();
    if free.is_empty() {
        free.extend(locked_page().0.iter());
    }
    free.pop().expect("a page has slots")
}

fn locked_page() -> &'static Page {
    let page: &'static Page = Box::leak(Box::new(Page(array::from_fn(|_| Slot::default()))));
    if let Ok(guard) = region::lock(page, PAGE) {
        // The page lives as long as the process, and so does its lock.
        std::mem::forget(guard);
    }
    page
}

fn free() -> std::sync::MutexGuard<'static, Vec<&'static Slot>> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
