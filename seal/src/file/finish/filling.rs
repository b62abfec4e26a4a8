//! Seals the clear slots of a text.

use data_encoding::BASE64;
use signet_envelope::{Content, LeafType, Rule, Slot, is_clear, is_clear_comment, plaintext};
use signet_yaml::sops::Typed;
use signet_yaml::{
    Edit, Node, Position, Rewrite, Scalar, Stream, Style, TypeError, Value as Held, sops,
};
use zeroize::Zeroizing;

use super::layout_error;
use super::reading::{Puts, place};
use crate::Random;
use crate::cipher::Ciphertexts;
use crate::data_key::DataKey;
use crate::file::kept::{Kept, Part};
use crate::file::{SealError, SealRequest};
use crate::layout::Layout;
use crate::unlock::{Bytes, Opened, Value};

/// A text that is to be filled, and the tree that it reads as.
#[derive(Clone, Copy)]
pub(in crate::file) struct Filling<'a> {
    pub(in crate::file) text: &'a str,
    pub(in crate::file) stream: &'a Stream,
    pub(in crate::file) key: &'a DataKey,
    pub(in crate::file) request: &'a SealRequest<'a>,
    /// What selects the slots.
    pub(in crate::file) rule: &'a Rule,
}

/// The slots that get a ciphertext, whose values are known, each with the part that is kept; in the order of the slots.
pub(super) struct Chosen(Vec<(usize, Option<Box<Part>>)>);

/// A text with everything sealed, and what was put into it.
pub(super) struct Filled {
    pub(super) text: String,
    pub(super) put: Puts,
}

impl Chosen {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something is to be encrypted that is not kept.
    pub(super) fn anew(&self) -> bool {
        self.0.iter().any(|(_, part)| part.is_none())
    }

    /// The ciphertexts of what is not kept.
    pub(super) fn ciphertexts<'o>(
        &'o self,
        opened: &'o [Opened<'o>],
        key: &DataKey,
    ) -> Ciphertexts<'o> {
        let fresh = self.0.iter().filter(|(_, part)| part.is_none());
        let places = fresh.filter_map(|(index, _)| {
            let Opened { slot, value } = &opened[*index];
            Some((slot, value.as_ref()?))
        });
        Ciphertexts::of(key, places)
    }
}

