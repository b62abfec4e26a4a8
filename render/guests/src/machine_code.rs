//! The guests' machine code, in this very program.
//!
//! Nothing else is ever loaded. The code is used where the system mapped it with the rest of the program: what is not
//! run is not read, and it takes memory that the system may take back.

#![expect(unsafe_code, reason = "loads machine code, which nobody can check")]

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::Arc;

use rustix::mm::{MprotectFlags, mprotect};
use wasmtime::{Config, CustomCodeMemory, Engine, Module, Result};

use crate::{Renderer, settings};

/// The largest page that a supported processor has.
const PAGE: usize = 64 << 10;

#[repr(C, align(65536))]
struct Aligned<T: ?Sized>(T);

static KUSTOMIZE: &Aligned<[u8]> = &Aligned(*include_bytes!(env!("SIGNET_GUEST_KUSTOMIZE")));
static HELM: &Aligned<[u8]> = &Aligned(*include_bytes!(env!("SIGNET_GUEST_HELM")));

/// Returns the SHA-256 of what the renderer's code was compiled from.
pub(crate) fn digest(renderer: Renderer) -> &'static str {
    match renderer {
        Renderer::Kustomize => env!("SIGNET_GUEST_KUSTOMIZE_SHA256"),
        Renderer::Helm => env!("SIGNET_GUEST_HELM_SHA256"),
    }
}

/// Returns the settings of a host that runs the code where it is.
pub(crate) fn config() -> Config {
    let mut config = settings::common();
    config.with_custom_code_memory(Some(Arc::new(InPlace)));
    config
}

/// Loads the renderer's code.
pub(crate) fn load(engine: &Engine, renderer: Renderer) -> Result<Module> {
    let code: &'static [u8] = match renderer {
        Renderer::Kustomize => &KUSTOMIZE.0,
        Renderer::Helm => &HELM.0,
    };
    // SAFETY: the build script of this crate made it with this version of the compiler, it lives as long as the program,
    // and nobody writes to it, which the system would not allow.
    unsafe { Module::deserialize_raw(engine, NonNull::from(code)) }
}

/// Lets the processor run code where it is.
struct InPlace;

impl CustomCodeMemory for InPlace {
    fn required_alignment(&self) -> usize {
        rustix::param::page_size().min(PAGE)
    }

    fn publish_executable(&self, start: *const u8, length: usize) -> Result<()> {
        let flags = MprotectFlags::READ | MprotectFlags::EXEC;
        protect(start, length, flags)
    }

    fn unpublish_executable(&self, start: *const u8, length: usize) -> Result<()> {
        protect(start, length, MprotectFlags::READ)
    }
}

fn protect(start: *const u8, length: usize, flags: MprotectFlags) -> Result<()> {
    // SAFETY: it is the code within one of the constants above, in whole pages of which nothing else is part.
    unsafe { mprotect(start.cast_mut().cast::<c_void>(), length, flags) }?;
    Ok(())
}
