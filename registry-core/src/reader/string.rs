//! Strings, and the search for the bytes that matter.

use super::Reader;
use crate::error::ArgumentError;
use std::borrow::Cow;

impl<'t> Reader<'t> {
    /// Reads a string; it is borrowed unless it holds an escape.
    pub(super) fn string(&mut self) -> Result<Cow<'t, str>, ArgumentError> {
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
    pub(super) fn pass_string(&mut self) -> Result<bool, ArgumentError> {
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
pub(super) type Stops = [bool; 256];

pub(super) const BRACKETS_AND_QUOTES: Stops = stops(b"{}[]\"", 0);

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
pub(super) fn find(text: &str, from: usize, stops: &Stops) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    let at = rest.iter().position(|byte| stops[usize::from(*byte)])?;
    Some(from + at)
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
