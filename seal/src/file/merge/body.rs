//! A file without its `sops` blocks, comments opened and values sealed: what is compared and changed.

use signet_envelope::{ReadError, Sealed, Store};
use signet_yaml::Stream;
use zeroize::Zeroizing;

use super::part::Part;
use crate::file::{SealError, SealRequest, text_of, unread};
use crate::open::body_text;
use crate::unlock::Opened;

pub(super) struct Body {
    pub(super) text: Zeroizing<String>,
    pub(super) stream: Stream,
    pub(super) store: Store,
}

impl Body {
    /// The body of a sealed file.
    pub(super) fn of(
        sealed: &Sealed,
        opened: &[Opened<'_>],
        request: &SealRequest<'_>,
    ) -> Result<Self, SealError> {
        let bytes = body_text(sealed, opened)?;
        let text = Zeroizing::new(text_of(&bytes, request)?.to_owned());
        Self::read(text, request.store).map_err(|source| unread(source, request))
    }

    pub(super) fn read(text: Zeroizing<String>, store: Store) -> Result<Self, ReadError> {
        let stream = signet_envelope::read(store, text.as_str())?;
        Ok(Self {
            text,
            stream,
            store,
        })
    }

    /// The roots of all documents.
    pub(super) fn roots(&self) -> Vec<Option<Part<'_>>> {
        let (text, store) = (&self.text, self.store);
        let documents = self.stream.documents.iter();
        let root = |node| Part { text, node, store };
        documents
            .map(|document| document.root.as_ref().map(root))
            .collect()
    }
}
