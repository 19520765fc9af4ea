//! The records of a journal.
//!
//! A record is whole words. The upper half of the first word is a checksum over the position and
//! all else of the record. The lower half is the number of a series for a point that is a number,
//! which is nearly every one; for anything else it is a kind and a length:
//!
//! | first word, lower half | words that follow |
//! |---|---|
//! | number of a series | epoch, step, microseconds, bits of the number |
//! | `CHANGES` + length | text: a list of changes as JSON, which are made all or none |
//! | `SERIES` + length | number of the series, aggregate (2 words), texts: name, phase |
//! | `JSON` + length | number of the series, epoch, step, microseconds, text |
//!
//! A text is its length in bytes and then the bytes, filled up with zeros.
//!
//! In the first layout an aggregate was named by the id of its experiment (2 words) and its own, a
//! text before the others. The first two had no changes but points.

use uuid::Uuid;

use super::layout::Layout;
use super::map::WORD;
use crate::records::{Micros, Moment};

/// Words of a point that is a number.
pub(super) const POINT: usize = 5;

const CHANGES: u32 = 0x4000_0000;
const SERIES: u32 = 0x8000_0000;
const JSON: u32 = 0xC000_0000;
const KIND: u32 = 0xC000_0000;

/// A record as it is read.
#[derive(Debug, PartialEq)]
pub(super) enum Record {
    /// From here on a number stands for a series.
    Series {
        number: u32,
        aggregate: Named,
        name: String,
        phase: String,
    },
    /// A point whose value is a number.
    Number {
        series: u32,
        at: Moment,
        number: f64,
    },
    /// A point whose value is JSON.
    Json {
        series: u32,
        at: Moment,
        json: String,
    },
    /// Changes, as JSON.
    Changes { json: String },
}

/// How a journal names an aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// By its uuid.
    Uuid(Uuid),
    /// By the id of its experiment and its own there, in the first layout.
    Id(Uuid, String),
}

/// The words of a point that is a number.
pub(super) fn number(position: u64, series: u32, at: Moment, number: f64) -> [u64; POINT] {
    let mut words = [
        u64::from(series),
        at.epoch,
        at.step.cast_unsigned(),
        at.time.get().cast_unsigned(),
        number.to_bits(),
    ];
    seal(position, &mut words);
    words
}

/// The words of a point that is JSON.
pub(super) fn json(position: u64, series: u32, at: Moment, json: &str) -> Vec<u64> {
    let (step, time) = (at.step.cast_unsigned(), at.time.get().cast_unsigned());
    let mut words = vec![0, u64::from(series), at.epoch, step, time];
    push_text(&mut words, json);
    finish(position, JSON, words)
}

/// The words that say what a number stands for.
pub(super) fn series(
    position: u64,
    number: u32,
    aggregate: Uuid,
    name: &str,
    phase: &str,
) -> Vec<u64> {
    let (high, low) = aggregate.as_u64_pair();
    let mut words = vec![0, u64::from(number), high, low];
    for text in [name, phase] {
        push_text(&mut words, text);
    }
    finish(position, SERIES, words)
}

/// The words of changes.
pub(super) fn changes(position: u64, json: &str) -> Vec<u64> {
    let mut words = vec![0];
    push_text(&mut words, json);
    finish(position, CHANGES, words)
}

/// How many words `changes` gives.
pub(super) fn changes_words(json: &str) -> usize {
    1 + text_words(json)
}

/// How many words `json` gives.
pub(super) fn json_words(json: &str) -> usize {
    5 + text_words(json)
}

/// How many words `series` gives.
pub(super) fn series_words(name: &str, phase: &str) -> usize {
    4 + text_words(name) + text_words(phase)
}

/// Takes the record at the beginning of `words`, and says how many words it has; `None` where
/// there is no sound one.
pub(super) fn read(layout: Layout, position: u64, words: &[u64]) -> Option<(Record, usize)> {
    let first = *words.first()?;
    let tag = lower(first);
    let length = match tag & KIND {
        0 => POINT,
        _ => usize::try_from(tag & !KIND).ok()?,
    };
    let words = words.get(..length)?;
    if lower(first >> 32) != checksum(position, words) {
        return None;
    }
    let body = words.get(1..)?;
    let record = match tag {
        tag if tag & KIND == 0 => Record::Number {
            series: tag,
            at: at(body)?,
            number: f64::from_bits(*body.get(3)?),
        },
        tag if tag & KIND == SERIES => {
            let mut rest = body.get(3..)?;
            let uuid = Uuid::from_u64_pair(body[1], body[2]);
            let aggregate = match layout {
                Layout::Turns | Layout::Slots => Named::Uuid(uuid),
                Layout::Ids => {
                    let (id, others) = text(rest)?;
                    rest = others;
                    Named::Id(uuid, id)
                }
            };
            let (name, rest) = text(rest)?;
            let (phase, _) = text(rest)?;
            Record::Series {
                number: lower(body[0]),
                aggregate,
                name,
                phase,
            }
        }
        tag if tag & KIND == CHANGES => Record::Changes {
            json: text(body)?.0,
        },
        _ => Record::Json {
            series: lower(*body.first()?),
            at: at(body.get(1..)?)?,
            json: text(body.get(4..)?)?.0,
        },
    };
    Some((record, length))
}

