//! What has been spent of the limits, and the anchors that may spend more.

use std::collections::HashMap;

use crate::load::{Aliases, Limits, ParseError};
use crate::{Node, Position, Span, Value};

/// The limits of a text and what is left of them.
pub(super) struct Budget {
    limits: Limits,
    aliases: Aliases,
    spent: usize,
    /// Bytes that anchors, aliases and tag directives have added to the text.
    added: usize,
    /// Finished nodes by the number of their anchor, with what they cost.
    anchored: HashMap<usize, (Node, usize)>,
}

impl Budget {
    pub(super) fn new(limits: &Limits, aliases: Aliases) -> Self {
        Self {
            limits: *limits,
            aliases,
            spent: 0,
            added: 0,
            anchored: HashMap::new(),
        }
    }

    /// Nodes that were paid for so far.
    pub(super) fn spent(&self) -> usize {
        self.spent
    }

    /// Pays for nodes.
    pub(super) fn spend(&mut self, nodes: usize, at: Position) -> Result<(), ParseError> {
        self.spent = self.spent.saturating_add(nodes);
        if self.spent > self.limits.nodes {
            return Err(ParseError::TooManyNodes {
                at,
                limit: self.limits.nodes,
            });
        }
        Ok(())
    }

    /// Pays for bytes that stand in the tree more often than in the text: a few nodes can hold nearly all that a text may
    /// be.
    pub(super) fn add(&mut self, bytes: usize) -> Result<(), ParseError> {
        self.added = self.added.saturating_add(bytes);
        if self.added > self.limits.bytes {
            return Err(ParseError::TooLarge {
                limit: self.limits.bytes,
            });
        }
        Ok(())
    }

    /// Refuses more levels than are allowed.
    pub(super) fn check_depth(&self, levels: usize, at: Position) -> Result<(), ParseError> {
        if levels > self.limits.depth {
            return Err(ParseError::TooDeep {
                at,
                limit: self.limits.depth,
            });
        }
        Ok(())
    }

    /// Keeps a copy of an anchored node, which costs what the node has cost.
    pub(super) fn remember(
        &mut self,
        node: &Node,
        anchor: usize,
        cost: usize,
    ) -> Result<(), ParseError> {
        if self.aliases == Aliases::Refuse {
            return Err(ParseError::Alias { at: node.at });
        }
        self.spend(cost, node.at)?;
        self.add(text(node))?;
        self.anchored.insert(anchor, (node.clone(), cost));
        Ok(())
    }

    /// A copy of what an alias names, to stand `levels` deep. It is paid for before it is made.
    pub(super) fn expand(
        &mut self,
        anchor: usize,
        levels: usize,
        span: Span,
        at: Position,
    ) -> Result<Node, ParseError> {
        if self.aliases == Aliases::Refuse {
            return Err(ParseError::Alias { at });
        }
        let Some((named, cost)) = self.anchored.get(&anchor) else {
            return Err(ParseError::CyclicAlias { at });
        };
        let (deepest, cost, text) = (levels + depth(named), *cost, text(named));
        self.check_depth(deepest, at)?;
        self.spend(cost, at)?;
        self.add(text)?;
        let (named, _) = &self.anchored[&anchor];
        let mut copy = named.clone();
        if let Some(tag) = &mut copy.tag {
            tag.span = None;
        }
        Ok(Node {
            span,
            at,
            anchor: true,
            ..copy
        })
    }

    /// Anchors reach to the end of their document.
    pub(super) fn forget_anchors(&mut self) {
        self.anchored.clear();
    }
}

fn depth(node: &Node) -> usize {
    let children = node.pairs().map(|(_, value)| value).chain(node.items());
    match node.value {
        Value::Scalar(_) => 0,
        Value::Sequence(_) | Value::Mapping(_) => 1 + children.map(depth).max().unwrap_or(0),
    }
}

/// The bytes of text and tags in a node and below it, keys included.
fn text(node: &Node) -> usize {
    let own = node.text().map_or(0, str::len) + node.tag().map_or(0, str::len);
    let pairs = node.pairs().map(|(key, value)| text(key) + text(value));
    own + pairs.sum::<usize>() + node.items().map(text).sum::<usize>()
}
