//! Comments, and the keys and sections that they belong to: what stands behind one of these is sealed above it.

use signet_envelope::ini::{CommentLines, comment_lines};
use signet_yaml::{Comment, Edit, Span, Stream};

use crate::layout::lines::{line_break, line_end, line_start};

/// The sections and keys of a text, in file order.
pub(super) struct Owners(Vec<Owner>);

struct Owner {
    /// The first byte of its name.
    name: usize,
    /// The byte behind its value, or behind the bracket of a section.
    end: usize,
}

impl Owners {
    pub(super) fn of(stream: &Stream) -> Self {
        let mut owners = Vec::new();
        for (section, keys) in stream.roots().flat_map(signet_yaml::Node::pairs) {
            owners.push(Owner {
                name: section.span.start,
                end: section.span.end + 1,
            });
            owners.extend(keys.pairs().map(|(key, value)| Owner {
                name: key.span.start,
                end: value.span.end,
            }));
        }
        owners.sort_by_key(|owner| owner.name);
        Self(owners)
    }

    /// The first one behind a byte.
    fn behind(&self, at: usize) -> Option<&Owner> {
        self.0.get(self.0.partition_point(|owner| owner.name < at))
    }

    /// The edits that put a sealed comment above what it belongs to, if any of it stands there, else where it stands.
    pub(super) fn put_sealed(&self, text: &str, comment: &Comment, enc: String) -> Vec<Edit> {
        let span = comment.span.clone();
        let owner = self.behind(span.start);
        let Some(owner) = owner.filter(|owner| owner.name < span.end) else {
            return vec![Edit { span, text: enc }];
        };
        let line = line_start(text, owner.name);
        let above = if span.start < line {
            let lines = text[span.start..line].trim_end();
            Edit {
                span: span.start..span.start + lines.len(),
                text: enc,
            }
        } else {
            Edit {
                span: span.start..span.start,
                text: format!("; {enc}{}", line_break(text)),
            }
        };
        let behind = Edit {
            span: owner.end..span.end,
            text: String::new(),
        };
        vec![above, behind]
    }

    /// The edits that put the lines of an opened comment where they were.
    pub(super) fn put_clear(&self, text: &str, comment: &Comment, value: &str) -> Vec<Edit> {
        let span = comment.span.clone();
        match (self.place_behind(text, comment), comment_lines(value)) {
            (
                Some(end),
                CommentLines {
                    above,
                    behind: Some(behind),
                },
            ) => {
                let above = match above {
                    Some(text) => Edit { span, text },
                    None => Edit {
                        span: line_of(text, &span),
                        text: String::new(),
                    },
                };
                let behind = Edit {
                    span: end..end,
                    text: behind,
                };
                vec![above, behind]
            }
            (_, CommentLines { above, behind }) => {
                let behind = behind.map(|behind| behind.trim_start().to_owned());
                let lines = above.into_iter().chain(behind);
                vec![Edit {
                    span,
                    text: lines.collect::<Vec<_>>().join("\n"),
                }]
            }
        }
    }

    /// Where a comment can stand behind what follows this one; nothing if another one stands there or in between.
    fn place_behind(&self, text: &str, comment: &Comment) -> Option<usize> {
        let owner = self.behind(comment.span.end)?;
        let between = &text[comment.span.end..line_start(text, owner.name)];
        let rest = &text[owner.end..line_end(text, owner.end)];
        (between.trim().is_empty() && rest.trim().is_empty()).then_some(owner.end)
    }
}

/// The line that holds these bytes, without a byte order mark.
fn line_of(text: &str, span: &Span) -> Span {
    let start = line_start(text, span.start);
    let mark = text[start..].strip_prefix('\u{feff}');
    let start = mark.map_or(start, |rest| text.len() - rest.len());
    start..line_end(text, span.end)
}
