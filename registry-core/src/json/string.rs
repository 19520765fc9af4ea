//! Strings and their escapes.

use std::borrow::Cow;

/// What is wrong, and at which byte.
type Wrong = (usize, &'static str);

/// Reads the string whose opening quote stands at `start`, and says where it ends. It is borrowed
/// unless it holds an escape.
pub(super) fn string(text: &str, start: usize) -> Result<(Cow<'_, str>, usize), Wrong> {
    let first = start + 1;
    let mut at = first;
    let mut escaped = false;
    loop {
        at = find(text, at).ok_or((text.len(), "a string is not closed"))?;
        match text.as_bytes()[at] {
            b'"' => break,
            b'\\' => {
                escaped = true;
                at += 2;
            }
            _ => return Err((at, "a control character in a string must be escaped")),
        }
    }
    let raw = &text[first..at];
    if !escaped {
        return Ok((Cow::Borrowed(raw), at + 1));
    }
    match unescape(raw) {
        Ok(text) => Ok((Cow::Owned(text), at + 1)),
        Err((offset, message)) => Err((first + offset, message)),
    }
}

/// Which bytes to stop at.
type Stops = [bool; 256];

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
fn find(text: &str, from: usize) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    let at = rest
        .iter()
        .position(|byte| SPECIAL_IN_STRINGS[usize::from(*byte)])?;
    Some(from + at)
}

fn unescape(raw: &str) -> Result<String, Wrong> {
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
