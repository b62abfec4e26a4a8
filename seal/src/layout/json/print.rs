//! New pairs in the indentation of those that are there.

use serde_json::Value as Json;
use signet_yaml::Node;

/// How the pairs of an object are set apart.
#[derive(Clone, Copy)]
pub(in crate::layout) struct Style<'a> {
    /// The line break and indentation of each pair; nothing where they stand on one line.
    margin: Option<&'a str>,
    /// What a pair's own value is indented by, beyond that.
    step: &'a str,
    /// What stands behind a comma on one line, and behind a colon.
    blank: &'a str,
}

impl<'a> Style<'a> {
    pub(in crate::layout) const COMPACT: Self = Self {
        margin: None,
        step: "",
        blank: "",
    };

    /// The style of an object, by its first pair.
    pub(in crate::layout) fn of(text: &'a str, object: &Node) -> Self {
        let Some((key, value)) = object.pairs().next() else {
            return Self::COMPACT;
        };
        let before = &text[object.span.start + 1..key.span.start];
        let colon = &text[key.span.end..value.span.start];
        let blank = if colon.ends_with(' ') { " " } else { "" };
        let Some(margin) = line_break(before).map(|at| &before[at..]) else {
            return Self {
                blank,
                ..Self::COMPACT
            };
        };
        let indent = margin.trim_start_matches(['\r', '\n']);
        let step = indent
            .strip_prefix(indent_of(text, object))
            .unwrap_or(indent);
        Self {
            margin: Some(margin),
            step,
            blank,
        }
    }

    /// A pair without its margin, its lines ended by `\n`.
    pub(in crate::layout) fn pair(&self, key: &str, value: &Json) -> String {
        let mut text = format!("\"{key}\":{}", self.blank);
        self.write(value, 0, &mut text);
        text
    }

    /// A pair behind the last one.
    pub(in crate::layout) fn behind(&self, pair: &str) -> String {
        format!(",{}{}", self.separator(), self.with_margin(pair))
    }

    /// A pair in front of the first one.
    pub(in crate::layout) fn in_front(&self, key: &str, value: &Json) -> String {
        let pair = self.with_margin(&self.pair(key, value));
        format!("{pair},{}", self.separator())
    }

    /// The line break and indentation of each pair; nothing where they stand on one line.
    pub(in crate::layout) fn margin(&self) -> Option<&'a str> {
        self.margin
    }

    pub(in crate::layout) fn with_margin(&self, pair: &str) -> String {
        match self.margin {
            Some(margin) => pair.replace('\n', margin),
            None => pair.to_owned(),
        }
    }

    pub(in crate::layout) fn without_margin(&self, pair: &str) -> String {
        match self.margin {
            Some(margin) => pair.replace(margin, "\n"),
            None => pair.to_owned(),
        }
    }

    /// What stands between a comma and the pair behind it.
    pub(in crate::layout) fn separator(&self) -> &'a str {
        self.margin.unwrap_or(self.blank)
    }

    fn write(&self, value: &Json, depth: usize, text: &mut String) {
        match value {
            Json::Object(pairs) if !pairs.is_empty() => {
                text.push('{');
                for (number, (key, value)) in pairs.iter().enumerate() {
                    self.next(number, depth + 1, text);
                    let key = Json::from(key.as_str()).to_string();
                    text.extend([key.as_str(), ":", self.blank]);
                    self.write(value, depth + 1, text);
                }
                self.close(depth, text);
                text.push('}');
            }
            Json::Array(items) if !items.is_empty() => {
                text.push('[');
                for (number, item) in items.iter().enumerate() {
                    self.next(number, depth + 1, text);
                    self.write(item, depth + 1, text);
                }
                self.close(depth, text);
                text.push(']');
            }
            value => text.push_str(&value.to_string()),
        }
    }

    fn next(&self, number: usize, depth: usize, text: &mut String) {
        if number > 0 {
            text.push(',');
        }
        if self.margin.is_some() {
            self.close(depth, text);
        } else if number > 0 {
            text.push_str(self.blank);
        }
    }

    fn close(&self, depth: usize, text: &mut String) {
        if self.margin.is_some() {
            text.push('\n');
            text.push_str(&self.step.repeat(depth));
        }
    }
}

/// Where the last line break begins.
fn line_break(text: &str) -> Option<usize> {
    let newline = text.rfind('\n')?;
    let is_crlf = text[..newline].ends_with('\r');
    Some(newline - usize::from(is_crlf))
}

/// The blanks in front of the line on which a node begins.
fn indent_of<'t>(text: &'t str, node: &Node) -> &'t str {
    let line = &text[..node.span.start];
    let line = &line[line.rfind('\n').map_or(0, |newline| newline + 1)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}
