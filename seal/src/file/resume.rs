//! A file that is sealed already: what was added is sealed with the key it has, and a plain SOPS file gets a seal.

use signet_api::SealedMode;
use signet_envelope::{
    Scope, ScopeError, Sealed, check_recipients, check_scope, is_clear, is_clear_comment,
    parse_unfinished,
};
use signet_yaml::{Edit, Node, apply};

use super::{Draft, SealError, SealPlace, SealRequest, block, vouch};
use crate::layout::{Flow, indented, line_start};
use crate::unlock::data_key;
use crate::{Identity, OpenError};

/// The draft to finish; nothing if there is nothing to add and nobody who could check more.
pub(super) fn resume(text: &str, request: &SealRequest<'_>) -> Result<Option<Draft>, SealError> {
    let sealed = parse_unfinished(text, request.path)?;
    check_place(&sealed, request)?;
    let adopt = request.place.as_ref().filter(|_| sealed.signet().is_none());
    let complete = is_complete(&sealed);
    if request.identities.is_empty() {
        let path = request.path.clone();
        return if complete && adopt.is_none() {
            Ok(None)
        } else {
            Err(SealError::NeedsIdentity { path })
        };
    }
    let identities: Vec<&Identity> = request.identities.iter().collect();
    let key = match data_key(&sealed, &identities) {
        Err(OpenError::NotForIdentity { .. }) if complete && adopt.is_none() => return Ok(None),
        key => key?,
    };
    vouch::check(&sealed, &key, request)?;
    let Some(place) = adopt else {
        return Ok(Some(Draft {
            text: text.to_owned(),
            key,
            changed: false,
        }));
    };
    let text = with_seal(&sealed, place)?;
    Ok(Some(Draft {
        text,
        key,
        changed: true,
    }))
}

/// Compares the claims of the file, and its recipients, with those of the request.
fn check_place(sealed: &Sealed, request: &SealRequest<'_>) -> Result<(), SealError> {
    let (Some(place), Some(claimed)) = (&request.place, sealed.signet()) else {
        return Ok(check_recipients(sealed, request.recipients)?);
    };
    for cluster in place.clusters.iter().map(Some).chain([None]) {
        let scope = Scope {
            repository: place.repository.to_owned(),
            tenant: place.tenant.clone(),
            cluster: cluster.cloned(),
            path: request.path.clone(),
            recipients: request.recipients.clone(),
            mode: SealedMode::Strict,
        };
        match check_scope(sealed, &scope) {
            // Sealing is how a clear comment gets sealed.
            Err(ScopeError::Strict {
                source: signet_envelope::StrictError::ClearComment { .. },
                ..
            }) => {
                check_recipients(sealed, request.recipients)?;
            }
            result => result?,
        }
    }
    match place.clusters.first() {
        Some(expected) if claimed.clusters.len() != place.clusters.len() => {
            Err(ScopeError::Cluster {
                path: request.path.clone(),
                claimed: claimed.clusters.clone(),
                expected: expected.clone(),
            }
            .into())
        }
        _ => Ok(()),
    }
}

/// Whether everything that the rule selects is sealed.
pub(super) fn is_complete(sealed: &Sealed) -> bool {
    let slots = sealed.slots();
    !slots
        .iter()
        .any(|slot| is_clear(slot) || is_clear_comment(slot))
}

/// The text with a place for the seal in each `sops` block.
fn with_seal(sealed: &Sealed, place: &SealPlace<'_>) -> Result<String, SealError> {
    let text = sealed.text();
    let flow = Flow::of(text, sealed.stream());
    let edits: Vec<Edit> = super::finish::blocks(sealed.stream())
        .map(|node| append_signet(text, &flow, node, place, sealed))
        .collect::<Result<_, _>>()?;
    Ok(apply(text, edits).expect("each block has an end of its own"))
}

fn append_signet(
    text: &str,
    flow: &Flow,
    block: &Node,
    place: &SealPlace<'_>,
    sealed: &Sealed,
) -> Result<Edit, SealError> {
    let layout = || SealError::Layout {
        path: sealed.path().clone(),
        at: block.at,
    };
    let (first, _) = block.pairs().next().ok_or_else(layout)?;
    let start = line_start(text, first.span.start);
    let indent = &text[start..first.span.start];
    if flow.contains(first.span.start) || !indent.trim().is_empty() {
        return Err(layout());
    }
    // In front of the first key: no value and no comment of the block can be in the way there.
    let lines = block::signet_lines(place, sealed.path().as_str());
    Ok(Edit {
        span: start..start,
        text: indented(&lines, indent, text),
    })
}
