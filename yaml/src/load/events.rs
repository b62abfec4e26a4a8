//! Reads a text of any form: what the parser makes of it, with the places that the parser leaves out.

use arcstr::{ArcStr, Substr};
use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use crate::load::breaks;
use crate::load::builder::Builder;
use crate::load::cursor;
use crate::load::tabs::{self, Around};
use crate::load::token::{self, Token};
use crate::load::{Aliases, Limits, ParseError};
use crate::{Comment, CommentPlace, Position, Scalar, Span, Stream, Style, Value};

/// So often a text is read again because the parser stops at a tab.
const TIMES_FOR_TABS: usize = 8;

/// The documents of a text.
pub(super) fn read(text: &ArcStr, limits: &Limits, aliases: Aliases) -> Result<Stream, ParseError> {
    let mut blanked: Option<String> = None;
    for _ in 0..TIMES_FOR_TABS {
        let to_parser = blanked.as_deref().unwrap_or(text.as_str());
        match read_as(text, to_parser, limits, aliases) {
            // Whether go-yaml stops there too is asked of the text itself.
            Err(Stopped::AtTab(at)) => blanked = Some(tabs::blanked(to_parser, at)),
            Err(Stopped::For(error)) => return Err(error),
            Ok(stream) => return Ok(stream),
        }
    }
    let to_parser = blanked.as_deref().unwrap_or(text.as_str());
    read_as(text, to_parser, limits, aliases).map_err(|stopped| match stopped {
        Stopped::AtTab(at) => refused(text, at, STRAY_TAB),
        Stopped::For(error) => error,
    })
}

/// Why reading ended early.
enum Stopped {
    /// The parser takes no tab in the margin in front of this byte.
    AtTab(usize),
    For(ParseError),
}

impl From<ParseError> for Stopped {
    fn from(error: ParseError) -> Self {
        Self::For(error)
    }
}

/// The documents of a text of which the parser gets another spelling of the same length.
fn read_as(
    text: &ArcStr,
    to_parser: &str,
    limits: &Limits,
    aliases: Aliases,
) -> Result<Stream, Stopped> {
    let mut builder = Builder::new(text, limits, aliases);
    for event in Parser::new_from_str_with_options(to_parser, options(limits)) {
        let taken = event.map_err(|error| stopped(&error));
        let taken = taken.and_then(|(event, span)| Ok(builder.take(event, span)?));
        if let Err(stopped) = taken {
            // Where a line ends to one reader and not to another, neither is right about the rest.
            breaks::refuse_outside(text, &builder.broken)?;
            return Err(stopped);
        }
    }
    breaks::refuse_outside(text, &builder.broken)?;
    builder.refuse_tabs_before(text.len())?;
    if builder.documents.is_empty() {
        builder.refuse_loose_document(text.len(), true)?;
    }
    Ok(builder.finish())
}

fn options(limits: &Limits) -> granit_parser::Options {
    // One level more than we allow: our own check then speaks first, with our own error.
    let nesting = limits.depth + 1;
    granit_parser::options! {
        emit_anchor_events: true,
        // As libyaml and go-yaml do; kubectl and sops agree.
        block_scalar_eof_without_line_feed: true,
        max_buffered_comment_events: limits.nodes,
        flow_nesting_limit: nesting,
        block_nesting_limit: nesting,
    }
}

fn stopped(error: &granit_parser::ScanError) -> Stopped {
    use granit_parser::ErrorKind;
    let problem = match error.kind() {
        ErrorKind::TabInBlockIndentation => {
            return Stopped::AtTab(cursor::offset(error.marker()));
        }
        ErrorKind::UnexpectedCharacter { .. } => "unexpected character".to_owned(),
        kind => kind.to_string(),
    };
    Stopped::For(ParseError::Syntax {
        at: cursor::position(error.marker()),
        problem,
    })
}

const STRAY_TAB: &str = "a tab in the place of a blank, which neither SOPS nor Kubernetes reads";

fn refused(text: &str, offset: usize, problem: &str) -> ParseError {
    ParseError::Syntax {
        at: cursor::position_of(text, offset),
        problem: problem.to_owned(),
    }
}

