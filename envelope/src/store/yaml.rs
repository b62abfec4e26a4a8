//! The YAML store: a stream of documents.

use arcstr::ArcStr;
use signet_yaml::{Aliases, Limits, Stream};

use super::ReadError;

pub(super) fn read(text: &ArcStr) -> Result<Stream, ReadError> {
    Ok(signet_yaml::parse(text, &Limits::SEALED, Aliases::Refuse)?)
}
