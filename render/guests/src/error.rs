use std::time::Duration;

use crate::{Complaint, Renderer};

/// Why nothing was rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GuestError {
    /// The program has a complaint about its input.
    #[error("{}: {complaint}", renderer.name())]
    Complained {
        /// The program.
        renderer: Renderer,
        /// What it says.
        complaint: Box<Complaint>,
    },
    /// It was not done in time.
    #[error("{} was not done after {} ms and was ended", renderer.name(), limit.as_millis())]
    Time {
        /// The program.
        renderer: Renderer,
        /// The time that it had.
        limit: Duration,
    },
    /// It wanted more memory than it gets.
    #[error("{} wanted more than {} MiB of memory and was ended", renderer.name(), limit >> 20)]
    Memory {
        /// The program.
        renderer: Renderer,
        /// Bytes that it had.
        limit: usize,
    },
    /// It called itself too deeply.
    #[error("{} nested its calls too deeply and was ended", renderer.name())]
    Depth {
        /// The program.
        renderer: Renderer,
    },
    /// What it rendered is too much.
    #[error("{} rendered {bytes} bytes, more than {limit}", renderer.name())]
    Answer {
        /// The program.
        renderer: Renderer,
        /// Bytes of the answer.
        bytes: usize,
        /// Bytes that it may have.
        limit: usize,
    },
    /// It asked for what a render must not depend on.
    #[error("{} asked for {what}, which would make each render another one, and was ended", renderer.name())]
    Forbidden {
        /// The program.
        renderer: Renderer,
        /// What it asked for.
        what: String,
    },
    /// It failed, having met a fault of its own.
    #[error("{} failed: {printed}", renderer.name())]
    Failed {
        /// The program.
        renderer: Renderer,
        /// What it printed last.
        printed: String,
        /// How it ended.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What it rendered is not UTF-8.
    #[error("{} rendered what is not UTF-8{}", renderer.name(), of(source_file.as_deref()))]
    NotText {
        /// The program.
        renderer: Renderer,
        /// The file or template that it is of.
        source_file: Option<String>,
    },
    /// Its answer cannot be read, which is a fault of Signet's.
    #[error("{} answered {what}", renderer.name())]
    Garbled {
        /// The program.
        renderer: Renderer,
        /// What is wrong with the answer.
        what: &'static str,
    },
    /// The request's options cannot be written, which is a fault of Signet's.
    #[error("writing the options of a render")]
    Options(#[source] serde_json::Error),
    /// A file of the request is larger than the format can say.
    #[error("a file of the render has 4 GiB or more")]
    Request,
    /// The program's code cannot be loaded.
    #[error("loading {}", renderer.name())]
    Loading {
        /// The program.
        renderer: Renderer,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No thread can be started to render in.
    #[error("starting a thread to render in")]
    Thread(#[source] std::io::Error),
    /// This program was built without Kustomize and Helm.
    #[error("this build of Signet has no {}: build it with the feature `guests`, which needs Go 1.26", renderer.name())]
    LeftOut {
        /// The program that is missing.
        renderer: Renderer,
    },
}

fn of(source: Option<&str>) -> String {
    source.map_or_else(String::new, |source| format!(": {source}"))
}