impl Builder<'_> {
    /// Takes the next event.
    pub(super) fn take(
        &mut self,
        event: Event<'_>,
        span: granit_parser::Span,
    ) -> Result<(), ParseError> {
        let token = token::bytes(&span);
        match &event {
            Event::Comment(..) | Event::Anchor(..) => {}
            Event::DocumentStart(explicit, _) => {
                self.refuse_loose_document(token.start, *explicit)?;
            }
            _ => {
                self.refuse_tabs_before(token.start)?;
                // What has no bytes of its own ends nothing.
                if !token.is_empty() {
                    self.behind_plain = matches!(&event, Event::Scalar(_, ScalarStyle::Plain, ..));
                }
            }
        }
        match event {
            // The first two may be reported behind their node, the third spans the first token: the cursor stays where it is.
            Event::Comment(text, _) => {
                let Token { span, at, .. } = Token::new(&span, 0, None);
                let text = text.into_owned();
                return self.comment(Comment {
                    text,
                    span,
                    at,
                    place: CommentPlace::OwnLine,
                });
            }
            Event::Anchor(..) | Event::DocumentStart(false, _) => return Ok(()),
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(
                    self.part(text),
                    style,
                    Token::new(&span, anchor, tag.as_deref()),
                )?;
            }
            Event::SequenceStart(style, anchor, tag) => {
                return self.open_sequence(style, Token::new(&span, anchor, tag.as_deref()));
            }
            Event::MappingStart(style, anchor, tag) => {
                self.open(
                    Value::Mapping(Vec::new()),
                    style == StructureStyle::Flow,
                    Token::new(&span, anchor, tag.as_deref()),
                )?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(token::bytes(&span).end)?,
            Event::Alias(anchor) => self.alias(anchor, Token::new(&span, 0, None))?,
            Event::DocumentStart(true, _) => {
                self.refuse_unknown_directives(token::bytes(&span).start)?;
            }
            Event::DocumentEnd => self.end_document(),
            _ => {}
        }
        self.cursor.advance(&span.end);
        Ok(())
    }

    /// Refuses a tab in front of a token, behind the one before it, that is no blank to go-yaml.
    fn refuse_tabs_before(&self, token: usize) -> Result<(), ParseError> {
        let from = self.cursor.offset();
        if !self.has_tabs || self.is_json || token <= from {
            return Ok(());
        }
        let stray = tabs::between(self.text, from..token, self.around());
        stray.map_or(Ok(()), |offset| Err(self.stray_tab(offset)))
    }

    fn around(&self) -> Around {
        let block = self.open.iter().rev().find(|frame| !frame.flow);
        Around {
            plain: self.behind_plain,
            flow: self.open.last().is_some_and(|frame| frame.flow),
            column: block.map_or(0, |frame| frame.node.at.column),
        }
    }

    fn stray_tab(&self, offset: usize) -> ParseError {
        self.refused(offset, STRAY_TAB)
    }

    fn refused(&self, offset: usize, problem: &str) -> ParseError {
        refused(self.text, offset, problem)
    }

    /// Refuses a document that go-yaml does not begin: one without `---` behind another, and one behind an end (`...`) of nothing.
    fn refuse_loose_document(&self, start: usize, explicit: bool) -> Result<(), ParseError> {
        let is_first = self.documents.is_empty();
        let is_end = |line: &str| {
            let behind = line.trim_start_matches('\u{FEFF}').strip_prefix("...");
            behind.is_some_and(|behind| behind.is_empty() || behind.starts_with([' ', '\t']))
        };
        let mut before = self.text[..start].split(['\n', '\r']);
        if !is_first && !explicit {
            return Err(self.refused(start, "a document behind `...` begins with `---`"));
        }
        if is_first && before.any(is_end) {
            return Err(self.refused(start, "`...` ends a document, and there is none before it"));
        }
        Ok(())
    }

    /// Refuses a scalar without quotes that go-yaml refuses or reads differently where it stands.
    fn refuse_misread(&self, scalar: &Span) -> Result<(), ParseError> {
        if self.has_tabs
            && let Some(offset) = tabs::in_plain(self.text, scalar.clone(), self.around().column)
        {
            return Err(self.stray_tab(offset));
        }
        let Some(frame) = self.open.last().filter(|frame| frame.flow) else {
            return Ok(());
        };
        let written = &self.text[scalar.clone()];
        if written.is_empty() {
            let is_key = frame.key.is_none() && matches!(frame.node.value, Value::Mapping(_));
            let is_missing = is_key && self.text[scalar.start..].starts_with(':');
            return if is_missing {
                Err(self.refused(scalar.start, "a key in brackets is missing"))
            } else {
                Ok(())
            };
        }
        let behind = self.text[scalar.end..].strip_prefix(':');
        let is_open = behind
            .is_none_or(|behind| behind.is_empty() || behind.starts_with([' ', '\t', '\n', '\r']));
        if written.starts_with(':') || written.contains('?') || !is_open {
            return Err(self.refused(
                scalar.start,
                "in brackets, a text with `?`, or with `:` before it or right behind it, needs quotes",
            ));
        }
        Ok(())
    }

    /// Refuses what go-yaml refuses, another version of YAML too, and what stands in no tree, so that nobody would see it:
    /// between what was read so far and the marker of a document, a line that begins with `%` is a directive.
    fn refuse_unknown_directives(&self, marker: usize) -> Result<(), ParseError> {
        let from = self.cursor.offset();
        let between = &self.text[from..marker];
        for (offset, _) in between.match_indices('%') {
            let begins_line = self.text[..from + offset]
                .trim_start_matches('\u{FEFF}')
                .chars()
                .next_back()
                .is_none_or(|before| matches!(before, '\n' | '\r'));
            let line = between[offset + 1..].split(['\n', '\r']).next();
            let mut words = line.unwrap_or_default().split([' ', '\t']);
            let problem = match (words.next(), words.find(|word| !word.is_empty())) {
                (Some("YAML"), Some("1.1")) | (Some("TAG"), _) => continue,
                (Some("YAML"), _) => {
                    "a %YAML directive of another version than 1.1, which neither SOPS nor Kubernetes reads"
                }
                _ => "unknown directive",
            };
            if begins_line {
                return Err(ParseError::Syntax {
                    at: cursor::position_of(self.text, from + offset),
                    problem: problem.to_owned(),
                });
            }
        }
        Ok(())
    }

    fn scalar(&mut self, text: Substr, style: ScalarStyle, token: Token) -> Result<(), ParseError> {
        let style = token::style(style);
        let absent = style == Style::Plain && token.span.is_empty();
        let place = match style {
            Style::Literal | Style::Folded => {
                let place = self.cursor.block_scalar(&token.span, &text);
                self.refuse_tabs_in_block(place.0.start..token.span.end)?;
                place
            }
            Style::Plain if absent => {
                self.refuse_misread(&token.span)?;
                self.place_of_absent(token.span.clone(), token.at)
            }
            Style::Plain => {
                self.refuse_misread(&token.span)?;
                (token.span.clone(), token.at)
            }
            Style::Double => {
                self.refuse_foreign_escapes(&token.span)?;
                (token.span.clone(), token.at)
            }
            Style::Single => (token.span.clone(), token.at),
        };
        let text = if absent { Substr::new() } else { text };
        let read =
            (style == Style::Single).then(|| breaks::in_single_quotes(self.text, &token.span));
        let text = match read.flatten() {
            Some(read) => {
                self.broken.push(token.span.clone());
                read.into()
            }
            None => text,
        };
        self.put(Scalar { text, style }, token.moved(place))
    }

    /// Refuses the escapes of JSON that YAML 1.1 has not, but in what is JSON, which Kubernetes reads as such.
    fn refuse_foreign_escapes(&self, scalar: &Span) -> Result<(), ParseError> {
        let written = &self.text[scalar.clone()];
        let mut from = 0;
        while let Some(escape) = written[from..].find('\\').map(|found| from + found) {
            let is_surrogate = |escaped: &str| {
                matches!(
                    escaped.as_bytes(),
                    [
                        b'u',
                        b'd' | b'D',
                        b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F',
                        ..,
                    ]
                )
            };
            let escaped = &written[escape + 1..];
            if !self.is_json && (escaped.starts_with('/') || is_surrogate(escaped)) {
                return Err(self.refused(
                    scalar.start + escape,
                    "an escape of JSON, which neither SOPS nor Kubernetes reads in YAML",
                ));
            }
            from = escape + 1 + escaped.chars().next().map_or(0, char::len_utf8);
        }
        Ok(())
    }

    fn refuse_tabs_in_block(&self, scalar: Span) -> Result<(), ParseError> {
        if !self.has_tabs {
            return Ok(());
        }
        let stray = tabs::in_block(self.text, scalar, self.around().column);
        stray.map_or(Ok(()), |offset| Err(self.stray_tab(offset)))
    }

    /// Where an absent value would be written, which is in front of a comment that may follow.
    fn place_of_absent(&self, span: Span, at: Position) -> (Span, Position) {
        match self.open.last() {
            Some(frame) if frame.key.is_some() => self.cursor.absent_value(),
            Some(frame) if !frame.flow && matches!(frame.node.value, Value::Sequence(_)) => {
                self.cursor.absent_element()
            }
            _ => (span, at),
        }
    }

    /// The parser reports a block sequence that is not indented below its key behind the first dash, we in front of it.
    fn open_sequence(&mut self, style: StructureStyle, token: Token) -> Result<(), ParseError> {
        let below_key = self.open.last().is_some_and(|frame| frame.key.is_some());
        let mut place = (token.span.clone(), token.at);
        if style == StructureStyle::Block && below_key {
            place = self.cursor.first_dash(place);
        }
        self.cursor.reach(place.0.start, place.1);
        let flow = style == StructureStyle::Flow;
        self.open(Value::Sequence(Vec::new()), flow, token.moved(place))
    }

    fn alias(&mut self, anchor: usize, token: Token) -> Result<(), ParseError> {
        let copy = self
            .budget
            .expand(anchor, self.open.len(), token.span, token.at)?;
        self.add(copy, 0, self.budget.spent())
    }
}
