//! From WebAssembly to machine code of the target.

use wasmtime::error::Context;
use wasmtime::{Engine, OptLevel, Result};

use crate::settings;

pub(crate) fn compile(wasm: &[u8], target: &str) -> Result<Vec<u8>> {
    let mut config = settings::common();
    config
        .target(target)
        .with_context(|| format!("no guest can be compiled for {target}"))?;
    config.cranelift_opt_level(OptLevel::Speed);
    // Places in the WebAssembly, for backtraces that nobody sees.
    config.generate_address_map(false);
    Engine::new(&config)?.precompile_module(wasm)
}
