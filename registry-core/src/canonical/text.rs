//! JSON strings as Python's `json.dumps` writes them.

use super::writer::{Mode, Writer};

impl Writer {
    /// Writes `text` with quotes and ASCII escapes, as `json.dumps` with `ensure_ascii`.
    pub(crate) fn put_string(&mut self, text: &str) {
        self.put("\"");
        let mut written = 0;
        for (at, character) in special_characters(text) {
            self.put(&text[written..at]);
            self.put_escape(character);
            written = at + character.len_utf8();
        }
        self.put(&text[written..]);
        self.put("\"");
    }

    fn put_escape(&mut self, character: char) {
        self.put(match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    for byte in [b'\\', b'u'].into_iter().chain(hex(*unit)) {
                        self.put(char::from(byte).encode_utf8(&mut [0; 4]));
                    }
                }
                return;
            }
        });
    }
}

/// Four hex digits.
fn hex(unit: u16) -> [u8; 4] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [12, 8, 4, 0].map(|shift| DIGITS[usize::from((unit >> shift) & 0xf)])
}

/// `text` as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let mut writer = Writer::text(text.len() + 2, Mode::Identity);
    writer.put_string(text);
    writer.into_text()
}

/// The characters that are not written as they stand, with their positions.
fn special_characters(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let plain = text.as_bytes()[from..]
            .iter()
            .position(|&byte| !(b' '..=b'~').contains(&byte) || byte == b'"' || byte == b'\\')?;
        let at = from + plain;
        let character = text[at..].chars().next()?;
        from = at + character.len_utf8();
        Some((at, character))
    })
}
