//! What SOPS accepts and `strict` does not.

mod reading;

use signet_yaml::{Node, Position, Stream, kubernetes};

use super::{Sealed, is_clear_comment};
use crate::store::{OtherReading, other_reading};
use crate::walk::Content;
use crate::{Enc, Store};

/// A property of a file that leaves SOPS' check room for another reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StrictError {
    /// A key holds a colon: `a: {b: …}` and `"a:b": …` have the same additional data.
    #[error("{at}: a key holds a colon")]
    ColonInKey {
        /// Where the key stands.
        at: Position,
    },
    /// A key or a clear value that Kubernetes reads as something else than SOPS, by whose reading it is sealed.
    #[error("{at}: SOPS and Kubernetes read this differently; write it in quotes")]
    TwoReadings {
        /// Where it stands.
        at: Position,
    },
    /// A line of a dotenv or INI file that SOPS reads otherwise than other readers.
    #[error("{at}: {problem}")]
    OtherReading {
        /// Where it stands.
        at: Position,
        /// What SOPS makes of it.
        problem: &'static str,
    },
    /// Comments decide what is sealed.
    #[error("the rule {rule} lets comments decide what is sealed")]
    CommentRule {
        /// The rule's name.
        rule: &'static str,
    },
    /// The documents of the file have different `sops` blocks; SOPS reads the first alone.
    #[error("document {document} has another sops block than the first")]
    MetadataDiffers {
        /// The number of the document, from 1.
        document: usize,
    },
    /// A comment among sealed values is not sealed.
    #[error("{at}: the comment is not sealed")]
    ClearComment {
        /// Where it stands.
        at: Position,
    },
    /// A key is wrapped by something else than age.
    #[error("it is also sealed for {recipient} ({kind})")]
    ForeignKey {
        /// SOPS' name of the list.
        kind: &'static str,
        /// For whom.
        recipient: String,
    },
}

impl Sealed {
    /// Whether the file has one reading only.
    ///
    /// # Errors
    /// [`StrictError`] at the first place that has more.
    pub fn strict(&self) -> Result<(), StrictError> {
        let rule = &self.metadata.rule;
        if rule.is_comment_rule() {
            return Err(StrictError::CommentRule { rule: rule.name() });
        }
        if let Some(key) = self.metadata.keys().find(|key| !key.is_age()) {
            return Err(StrictError::ForeignKey {
                kind: key.kind,
                recipient: key.recipient.clone(),
            });
        }
        self.same_metadata()?;
        no_other_reading(self.store, &self.text, &self.stream)?;
        self.no_clear_comment()?;
        let merges = self.stream.merges;
        let mut roots = self.stream.roots();
        roots.try_for_each(|root| one_name_for_each_key(root, merges))?;
        self.one_reading()
    }

    fn same_metadata(&self) -> Result<(), StrictError> {
        let mut first = None;
        for (index, document) in self.stream.documents.iter().enumerate() {
            let Some(root) = document
                .root
                .as_ref()
                .filter(|root| root.pairs().next().is_some())
            else {
                continue;
            };
            let block = root
                .get("sops")
                .and_then(|block| kubernetes::to_json(block).ok());
            match &first {
                None => first = Some(block),
                Some(first) if *first == block => {}
                Some(_) => {
                    return Err(StrictError::MetadataDiffers {
                        document: index + 1,
                    });
                }
            }
        }
        Ok(())
    }

    fn no_clear_comment(&self) -> Result<(), StrictError> {
        let clear = self
            .slots()
            .into_iter()
            .find_map(|slot| match slot.content {
                Content::Comment(comment) if is_clear_comment(&slot) => Some(comment.at),
                _ => None,
            });
        clear.map_or(Ok(()), |at| Err(StrictError::ClearComment { at }))
    }

    fn one_reading(&self) -> Result<(), StrictError> {
        let clear = self
            .slots()
            .into_iter()
            .filter_map(|slot| match slot.content {
                Content::Scalar(node)
                    if !slot.selected || !Enc::looks_sealed(node.text().unwrap_or_default()) =>
                {
                    Some(node)
                }
                _ => None,
            });
        let mut ambiguous = clear.filter(|node| !reading::is_one_value(node));
        ambiguous
            .next()
            .map_or(Ok(()), |node| Err(StrictError::TwoReadings { at: node.at }))
    }
}

/// Whether SOPS takes the lines of a dotenv or INI file as other readers do. What was read otherwise in the clear can no longer
/// be told once it is sealed.
///
/// # Errors
/// [`StrictError::OtherReading`] at the first place.
pub fn no_other_reading(store: Store, text: &str, stream: &Stream) -> Result<(), StrictError> {
    match other_reading(store, text, stream) {
        None => Ok(()),
        Some(OtherReading { at, problem }) => Err(StrictError::OtherReading { at, problem }),
    }
}

fn one_name_for_each_key(node: &Node, merges: bool) -> Result<(), StrictError> {
    for (key, value) in node.pairs() {
        if key.text().is_some_and(|text| text.contains(':')) {
            return Err(StrictError::ColonInKey { at: key.at });
        }
        if !reading::is_one_key(key, merges) {
            return Err(StrictError::TwoReadings { at: key.at });
        }
        one_name_for_each_key(value, merges)?;
    }
    let mut items = node.items();
    items.try_for_each(|item| one_name_for_each_key(item, merges))
}
