//! Which leaves of a fresh file are sealed.

use signet_envelope::{
    Content, Enc, Pattern, Rule, Slot, Store, head_field, is_for_secrets, secrets, walk,
};
use signet_yaml::{Comment, Node, Stream};

use super::{SealError, SealRequest};

/// The regular expression that selects what is sealed of a Kubernetes Secret.
pub const SECRET_RULE: &str = "^(data|stringData)$";
const IDENTITY: &str = "^identity$";

/// Whether a clear file of the store has no value to seal under the rule, or under that of the documents' kind. One that
/// cannot be read or sealed may have some.
pub fn has_nothing_to_seal(store: Store, bytes: &[u8], rule: Option<&Rule>) -> bool {
    if store == Store::Binary {
        return bytes.is_empty();
    }
    let text = std::str::from_utf8(bytes).ok();
    let Some(stream) = text.and_then(|text| signet_envelope::read(store, text).ok()) else {
        return false;
    };
    let rule = rule.cloned().unwrap_or_else(|| of_store(&stream, store));
    walk(&stream, &rule).is_ok_and(|slots| !slots.iter().any(|slot| to_seal(slot).is_some()))
}

/// The rule that was asked for, or that of the documents' kind, checked against what it would seal; and the slots under it.
pub(super) fn rule<'s>(
    stream: &'s Stream,
    request: &SealRequest<'_>,
) -> Result<(Rule, Vec<Slot<'s>>), SealError> {
    let rule = request
        .rule
        .clone()
        .unwrap_or_else(|| of_store(stream, request.store));
    let path = || request.path.clone();
    let slots = walk(stream, &rule).map_err(|source| SealError::Tree {
        path: path(),
        source,
    })?;
    let mut selected = slots
        .iter()
        .filter_map(|slot| Some((slot, to_seal(slot)?)))
        .peekable();
    if selected.peek().is_none() {
        return Err(SealError::NothingSelected {
            path: path(),
            rule: rule.name(),
            value: rule.value().to_owned(),
        });
    }
    let secrets = (request.rule.is_none() && is_for_secrets(stream)).then(|| secrets(stream));
    for (slot, node) in selected {
        if Enc::looks_sealed(node.text().unwrap_or_default()) {
            return Err(SealError::LooksSealed {
                path: path(),
                at: node.at,
            });
        }
        if let Some(field) = request.place.and_then(|_| head_field(stream, slot)) {
            return Err(SealError::Head {
                path: path(),
                at: node.at,
                field,
            });
        }
        let outside = |secrets: &Vec<&Node>| !is_within(secrets, node);
        if secrets.as_ref().is_some_and(outside) {
            return Err(SealError::MixedKinds {
                path: path(),
                at: node.at,
            });
        }
    }
    Ok((rule, slots))
}

/// Whether a comment that is selected stands behind all values of a document.
pub(super) fn has_comments_at_end(stream: &Stream, slots: &[Slot<'_>]) -> bool {
    slots.iter().any(|slot| {
        let root = stream.documents[slot.document].root.as_ref();
        let end = root.map_or(usize::MAX, |root| root.span.end);
        comment(slot).is_some_and(|comment| slot.selected && comment.span.start >= end)
    })
}

/// Refuses a comment that is selected and would not be once the `sops` block follows it: SOPS seals it, and nobody who finds it
/// in front of the block would.
pub(super) fn refuse_left_clear(
    slots: &[Slot<'_>],
    with_block: &str,
    rule: &Rule,
    request: &SealRequest<'_>,
) -> Result<(), SealError> {
    let path = || request.path.clone();
    let stream = super::read(with_block, request)?;
    let sealed = walk(&stream, rule).map_err(|source| SealError::Tree {
        path: path(),
        source,
    })?;
    let left = comments(slots)
        .zip(comments(&sealed))
        .find(|((_, selected), (_, sealed))| *selected && !sealed);
    match left {
        Some(((comment, _), _)) => Err(SealError::CommentAtEnd {
            path: path(),
            at: comment.at,
        }),
        None => Ok(()),
    }
}

fn comment<'a>(slot: &Slot<'a>) -> Option<&'a Comment> {
    match slot.content {
        Content::Comment(comment) => Some(comment),
        Content::Scalar(_) | Content::SealedElement(_) => None,
    }
}

