//! Fills a draft: seals what is clear, then the MAC, then the seal, and reads the result back.

mod envelope;
mod fields;
mod filling;
mod reading;

use serde_json::{Value as Json, json};
use signet_envelope::{Sealed, Slot, StrictError, no_other_reading, parse_as, parse_unfinished_as};
pub(super) use signet_yaml::sops::blocks;
use signet_yaml::{Edit, Position, apply};

use self::fields::{put_mac, put_seal, sealed_mac};
use self::filling::Filled;
use self::reading::Block;
use super::kept::Kept;
use super::{Draft, SealError, SealRequest, no_place};
use crate::Random;
use crate::layout::Layout;
use crate::mac::Mac;
use crate::unlock::{Opened, hash, mac, open_slots, verify_seal};

pub(super) use self::filling::Filling;

pub(super) fn finish(
    draft: Draft<'_>,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<String, SealError> {
    let Draft {
        text,
        key,
        changed,
        mut kept,
        content,
    } = draft;
    if let Some(content) = content {
        return envelope::around(content, text, &key, request, rng);
    }
    let sealed = parse_unfinished_as(request.store, text, request.path)?;
    let filling = Filling {
        text: sealed.text(),
        stream: sealed.stream(),
        key: &key,
        request,
        rule: &sealed.metadata().rule,
    };
    if sealed.signet().is_some() {
        filling.refuse_other_reading()?;
    }
    let mut opened = open_slots(&sealed, &key)?;
    let chosen = filling.choose(&mut opened, &mut kept)?;
    let mut fresh = chosen.ciphertexts(&opened, &key);
    let mac = fresh.begin_beside(rng, || mac(&sealed, &opened))?;
    let edits = if chosen.anew() || mac.clone().verify(&sealed, &key).is_err() {
        put_mac(mac.clone(), &sealed, &key, request, rng)
    } else if !changed && chosen.is_empty() && verify_seal(&sealed, &key).is_ok() {
        drop(fresh);
        drop(opened);
        return Ok(sealed.into_text().to_string());
    } else {
        Vec::new()
    };
    let filled = filling.fill(&opened, &chosen, fresh, edits, rng)?;
    drop((opened, chosen));
    filling.finished(filled, Block::Filled, mac)
}

impl Filling<'_> {
    /// A text that was never sealed, with everything sealed, the block and the seal.
    ///
    /// # Errors
    /// As [`finish`], and [`SealError::Layout`] also where the block's presence alone makes the text read otherwise, as it does
    /// where a comment is the last thing of a document.
    pub(super) fn at_once(
        &self,
        slots: Vec<Slot<'_>>,
        mut block: Json,
        rng: &mut dyn Random,
    ) -> Result<String, SealError> {
        let Self {
            text,
            stream,
            key,
            request,
            ..
        } = *self;
        if request.place.is_some() {
            self.refuse_other_reading()?;
        }
        let opened = |slot| Opened { slot, value: None };
        let mut opened: Vec<Opened<'_>> = slots.into_iter().map(opened).collect();
        let chosen = self.choose(&mut opened, &mut Kept::default())?;
        let mut fresh = chosen.ciphertexts(&opened, key);
        let mac = fresh.begin_beside(rng, || {
            hash(request.path, request.mac_only_encrypted, &opened)
        })?;
        block["mac"] = json!(sealed_mac(mac.clone(), key, request, rng));
        let layout = Layout::of(request.store, text, stream);
        let append = layout.append(&layout.print(&block), None);
        let append = append.map_err(|place| no_place(place, request))?;
        let filled = self.fill(&opened, &chosen, fresh, append, rng)?;
        drop((opened, chosen));
        self.finished(filled, Block::Filled, mac)
    }

    /// A text that was sealed, with everything sealed anew under this key, this block in the place of its own, and the seal.
    ///
    /// # Errors
    /// As [`finish`].
    pub(super) fn anew(
        &self,
        sealed: &Sealed,
        mut opened: Vec<Opened<'_>>,
        mut block: Json,
        rng: &mut dyn Random,
    ) -> Result<String, SealError> {
        let Self { key, request, .. } = *self;
        if sealed.signet().is_some() || request.place.is_some() {
            self.refuse_other_reading()?;
        }
        let chosen = self.choose_all(&mut opened)?;
        let mut fresh = chosen.ciphertexts(&opened, key);
        let mac = fresh.begin_beside(rng, || mac(sealed, &opened))?;
        block["mac"] = json!(sealed_mac(mac.clone(), key, request, rng));
        let layout = Layout::of_sealed(sealed);
        let replace = layout.replace(&layout.print(&block));
        let replace = replace.map_err(|place| no_place(place, request))?;
        let filled = self.fill(&opened, &chosen, fresh, replace, rng)?;
        drop((opened, chosen));
        self.finished(filled, Block::Replaced, mac)
    }

    /// What was read otherwise in the clear can no longer be told once it is sealed.
    fn refuse_other_reading(&self) -> Result<(), SealError> {
        let checked = no_other_reading(self.request.store, self.text, self.stream);
        strict(checked, self.request)
    }

    /// The text with its edits and its seal, read before as a reader will: an edit that changed more than it should is found here.
    fn finished(&self, filled: Filled, block: Block, mac: Mac) -> Result<String, SealError> {
        let Self {
            key, request, rule, ..
        } = *self;
        let Filled { text, put } = filled;
        let sealed = parse_as(request.store, text, request.path)?;
        let is_meant = put.are_in(self.stream, block, sealed.stream())
            && reading::selects_alike(rule, self.stream, sealed.stream())
            && mac.verify(&sealed, key).is_ok();
        if !is_meant {
            return Err(layout_error(request));
        }
        // The seal is not part of what it is made over, and one text of 44 characters takes the place of another.
        let seal = put_seal(&sealed, key, request)?;
        // The tree goes before the text is copied.
        edited(&sealed.into_text(), seal.unwrap_or_default(), request)
    }
}

fn strict(checked: Result<(), StrictError>, request: &SealRequest<'_>) -> Result<(), SealError> {
    checked.map_err(|source| SealError::Strict {
        path: request.path.clone(),
        source,
    })
}

pub(super) fn edited(
    text: &str,
    edits: Vec<Edit>,
    request: &SealRequest<'_>,
) -> Result<String, SealError> {
    apply(text, edits).map_err(|_| layout_error(request))
}

fn layout_error(request: &SealRequest<'_>) -> SealError {
    SealError::Layout {
        path: request.path.clone(),
        at: Position::START,
    }
}

#[cfg(test)]
mod tests;
