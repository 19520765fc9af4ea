//! Reads canonical text, and any other JSON, without losing a bit.
//!
//! `serde_json` reads `NaN` and integers above 64 bits not at all or as floats; Python writes both.
//! So identity has a reader of its own: floats are parsed by the standard library, which is exact,
//! integers up to 128 bits, `NaN` and `Infinity` as Python's `json` module takes them, nesting is
//! bounded, and every error carries the path to its place.

use crate::error::ArgumentError;
use crate::writer::{DEPTH_LIMIT, too_deep};
use std::borrow::Cow;

mod access;
mod deserialize;
mod scalar;
mod string;

pub(crate) use deserialize::listed;
pub(crate) use scalar::Scalar;
use string::{BRACKETS_AND_QUOTES, find};

/// A cursor over one JSON text.
pub(crate) struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

/// Reads `text` as a `T`.
pub(crate) fn from_text<'t, T: serde::Deserialize<'t>>(text: &'t str) -> Result<T, ArgumentError> {
    let mut reader = Reader::new(text);
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Whether `text` is one JSON value.
pub(crate) fn check(text: &str) -> Result<(), ArgumentError> {
    let mut reader = Reader::new(text);
    reader.skip()?;
    reader.end()
}

/// Reads `text` as a value that is neither string, array nor object.
pub(crate) fn scalar(text: &str) -> Result<Scalar<'_>, ArgumentError> {
    let mut reader = Reader::new(text);
    let scalar = reader.scalar()?;
    reader.end()?;
    Ok(scalar)
}

/// Reads the text of a map key as a `K`.
pub(crate) fn key<K: serde::de::DeserializeOwned>(text: &str) -> Result<K, ArgumentError> {
    K::deserialize(access::Key(Cow::Borrowed(text)))
}

/// What `text` holds, in words.
pub(crate) fn kind(text: &str) -> &'static str {
    match text.trim_start().as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        Some(_) => "a number",
        None => "nothing",
    }
}

/// Calls `entry` for each member of the object that `text` holds, with the member's text.
pub(crate) fn members<'t>(
    text: &'t str,
    mut entry: impl FnMut(Cow<'t, str>, &'t str) -> Result<(), ArgumentError>,
) -> Result<(), ArgumentError> {
    let mut reader = Reader::new(text);
    reader.open(b'{')?;
    let mut first = true;
    while let Some(key) = reader.next_key(&mut first)? {
        let value = reader.extent()?;
        entry(key, value)?;
    }
    reader.end()
}

