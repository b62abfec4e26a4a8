//! What the compiler of the guests and the host that runs them must agree on.

use wasmtime::Config;

/// Returns the settings of both.
pub(crate) fn common() -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        // The whole snapshot is one image that renders share until they write to it.
        .memory_guaranteed_dense_image_size(256 << 20);
    config
}
