//! From text to a tree.

use super::node::Node;
use super::number::Number;
use super::string::string;
use crate::canonical::{DEPTH_LIMIT, too_deep};
use crate::error::{ArgumentError, ProblemKind};
use std::borrow::Cow;

/// A cursor over one JSON text.
struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

/// The tree of a text. Beside JSON it takes `NaN`, `Infinity` and `-Infinity`, as Python's `json`
/// module does.
pub(crate) fn parse(text: &str) -> Result<Node<'_>, ArgumentError> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
    };
    let node = parser.node()?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.syntax("unexpected text after the value")),
    }
}

impl<'t> Parser<'t> {
    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn syntax(&self, message: &str) -> ArgumentError {
        let before = &self.text.as_bytes()[..self.at.min(self.text.len())];
        let line = before.split(|&byte| byte == b'\n').count();
        let column = 1 + before
            .iter()
            .rev()
            .take_while(|&&byte| byte != b'\n')
            .count();
        let message = format!("{message} at line {line} column {column}");
        ArgumentError::new(ProblemKind::Syntax, message)
            .with_hint("the text is not valid JSON there")
    }

    fn node(&mut self) -> Result<Node<'t>, ArgumentError> {
        match self.peek() {
            Some(b'"') => Ok(Node::String(self.string()?)),
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            _ => self.scalar(),
        }
    }

    fn open(&mut self) -> Result<(), ArgumentError> {
        self.at += 1;
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(too_deep());
        }
        Ok(())
    }

    fn close(&mut self) {
        self.at += 1;
        self.depth -= 1;
    }

    fn array(&mut self) -> Result<Node<'t>, ArgumentError> {
        self.open()?;
        let mut elements = Vec::new();
        loop {
            match self.peek() {
                Some(b']') => break,
                Some(b',') if !elements.is_empty() => {
                    self.at += 1;
                    if self.peek() == Some(b']') {
                        return Err(self.syntax("unexpected `]` after a comma"));
                    }
                }
                Some(_) if elements.is_empty() => {}
                _ => return Err(self.syntax("expected `,` or `]`")),
            }
            let element = self.node();
            elements.push(element.map_err(|error| error.inside_index(elements.len()))?);
        }
        self.close();
        Ok(Node::Array(elements))
    }

    fn object(&mut self) -> Result<Node<'t>, ArgumentError> {
        self.open()?;
        let mut members = Vec::new();
        loop {
            match self.peek() {
                Some(b'}') => break,
                Some(b',') if !members.is_empty() => self.at += 1,
                Some(_) if members.is_empty() => {
                    // Most objects are the arguments of a component, or a reference to one.
                    members.reserve(6);
                }
                _ => return Err(self.syntax("expected `,` or `}`")),
            }
            if self.peek() != Some(b'"') {
                return Err(self.syntax("expected a key in double quotes"));
            }
            let key = self.string()?;
            if self.peek() != Some(b':') {
                return Err(self.syntax("expected `:`"));
            }
            self.at += 1;
            match self.node() {
                Ok(value) => members.push((key, value)),
                Err(error) => return Err(error.inside(&key)),
            }
        }
        self.close();
        Ok(Node::Object(members))
    }

    /// Reads a number or a word such as `true`.
    fn scalar(&mut self) -> Result<Node<'t>, ArgumentError> {
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest
            .iter()
            .take_while(
                |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.'),
            )
            .count();
        let token = &self.text[self.at..self.at + length];
        let node = match token {
            "null" => Some(Node::Null),
            "true" => Some(Node::Bool(true)),
            "false" => Some(Node::Bool(false)),
            _ => Number::of(token).map(Node::Number),
        };
        match node {
            Some(node) => {
                self.at += length;
                Ok(node)
            }
            None if rest.is_empty() => Err(self.syntax("unexpected end of the text")),
            None => Err(self.syntax("expected a value")),
        }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, ArgumentError> {
        match string(self.text, self.at) {
            Ok((text, end)) => {
                self.at = end;
                Ok(text)
            }
            Err((at, message)) => {
                self.at = at;
                Err(self.syntax(message))
            }
        }
    }
}