/// Calls `element` for each element of the array that `text` holds, with the element's text.
pub(crate) fn elements<'t>(
    text: &'t str,
    mut element: impl FnMut(&'t str) -> Result<(), ArgumentError>,
) -> Result<(), ArgumentError> {
    let mut reader = Reader::new(text);
    reader.open(b'[')?;
    let mut first = true;
    while reader.next_element(&mut first)? {
        let value = reader.extent()?;
        element(value)?;
    }
    reader.end()
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    /// Nothing but space may follow.
    pub(crate) fn end(&mut self) -> Result<(), ArgumentError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.syntax("unexpected text after the value")),
        }
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let space = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r'));
        self.at += space.count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn syntax(&self, message: &str) -> ArgumentError {
        let before = &self.text.as_bytes()[..self.at.min(self.text.len())];
        let line = before.split(|&byte| byte == b'\n').count();
        let column = 1 + before
            .iter()
            .rev()
            .take_while(|&&byte| byte != b'\n')
            .count();
        ArgumentError::new(format!("{message} at line {line} column {column}"))
            .with_hint("the text is not valid JSON there")
    }

    fn open(&mut self, bracket: u8) -> Result<(), ArgumentError> {
        if self.peek() != Some(bracket) {
            return Err(self.syntax(if bracket == b'{' {
                "expected `{`"
            } else {
                "expected `[`"
            }));
        }
        self.at += 1;
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            Err(too_deep())
        } else {
            Ok(())
        }
    }

    fn close(&mut self) {
        self.at += 1;
        self.depth -= 1;
    }

    /// Moves to the next element of the array that was opened; `false` closes it.
    fn next_element(&mut self, first: &mut bool) -> Result<bool, ArgumentError> {
        match self.peek() {
            Some(b']') => {
                self.close();
                return Ok(false);
            }
            Some(b',') if !*first => {
                self.at += 1;
                if self.peek() == Some(b']') {
                    return Err(self.syntax("unexpected `]` after a comma"));
                }
            }
            Some(_) if *first => {}
            _ => return Err(self.syntax("expected `,` or `]`")),
        }
        *first = false;
        Ok(true)
    }

    /// Reads the next key of the object that was opened, up to its colon; `None` closes it.
    fn next_key(&mut self, first: &mut bool) -> Result<Option<Cow<'t, str>>, ArgumentError> {
        match self.peek() {
            Some(b'}') => {
                self.close();
                return Ok(None);
            }
            Some(b',') if !*first => self.at += 1,
            Some(_) if *first => {}
            _ => return Err(self.syntax("expected `,` or `}`")),
        }
        *first = false;
        if self.peek() != Some(b'"') {
            return Err(self.syntax("expected a key in double quotes"));
        }
        let key = self.string()?;
        if self.peek() != Some(b':') {
            return Err(self.syntax("expected `:`"));
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// The text of the value that stands here.
    ///
    /// Only strings and brackets are looked at: who reads the text finds what is wrong inside it.
    fn extent(&mut self) -> Result<&'t str, ArgumentError> {
        let first = self.peek();
        let start = self.at;
        match first {
            Some(b'"') => {
                self.pass_string()?;
            }
            Some(b'{' | b'[') => {
                let mut depth = 0;
                loop {
                    let Some(at) = find(self.text, self.at, &BRACKETS_AND_QUOTES) else {
                        return Err(self.syntax("a bracket is not closed"));
                    };
                    self.at = at;
                    match self.text.as_bytes()[at] {
                        b'"' => {
                            self.pass_string()?;
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        _ => depth -= 1,
                    }
                    self.at += 1;
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => {
                self.scalar()?;
            }
        }
        Ok(&self.text[start..self.at])
    }

    /// Passes over one value, and checks it.
    ///
    /// It works without recursion: what is passed over may come from a stranger.
    pub(crate) fn skip(&mut self) -> Result<(), ArgumentError> {
        let mut open: Vec<bool> = Vec::new(); // `true` for an object
        loop {
            match self.peek() {
                Some(bracket @ (b'{' | b'[')) => {
                    self.open(bracket)?;
                    open.push(bracket == b'{');
                    let mut first = true;
                    if self.next_in(bracket == b'{', &mut first)? {
                        continue;
                    }
                    open.pop();
                }
                Some(b'"') => {
                    self.string()?;
                }
                _ => {
                    self.scalar()?;
                }
            }
            // A value has ended: go on to the next one of the innermost open bracket.
            loop {
                let Some(&object) = open.last() else {
                    return Ok(());
                };
                if self.next_in(object, &mut false)? {
                    break;
                }
                open.pop();
            }
        }
    }

    fn next_in(&mut self, object: bool, first: &mut bool) -> Result<bool, ArgumentError> {
        if object {
            Ok(self.next_key(first)?.is_some())
        } else {
            self.next_element(first)
        }
    }

    /// Reads a number or a word such as `true`.
    fn scalar(&mut self) -> Result<Scalar<'t>, ArgumentError> {
        self.peek();
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let length = rest
            .iter()
            .take_while(
                |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.'),
            )
            .count();
        let token = &self.text[start..start + length];
        match Scalar::of(token) {
            Some(scalar) => {
                self.at += length;
                Ok(scalar)
            }
            None if rest.is_empty() => Err(self.syntax("unexpected end of the text")),
            None => Err(self.syntax("expected a value")),
        }
    }
}