/// The comments in the order of the text, each with whether it is selected.
fn comments<'a>(slots: &[Slot<'a>]) -> impl Iterator<Item = (&'a Comment, bool)> {
    let of_slot = |slot: &Slot<'a>| comment(slot).map(|comment| (comment, slot.selected));
    let mut comments: Vec<_> = slots.iter().filter_map(of_slot).collect();
    comments.sort_by_key(|(comment, _)| comment.span.start);
    comments.into_iter()
}

/// Refuses a content of which nothing would be sealed. Whatever the rule, the binary store seals everything.
pub(super) fn of_content(content: &[u8], request: &SealRequest<'_>) -> Result<(), SealError> {
    if content.is_empty() {
        return Err(SealError::NoContent {
            path: request.path.clone(),
        });
    }
    Ok(())
}

/// The scalar in a slot, if it has to be sealed: neither null nor empty.
fn to_seal<'a>(slot: &Slot<'a>) -> Option<&'a Node> {
    match slot.content {
        Content::Scalar(node) if slot.selected && !signet_envelope::passes_through(node) => {
            Some(node)
        }
        _ => None,
    }
}

fn of_store(stream: &Stream, store: Store) -> Rule {
    match store {
        Store::Yaml | Store::Json => of_kind(stream),
        Store::Dotenv | Store::Ini | Store::Binary => Rule::default(),
    }
}

fn of_kind(stream: &Stream) -> Rule {
    let encrypted =
        |source| Rule::EncryptedRegex(Pattern::new(source).expect("the pattern is constant"));
    let is_identity = |root: &Node| {
        let version = root
            .get("apiVersion")
            .and_then(Node::text)
            .unwrap_or_default();
        version.starts_with("signet.dev/") && kind(root) == "Identity"
    };
    if is_for_secrets(stream) {
        return encrypted(SECRET_RULE);
    }
    if stream.roots().any(is_identity) {
        encrypted(IDENTITY)
    } else {
        Rule::default()
    }
}

/// Whether a value stands in one of these.
fn is_within(secrets: &[&Node], value: &Node) -> bool {
    let holds = |secret: &&Node| {
        let (all, one) = (&secret.span, &value.span);
        all.start <= one.start && one.end <= all.end
    };
    secrets.iter().any(holds)
}

fn kind(root: &Node) -> &str {
    root.get("kind").and_then(Node::text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_another_group_is_sealed_as_other_objects_are() {
        let of = |text: &str| {
            let stream = signet_envelope::read(Store::Yaml, text).unwrap();
            of_store(&stream, Store::Yaml).value().to_owned()
        };
        let secret = "kind: Secret\ndata: {a: Yg==}\n";
        assert_eq!(of(&format!("apiVersion: v1\n{secret}")), SECRET_RULE);
        let other = format!("apiVersion: generators.example/v1\n{secret}");
        assert_eq!(of(&other), of("kind: ConfigMap\n"));
    }

    #[test]
    fn what_has_nothing_to_seal_is_told_from_what_has_and_from_what_does_not_read() {
        let rule = Rule::EncryptedRegex(Pattern::new("^password$").unwrap());
        let nothing = |store, text: &str, rule| has_nothing_to_seal(store, text.as_bytes(), rule);
        for (store, text) in [
            (Store::Yaml, "user: app\n"),
            (Store::Yaml, "# a remark\n"),
            (Store::Yaml, "password: ~\n"),
            (Store::Json, "{\"user\": 1}"),
            (Store::Dotenv, "user=app\n"),
            (Store::Binary, ""),
        ] {
            assert!(nothing(store, text, Some(&rule)), "{text}");
        }
        for (store, text) in [
            (Store::Yaml, "password: x\n"),
            (Store::Yaml, "user: {password: [x]}\n"),
            (Store::Ini, "[db]\npassword = x\n"),
            (Store::Binary, "x"),
            (Store::Yaml, "password: [\n"),
        ] {
            assert!(!nothing(store, text, Some(&rule)), "{text}");
        }
        assert!(nothing(Store::Yaml, "kind: Secret\nspec: 1\n", None));
        assert!(!nothing(Store::Yaml, "kind: ConfigMap\nspec: 1\n", None));
    }
}
