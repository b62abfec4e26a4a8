//! The ways in which a remote goes wrong.

/// What happens to an answer. Credentials are asked for as ever.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The connection breaks after this many bytes of a body that is longer.
    CutAfter(usize),
    /// The body ends after this many bytes as if that were all of it.
    EndAfter(usize),
    /// The answer does not come.
    Hang,
    /// The answer to a request in which this stands does not come.
    HangAt(String),
    /// The answer sends the client to this URL.
    RedirectTo(String),
    /// The first repository moved to the name of the second on this host; the answer sends the
    /// client there.
    Moved(String, String),
    /// The answer is this status with an empty body.
    Status(u16),
    /// What a request asks for is done, and its connection breaks in place of an answer. Requests without a body are answered.
    DropsPush,
    /// The connection breaks within a request's body. Requests without a body are answered.
    CutsUpload,
    /// The answer to a push is this status, and nothing is done. Requests without a body are answered.
    AnswersPush(u16),
    /// The answer to a push is this, and nothing is done. Requests without a body are answered.
    Reports(String),
    /// The answer to a request in whose URL or body the text stands is this, and nothing is done. Others are answered.
    Says(Vec<(&'static str, Vec<u8>)>),
    /// The answer to a request for objects is an error message that repeats the request's headers:
    /// a server that gives away what it was told.
    Echo,
}