impl Filling<'_> {
    /// Each clear slot that is selected, with the ciphertext it had before where it had one; its value then counts as opened.
    pub(super) fn choose(
        &self,
        opened: &mut [Opened<'_>],
        kept: &mut Kept,
    ) -> Result<Chosen, SealError> {
        let mut chosen = Vec::new();
        for (index, Opened { slot, value }) in opened.iter_mut().enumerate() {
            if value.is_some() {
                continue;
            }
            if let Some((part, was)) = self.untouched(slot, kept) {
                chosen.push((index, Some(Box::new(part))));
                *value = Some(was);
            } else if let Some(clear) = self.clear_value(slot)? {
                chosen.push((index, kept.take(slot, &clear).map(Box::new)));
                *value = Some(clear);
            }
        }
        Ok(Chosen(chosen))
    }

    fn untouched(&self, slot: &Slot<'_>, kept: &mut Kept) -> Option<(Part, Value)> {
        let is_open = match slot.content {
            Content::Comment(_) => is_clear_comment(slot),
            Content::Scalar(_) => is_clear(slot),
            Content::SealedElement(_) => false,
        };
        is_open.then(|| kept.take_untouched(self.text, slot))?
    }

    /// Each clear slot that is selected, and what was opened.
    pub(super) fn choose_all(&self, opened: &mut [Opened<'_>]) -> Result<Chosen, SealError> {
        let mut chosen = Vec::new();
        for (index, Opened { slot, value }) in opened.iter_mut().enumerate() {
            if value.is_none() {
                *value = self.clear_value(slot)?;
            }
            if value.is_some() {
                chosen.push((index, None));
            }
        }
        Ok(Chosen(chosen))
    }

    /// What a slot holds in the clear although the rule wants it sealed.
    ///
    /// SOPS makes a float of an integer of JSON that has more than 64 bits, and the digits that do not fit are gone: it is
    /// refused, as it is in YAML. So is `08` there, of which SOPS makes a float as well: its zero would be gone.
    fn clear_value(&self, slot: &Slot<'_>) -> Result<Option<Value>, SealError> {
        let value = typed_value(slot, self.request)?;
        match (&value, slot.content) {
            (Some(value), Content::Scalar(node))
                if value.kind == LeafType::Float && is_integer(&self.text[node.span.clone()]) =>
            {
                Err(SealError::Type {
                    path: self.request.path.clone(),
                    source: no_integer(&self.text[node.span.clone()], node.at),
                })
            }
            _ => Ok(value),
        }
    }

    /// The text with the parts that are kept or new ciphertext in the places of the chosen slots, and with other edits.
    pub(super) fn fill(
        &self,
        opened: &[Opened<'_>],
        chosen: &Chosen,
        mut fresh: Ciphertexts<'_>,
        others: Vec<Edit>,
        rng: &mut dyn Random,
    ) -> Result<Filled, SealError> {
        let misplaced = |_| layout_error(self.request);
        let mut rewrite = Rewrite::of(self.text, self.room(opened, &others));
        rewrite.add(others).map_err(misplaced)?;
        let mut put = Puts::of(chosen.0.len());
        let layout = Layout::of(self.request.store, self.text, self.stream);
        // Where those end that the part in front of them stood together with.
        let mut together = 0;
        for (number, (index, part)) in chosen.0.iter().enumerate() {
            let slot = &opened[*index].slot;
            let enc = match part {
                Some(part) => part.enc.written(),
                None => self.undeciding(&mut fresh, &opened[*index], rng)?,
            };
            put.push(slot, &enc);
            if number < together {
                continue;
            }
            let edits = match self.as_it_stood(opened, &chosen.0[number..]) {
                Some((edit, count)) => {
                    together = number + count;
                    rewrite.add([edit])
                }
                None => rewrite.add(layout.put_sealed(slot, &enc)),
            };
            edits.map_err(misplaced)?;
        }
        let text = rewrite.finish().map_err(misplaced)?;
        Ok(Filled { text, put })
    }

    /// The edit that puts the first of these parts back as it stood, and how many it puts back: comments that stand together are
    /// put back all or none.
    fn as_it_stood(
        &self,
        opened: &[Opened<'_>],
        chosen: &[(usize, Option<Box<Part>>)],
    ) -> Option<(Edit, usize)> {
        let slot = |index: usize| &opened[index].slot;
        let (first, part) = chosen.first()?;
        let edit = part.as_ref()?.edit(self.text, slot(*first))?;
        let is_inside = |(index, _): &&(usize, _)| edit.span.contains(&place(slot(*index)));
        let together = chosen.iter().take_while(is_inside);
        let is_put_back = |(_, part): &(usize, Option<Box<Part>>)| {
            let part = part.as_ref();
            part.is_some_and(|part| edit.text.contains(&part.enc.written()))
        };
        let count = together.clone().count().max(1);
        (count == 1 || together.clone().all(is_put_back)).then_some((edit, count))
    }

    /// The next ciphertext, made again where the rule takes it for a comment that leaves clear what follows.
    fn undeciding(
        &self,
        fresh: &mut Ciphertexts<'_>,
        opened: &Opened<'_>,
        rng: &mut dyn Random,
    ) -> Result<String, SealError> {
        const TRIES: usize = 16;
        let mut enc = fresh.next(rng).expect("each that is not kept is encrypted");
        let (Content::Comment(comment), Some(value), Rule::UnencryptedCommentRegex(pattern)) =
            (opened.slot.content, &opened.value, self.rule)
        else {
            return Ok(enc);
        };
        for _ in 0..TRIES {
            if !pattern.matches(&enc) {
                return Ok(enc);
            }
            enc = fresh.another((&opened.slot, value), rng);
        }
        Err(SealError::CiphertextDecides {
            path: self.request.path.clone(),
            at: comment.at,
            pattern: pattern.as_str().to_owned(),
        })
    }

    /// About as many bytes as the text has once it is filled, and no less: what is never written to takes no memory.
    fn room(&self, opened: &[Opened<'_>], others: &[Edit]) -> usize {
        const FRAME: usize = 144;
        let values = opened.iter().filter_map(|one| one.value.as_ref());
        let encrypted = values.map(|value| value.bytes.len() / 3 * 4 + FRAME);
        let others = others.iter().map(|edit| edit.text.len());
        self.text.len() + encrypted.chain(others).sum::<usize>()
    }
}

/// What a slot holds in the clear although the rule wants it sealed.
fn typed_value(slot: &Slot<'_>, request: &SealRequest<'_>) -> Result<Option<Value>, SealError> {
    let path = || request.path.clone();
    match slot.content {
        Content::Comment(comment) if is_clear_comment(slot) => {
            let bytes = Bytes::Own(Zeroizing::new(comment.text.clone().into_bytes()));
            Ok(Some(Value {
                kind: LeafType::Comment,
                bytes,
            }))
        }
        Content::Scalar(node) if is_clear(slot) => {
            let tag = node.tag();
            if !matches!(tag, None | Some("!" | "!!str")) && !is_bytes(node) {
                return Err(SealError::Tagged {
                    path: path(),
                    at: node.at,
                    is_binary: tag == Some("!!binary"),
                });
            }
            let typed = sops::scalar(node).map_err(|source| SealError::Type {
                path: path(),
                source,
            })?;
            Ok(match typed {
                Typed::Str(text) => Some((LeafType::Str, Bytes::Part(text))),
                other => plaintext(other).map(|(kind, bytes)| (kind, Bytes::Own(bytes.into()))),
            }
            .map(|(kind, bytes)| Value { kind, bytes }))
        }
        Content::Comment(_) | Content::Scalar(_) | Content::SealedElement(_) => Ok(None),
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Why the digits are no integer to SOPS.
fn no_integer(digits: &str, at: Position) -> TypeError {
    let begins_with_zero = digits.trim_start_matches('-').starts_with('0');
    if begins_with_zero && digits.parse::<i64>().is_ok() {
        TypeError::NotOctal { at }
    } else {
        TypeError::TooBig { at }
    }
}

/// Whether a value is bytes that are no text and stand as opening writes them; SOPS gives a text back without its tag.
fn is_bytes(node: &Node) -> bool {
    let Held::Scalar(Scalar { text, style }) = &node.value else {
        return false;
    };
    let Ok(Typed::Bytes(bytes)) = sops::scalar(node) else {
        return false;
    };
    *style == Style::Plain && str::from_utf8(&bytes).is_err() && *text == BASE64.encode(&bytes)
}
