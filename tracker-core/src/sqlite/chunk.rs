//! Many points in one blob, a column after the other.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | the version of this layout |
//! | 8 | a checksum of the number of points and all bytes behind it |
//! | 3 x 4 | the lengths of the columns of epochs, steps and times |
//! | the rest | the columns of epochs, steps, times and numbers, as `pco` writes them |
//!
//! Integers are little-endian.

use std::ops::Range;

use pco::data_types::Number;
use pco::standalone::{simple_compress_into, simple_decompress_into};
use pco::{ChunkConfig, DeltaSpec, ModeSpec};

use super::fault::Fault;
use crate::series::Series;

/// No chunk has more points, so that a damaged count asks for no more memory than this.
pub(super) const MOST: usize = 1 << 16;

const VERSION: u8 = 1;
const CHECKSUM: Range<usize> = 1..9;
const LENGTHS: Range<usize> = 9..21;

/// Above this level the numbers hardly get smaller, and encoding takes several times as long.
const LEVEL: usize = 4;

/// Writes the points at `range`, of which there are at most [`MOST`].
pub(super) fn encode(points: &Series, range: Range<usize>) -> Result<Vec<u8>, Fault> {
    let counters = ChunkConfig::default()
        .with_compression_level(LEVEL)
        .with_mode_spec(ModeSpec::Classic)
        .with_delta_spec(DeltaSpec::TryConsecutive(1));
    // Numbers may be anything: noise, a smooth curve, widened `f32`s, decimals.
    let numbers = ChunkConfig::default().with_compression_level(LEVEL);
    let count = range.len();
    let mut blob = vec![0; LENGTHS.end];
    blob[0] = VERSION;
    let mut ends = [0; 3];
    blob = write(blob, &points.epochs()[range.clone()], &counters)?;
    ends[0] = blob.len();
    blob = write(blob, &points.steps()[range.clone()], &counters)?;
    ends[1] = blob.len();
    blob = write(blob, &points.times()[range.clone()], &counters)?;
    ends[2] = blob.len();
    blob = write(blob, &points.numbers()[range], &numbers)?;

    let starts = [LENGTHS.end, ends[0], ends[1]];
    let lengths = std::iter::zip(ends, starts).map(|(end, start)| end - start);
    for (place, length) in blob[LENGTHS].chunks_exact_mut(4).zip(lengths) {
        let length = u32::try_from(length).map_err(|_| damaged("a column is too long"))?;
        place.copy_from_slice(&length.to_le_bytes());
    }
    let sum = checksum(count, &blob[CHECKSUM.end..]);
    blob[CHECKSUM].copy_from_slice(&sum.to_le_bytes());
    Ok(blob)
}

/// Appends the points of a chunk.
pub(super) fn decode(blob: &[u8], count: usize, points: &mut Series) -> Result<(), Fault> {
    if count > MOST {
        return Err(damaged("it claims too many points"));
    }
    let (head, mut columns) = blob
        .split_at_checked(LENGTHS.end)
        .ok_or_else(|| damaged("it is too short"))?;
    if head[0] != VERSION {
        return Err(damaged("its layout is unknown"));
    }
    if checksum(count, &blob[CHECKSUM.end..]).to_le_bytes() != head[CHECKSUM] {
        return Err(damaged("its checksum does not agree"));
    }
    let mut lengths = head[LENGTHS].chunks_exact(4);
    let mut column = || -> Result<&[u8], Fault> {
        let Some(&[a, b, c, d]) = lengths.next() else {
            return Ok(columns);
        };
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        let (column, rest) = columns
            .split_at_checked(length)
            .ok_or_else(|| damaged("it is too short"))?;
        columns = rest;
        Ok(column)
    };
    let (epochs, steps, times, numbers) = points.grow(count);
    read(column()?, epochs)?;
    read(column()?, steps)?;
    read(column()?, times)?;
    read(column()?, numbers)
}

fn write<T: Number>(blob: Vec<u8>, column: &[T], config: &ChunkConfig) -> Result<Vec<u8>, Fault> {
    simple_compress_into(column, config, blob).map_err(|problem| damaged(&problem.to_string()))
}