fn at(words: &[u64]) -> Option<Moment> {
    let time = words.get(2)?.cast_signed();
    // The first layout kept some microseconds beyond the range, and what follows must not be lost
    // for them.
    let edge = if time < 0 { Micros::MIN } else { Micros::MAX };
    Some(Moment {
        epoch: *words.first()?,
        step: words.get(1)?.cast_signed(),
        time: Micros::new(time).unwrap_or(edge),
    })
}

fn finish(position: u64, kind: u32, mut words: Vec<u64>) -> Vec<u64> {
    words[0] = u64::from(kind) | words.len() as u64;
    seal(position, &mut words);
    words
}

fn seal(position: u64, words: &mut [u64]) {
    words[0] |= u64::from(checksum(position, words)) << 32;
}

/// The checksum of a record, in whose first word only the lower half counts. The position keeps
/// what an earlier round left in the slot from being taken for a record of this one.
fn checksum(position: u64, words: &[u64]) -> u32 {
    const INLINE: usize = POINT + 1;
    let mut first = [0; INLINE * WORD];
    first[..WORD].copy_from_slice(&position.to_le_bytes());
    let (head, tail) = words.split_at(words.len().min(POINT));
    for (place, word) in first[WORD..].chunks_exact_mut(WORD).zip(head) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    // The upper half of the first word is where the checksum will stand.
    first[WORD + WORD / 2..2 * WORD].fill(0);
    let mut crc = crc32fast::Hasher::new();
    crc.update(&first);
    for word in tail {
        crc.update(&word.to_le_bytes());
    }
    crc.finalize()
}

fn text_words(text: &str) -> usize {
    1 + text.len().div_ceil(WORD)
}

fn push_text(words: &mut Vec<u64>, text: &str) {
    words.push(text.len() as u64);
    for bytes in text.as_bytes().chunks(WORD) {
        let mut word = [0; WORD];
        word[..bytes.len()].copy_from_slice(bytes);
        words.push(u64::from_le_bytes(word));
    }
}

/// The text at the beginning of `words`, and what follows.
fn text(words: &[u64]) -> Option<(String, &[u64])> {
    let (length, words) = words.split_first()?;
    let length = usize::try_from(*length).ok()?;
    let (text, rest) = words.split_at_checked(length.div_ceil(WORD))?;
    let mut bytes: Vec<u8> = text.iter().flat_map(|word| word.to_le_bytes()).collect();
    bytes.truncate(length);
    Some((String::from_utf8(bytes).ok()?, rest))
}

#[expect(clippy::cast_possible_truncation, reason = "that is what it is for")]
fn lower(word: u64) -> u32 {
    word as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_at() -> impl Strategy<Value = Moment> {
        let time = Micros::MIN.get()..=Micros::MAX.get();
        (any::<u64>(), any::<i64>(), time).prop_map(|(epoch, step, time)| Moment {
            epoch,
            step,
            time: Micros::new(time).unwrap(),
        })
    }

    /// As the layout of today has it.
    fn read(position: u64, words: &[u64]) -> Option<(Record, usize)> {
        super::read(Layout::Slots, position, words)
    }

    proptest! {
        #[test]
        fn records_come_back(
            position: u64, name: String, phase: String, json_text: String, text: String,
            at in any_at(), bits: u64, series_number in 0..CHANGES,
        ) {
            let uuid = Uuid::from_u64_pair(position, bits);
            let mut words = series(position, series_number, uuid, &name, &phase);
            prop_assert_eq!(words.len(), series_words(&name, &phase));
            let length = words.len();
            words.push(7);
            let aggregate = Named::Uuid(uuid);
            let record = Record::Series { number: series_number, aggregate, name, phase };
            prop_assert_eq!(read(position, &words), Some((record, length)));

            let words = json(position, series_number, at, &json_text);
            prop_assert_eq!(words.len(), json_words(&json_text));
            let length = words.len();
            let record = Record::Json { series: series_number, at, json: json_text };
            prop_assert_eq!(read(position, &words), Some((record, length)));

            let words = changes(position, &text);
            prop_assert_eq!(words.len(), changes_words(&text));
            let length = words.len();
            prop_assert_eq!(read(position, &words), Some((Record::Changes { json: text }, length)));

            let words = number(position, series_number, at, f64::from_bits(bits));
            match read(position, &words) {
                Some((Record::Number { series, at: read, number }, POINT)) => {
                    prop_assert_eq!((series, read, number.to_bits()), (series_number, at, bits));
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }

        #[test]
        fn a_torn_record_is_none(
            position: u64, at in any_at(), bits: u64, word in 0..POINT, bit in 0..64,
        ) {
            let mut words = number(position, 3, at, f64::from_bits(bits));
            words[word] ^= 1_u64 << bit;
            prop_assert_eq!(read(position, &words), None);
        }

        #[test]
        fn nothing_panics(position: u64, words: Vec<u64>) {
            let _ = read(position, &words);
            let _ = super::read(Layout::Ids, position, &words);
        }
    }

    #[test]
    fn a_record_without_words_is_none() {
        let words = [u64::from(SERIES) | u64::from(checksum(40, &[])) << 32];
        assert_eq!(read(40, &words), None);
    }

    #[test]
    fn a_record_of_another_position_is_none() {
        let at = Moment {
            epoch: 1,
            step: 2,
            time: Micros::default(),
        };
        let words = number(40, 0, at, 0.5);
        assert!(read(40, &words).is_some());
        assert!(read(41, &words).is_none());
    }
}
