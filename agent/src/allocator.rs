//! An allocator that wipes what is given back.
//!
//! Opened values are wiped by their own types. What libraries copy on the way (a TLS record, a request's buffer, a
//! string that grew) is not, and would lie in free memory until something else is written over it.
#![expect(
    unsafe_code,
    reason = "an allocator is an unsafe trait; nothing else of the agent is in this module"
)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    arch::asm,
};

/// The system's allocator, which overwrites memory with zeros before giving it back.
///
/// Growing is left at the trait's default, which allocates, copies and gives back: the old place is wiped as well.
pub struct Wiping;

// SAFETY: every call goes to the system's allocator with the arguments that came, and memory is written to only while
// it still belongs to the caller who gives it back.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps to the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the block is `layout.size()` bytes long and nobody but the caller, who gives it back, has it.
        unsafe { wipe(place, layout.size()) };
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }
}

/// Overwrites with zeros, in a way that the compiler cannot leave out.
///
/// # Safety
/// `place` must be valid for writing `length` bytes.
unsafe fn wipe(place: *mut u8, length: usize) {
    // SAFETY: the caller's promise.
    unsafe { place.write_bytes(0, length) };
    // The compiler drops writes to memory that is freed next; it must assume that this reads them.
    // SAFETY: there is no instruction in it.
    unsafe { asm!("/* {0} */", in(reg) place, options(nostack, preserves_flags, readonly)) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wipes_every_byte_and_no_other() {
        let mut bytes = [7_u8; 10];
        // SAFETY: eight bytes from the second on lie within the array.
        unsafe { wipe(bytes.as_mut_ptr().add(1), 8) };
        assert_eq!(bytes, [7, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
    }

    #[test]
    fn memory_can_be_had_grown_and_given_back() {
        let layout = Layout::array::<u8>(16).unwrap();
        // SAFETY: the layout is not empty, and is passed on with each call as it then is.
        unsafe {
            let place = Wiping.alloc(layout);
            place.write_bytes(3, 16);
            let grown = Wiping.realloc(place, layout, 64);
            assert_eq!(std::slice::from_raw_parts(grown, 16), [3; 16]);
            Wiping.dealloc(grown, Layout::array::<u8>(64).unwrap());
        }
    }
}