fn read<T: Number>(bytes: &[u8], column: &mut [T]) -> Result<(), Fault> {
    let progress =
        simple_decompress_into(bytes, column).map_err(|problem| damaged(&problem.to_string()))?;
    if progress.n_processed == column.len() && progress.finished {
        Ok(())
    } else {
        Err(damaged("its columns are not of one length"))
    }
}

fn damaged(problem: &str) -> Fault {
    Fault::Damaged(format!("a chunk of points cannot be read: {problem}"))
}

/// Another number after any change within one word of eight bytes, and after nearly any other.
fn checksum(count: usize, bytes: &[u8]) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(ODD).rotate_left(29);
    let mut words = bytes.chunks_exact(8);
    let mut sum = mix(count as u64, bytes.len() as u64);
    for word in &mut words {
        let mut eight = [0; 8];
        eight.copy_from_slice(word);
        sum = mix(sum, u64::from_le_bytes(eight));
    }
    let mut last = [0; 8];
    last[..words.remainder().len()].copy_from_slice(words.remainder());
    mix(sum, u64::from_le_bytes(last))
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use crate::series::Series;
    use crate::sqlite::fault::Fault;
    use proptest::prelude::*;

    fn series(points: &[(u64, u64, i64, u64)]) -> Series {
        let mut series = Series::new("loss", "");
        for (epoch, step, time, bits) in points {
            series.push_number(*epoch, *step, *time, f64::from_bits(*bits));
        }
        series
    }

    fn bits(series: &Series) -> Vec<u64> {
        series.numbers().iter().map(|n| n.to_bits()).collect()
    }

    fn any_points() -> impl Strategy<Value = Vec<(u64, u64, i64, u64)>> {
        let special = [0.0, -0.0, f64::NAN, f64::INFINITY, 5e-324, 0.1, 1e300];
        let special = prop::sample::select(special.map(f64::to_bits).to_vec());
        let number = prop_oneof![any::<u64>(), special];
        prop::collection::vec((any::<u64>(), any::<u64>(), any::<i64>(), number), 1..200)
    }

    /// Curves of all kinds, for which `pco` has ways of its own; some numbers break each of them.
    fn any_curve() -> impl Strategy<Value = Vec<(u64, u64, i64, u64)>> {
        (0..4_u8, any::<u64>(), 1..5_000_u16).prop_map(|(kind, odd, count)| {
            let value = |at: u16| match kind {
                _ if at % 97 == 96 => f64::from_bits(odd.rotate_left(u32::from(at))),
                0 => 1.0 / (f64::from(at) + 1.0),
                1 => f64::from(f32::from(at).sin()),
                2 => f64::from(at % 700) / 1_000.0,
                _ => -0.0,
            };
            let point = |at: u16| {
                let step = u64::from(at);
                (step / 9, step, i64::from(at) * 7, value(at).to_bits())
            };
            (0..count).map(point).collect()
        })
    }

    proptest! {
        #[test]
        fn every_bit_comes_back(points in prop_oneof![any_points(), any_curve()]) {
            let given = series(&points);
            let blob = encode(&given, 0..given.len()).unwrap_or_default();
            let mut read = Series::new("loss", "");
            prop_assert!(decode(&blob, points.len(), &mut read).is_ok());
            prop_assert_eq!(&read, &given);
            prop_assert_eq!(bits(&read), bits(&given));
        }

        #[test]
        fn damage_is_found(
            points in any_points(), at: prop::sample::Index, flip in 1..=u8::MAX, cut: bool
        ) {
            let given = series(&points);
            let mut blob = encode(&given, 0..given.len()).unwrap_or_default();
            let at = at.index(blob.len());
            if cut {
                blob.truncate(at);
            } else {
                blob[at] ^= flip;
            }
            let found = decode(&blob, points.len(), &mut Series::new("loss", ""));
            prop_assert!(matches!(found, Err(Fault::Damaged(_))));
        }
    }

    #[test]
    fn a_wrong_count_is_found() {
        let given = series(&[(1, 2, 3, 4); 300]);
        let blob = encode(&given, 0..300).unwrap_or_default();
        for count in [0, 299, 301, usize::MAX] {
            let found = decode(&blob, count, &mut Series::new("loss", ""));
            assert!(matches!(found, Err(Fault::Damaged(_))), "{count}");
        }
    }
}
