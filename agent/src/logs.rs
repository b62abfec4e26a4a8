//! Log lines, to standard error.

use std::io::{IsTerminal, stderr};

use tracing::Level;
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::arguments::LogFormat;

/// Has every event of ours written from `INFO` on, and those of libraries from `WARN` on.
///
/// The levels are fixed: at a finer one, libraries show requests with their headers.
pub(crate) fn start(format: LogFormat) {
    let levels = Targets::new()
        .with_target("signet_agent", Level::INFO)
        .with_target("signet_cluster", Level::INFO)
        .with_target("signet_git", Level::INFO)
        .with_default(Level::WARN);
    let lines = fmt::layer().with_writer(stderr).with_target(false);
    let registry = tracing_subscriber::registry().with(levels);
    match format {
        LogFormat::Text => registry
            .with(lines.with_ansi(stderr().is_terminal()))
            .init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).init(),
    }
}
