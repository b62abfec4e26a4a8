//! Reads a text of any form: what the parser makes of it, with the places that the parser leaves out.

use arcstr::{ArcStr, Substr};
use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use crate::load::breaks;
use crate::load::builder::Builder;
use crate::load::cursor;
use crate::load::token::{self, Token};
use crate::load::{Aliases, Limits, ParseError};
use crate::{Comment, CommentPlace, Position, Scalar, Span, Stream, Style, Value};

/// The documents of a text.
pub(super) fn read(text: &ArcStr, limits: &Limits, aliases: Aliases) -> Result<Stream, ParseError> {
    let mut builder = Builder::new(text, limits, aliases);
    for event in Parser::new_from_str_with_options(text, options(limits)) {
        let taken = event.map_err(|error| syntax(&error));
        let taken = taken.and_then(|(event, span)| builder.take(event, span));
        if let Err(error) = taken {
            // Where a line ends to one reader and not to another, neither is right about the rest.
            breaks::refuse_outside(text, &builder.broken)?;
            return Err(error);
        }
    }
    breaks::refuse_outside(text, &builder.broken)?;
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

fn syntax(error: &granit_parser::ScanError) -> ParseError {
    use granit_parser::ErrorKind;
    let problem = match error.kind() {
        ErrorKind::UnexpectedCharacter { .. } => "unexpected character".to_owned(),
        kind => kind.to_string(),
    };
    ParseError::Syntax {
        at: cursor::position(error.marker()),
        problem,
    }
}

impl Builder<'_> {
    /// Takes the next event.
    pub(super) fn take(
        &mut self,
        event: Event<'_>,
        span: granit_parser::Span,
    ) -> Result<(), ParseError> {
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
            Style::Literal | Style::Folded => self.cursor.block_scalar(&token.span, &text),
            Style::Plain if absent => self.place_of_absent(token.span.clone(), token.at),
            Style::Plain | Style::Single | Style::Double => (token.span.clone(), token.at),
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
