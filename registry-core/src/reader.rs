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

pub(crate) use deserialize::listed;

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

    /// Reads a string; it is borrowed unless it holds an escape.
    fn string(&mut self) -> Result<Cow<'t, str>, ArgumentError> {
        let start = self.at + 1;
        let escaped = self.pass_string()?;
        let raw = &self.text[start..self.at - 1];
        if !escaped {
            return Ok(Cow::Borrowed(raw));
        }
        match unescape(raw) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err((offset, message)) => {
                self.at = start + offset;
                Err(self.syntax(message))
            }
        }
    }

    /// Passes over a string, and says whether it holds an escape.
    fn pass_string(&mut self) -> Result<bool, ArgumentError> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        let mut escaped = false;
        loop {
            let Some(special) = find(self.text, at, &SPECIAL_IN_STRINGS) else {
                self.at = bytes.len();
                return Err(self.syntax("a string is not closed"));
            };
            at = special;
            match bytes[at] {
                b'"' => {
                    self.at = at + 1;
                    return Ok(escaped);
                }
                b'\\' => {
                    escaped = true;
                    at += 2;
                }
                _ => {
                    self.at = at;
                    return Err(self.syntax("a control character in a string must be escaped"));
                }
            }
        }
    }
}

/// Which bytes to stop at.
type Stops = [bool; 256];

const BRACKETS_AND_QUOTES: Stops = stops(b"{}[]\"", 0);

const SPECIAL_IN_STRINGS: Stops = stops(b"\"\\", 0x20);

/// Stops at `bytes`, and at all bytes below `limit`.
const fn stops(bytes: &[u8], limit: usize) -> Stops {
    let mut stops = [false; 256];
    let mut at = 0;
    while at < limit {
        stops[at] = true;
        at += 1;
    }
    at = 0;
    while at < bytes.len() {
        stops[bytes[at] as usize] = true;
        at += 1;
    }
    stops
}

/// The next byte to stop at, from `from` on.
fn find(text: &str, from: usize, stops: &Stops) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    let at = rest.iter().position(|byte| stops[usize::from(*byte)])?;
    Some(from + at)
}

/// A value that is neither string, array nor object.
pub(crate) enum Scalar<'t> {
    Null,
    Bool(bool),
    /// Digits with an optional minus.
    Integer(&'t str),
    Float(Float<'t>),
}

/// The text of a float, as the standard library reads it.
pub(crate) struct Float<'t>(&'t str);

impl Float<'_> {
    /// The nearest `f64`, exactly rounded.
    pub(crate) fn value(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl<'t> Scalar<'t> {
    fn of(token: &'t str) -> Option<Self> {
        Some(match token.as_bytes() {
            [b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..] => return Self::number(token),
            b"null" => Self::Null,
            b"true" => Self::Bool(true),
            b"false" => Self::Bool(false),
            b"NaN" => Self::Float(Float("nan")),
            b"Infinity" => Self::Float(Float("inf")),
            b"-Infinity" => Self::Float(Float("-inf")),
            _ => return None,
        })
    }

    /// RFC 8259: `[-] (0 | 1-9 digits) [. digits] [e [+-] digits]`.
    fn number(token: &'t str) -> Option<Self> {
        let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let bytes = token.as_bytes();
        let mut at = usize::from(bytes.first() == Some(&b'-'));
        let whole = digits(&bytes[at..]);
        if whole == 0 || (whole > 1 && bytes[at] == b'0') {
            return None;
        }
        at += whole;
        if at == bytes.len() {
            // JSON's `-0` is Python's integer 0.
            return Some(Self::Integer(if token == "-0" { "0" } else { token }));
        }
        if bytes[at] == b'.' {
            let fraction = digits(&bytes[at + 1..]);
            if fraction == 0 {
                return None;
            }
            at += 1 + fraction;
        }
        if let Some(b'e' | b'E') = bytes.get(at) {
            at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            let exponent = digits(bytes.get(at..)?);
            if exponent == 0 {
                return None;
            }
            at += exponent;
        }
        (at == bytes.len()).then_some(Self::Float(Float(token)))
    }
}

fn unescape(raw: &str) -> Result<String, (usize, &'static str)> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let offset = raw.len() - rest.len() + at;
        let escape = rest.as_bytes().get(at + 1).copied();
        let mut length = 2;
        text.push(match escape {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => {
                let (character, used) =
                    unicode(&rest[at..]).ok_or((offset, "invalid `\\u` escape"))?;
                length = used;
                character
            }
            _ => return Err((offset, "unknown escape")),
        });
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    Ok(text)
}

/// Decodes `\uXXXX`, or a pair of them above the basic plane; also says how many bytes it took.
fn unicode(text: &str) -> Option<(char, usize)> {
    let unit = |from: usize| {
        let digits = text.get(from..from + 6)?.strip_prefix("\\u")?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then_some(())?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(0)?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Some((character, 6));
    }
    let pair = [first, unit(6)?];
    char::decode_utf16(pair)
        .next()?
        .ok()
        .map(|character| (character, 12))
}
