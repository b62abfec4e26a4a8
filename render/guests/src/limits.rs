use std::time::Duration;

/// What a render may use before it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it takes, by the clock on the wall.
    pub time: Duration,
    /// The guest's memory in bytes. Its own collector runs at 320 MiB.
    pub memory: usize,
    /// Bytes of the answer.
    pub answer: usize,
}

impl Default for Limits {
    /// Five seconds, 512 MiB and an answer of 64 MiB.
    fn default() -> Self {
        Self {
            time: Duration::from_secs(5),
            memory: 512 << 20,
            answer: 64 << 20,
        }
    }
}
