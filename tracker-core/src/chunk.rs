//! Many points in one blob, a column after the other: what every SQL store keeps of a history. With the
//! feature `chunk`.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | the version of this layout: 2 |
//! | 4 | the CRC-32 of the number of points, a `u64`, and of all bytes behind it |
//! | 3 x 4 | the lengths of the columns of epochs, steps and times |
//! | the rest | the columns of epochs, steps, times and numbers, as `pco` writes them |
//!
//! Integers are little-endian. Version 1 has a checksum of another kind in 8 bytes, and steps without
//! a sign; it is read, and not checked.
//!
//! # Examples
//!
//! ```
//! use tracker_core::{Moment, Series, chunk};
//!
//! let mut loss = Series::new("loss", "train");
//! for step in 0..1_000 {
//!     loss.push_number(Moment { step, ..Moment::default() }, 0.5);
//! }
//! let blob = chunk::encode(&loss, 0..loss.len())?;
//! assert!(blob.len() < 200);
//!
//! let mut back = Series::new("loss", "train");
//! chunk::Chunk::open(&blob, 1_000)?.append_to(&mut back)?;
//! assert_eq!(back, loss);
//! # Ok::<(), String>(())
//! ```

mod number;
mod thin;

use std::ops::Range;

use pco::data_types::Number;
use pco::standalone::{simple_compress_into, simple_decompress_into};
use pco::{ChunkConfig, DeltaSpec, ModeSpec};

use crate::records::{Columns, Series};

pub use number::{number, ordered};
pub use thin::thin;

/// No chunk has more points, so that a damaged count asks for no more memory than this.
pub const MOST: usize = 1 << 16;

/// A chunk that has fewer points is written anew when more arrive: it is not full.
pub const FULL: usize = 8_192;

/// So many points of a series stand by themselves at most: few enough to read quickly, and enough
/// that slow logging does not write a chunk each time.
const LOOSE: u64 = 1_024;

const VERSION: u8 = 2;
const CHECKSUM: Range<usize> = 1..5;
const LENGTHS: usize = 3 * 4;
/// Where the columns begin.
const COLUMNS: usize = CHECKSUM.end + LENGTHS;
/// The same in version 1.
const COLUMNS_1: usize = 9 + LENGTHS;

/// So many points are decoded sooner than a thread has started.
pub const LONG: usize = 100_000;

/// Above this level the numbers hardly get smaller, and encoding takes several times as long.
const LEVEL: usize = 4;

/// How many of the `count` points of a series should stand in chunks, where `chunked` did before the
/// last arrived: all or no more, as a blob is worth its while.
pub fn target(chunked: u64, count: u64) -> u64 {
    if count.saturating_sub(chunked) > LOOSE {
        count
    } else {
        chunked
    }
}

/// Writes the points at `range`, of which there are at most [`MOST`]. The values of JSON points are
/// not in the blob.
///
/// # Errors
///
/// A sentence, where a column cannot be encoded.
pub fn encode(points: &Series, range: Range<usize>) -> Result<Vec<u8>, String> {
    let counters = ChunkConfig::default()
        .with_compression_level(LEVEL)
        .with_mode_spec(ModeSpec::Classic)
        .with_delta_spec(DeltaSpec::TryConsecutive(1));
    // Numbers may be anything: noise, a smooth curve, widened `f32`s, decimals.
    let numbers = ChunkConfig::default().with_compression_level(LEVEL);
    let count = range.len();
    let mut blob = vec![0; COLUMNS];
    blob[0] = VERSION;
    let mut ends = [0; 3];
    blob = write(blob, &points.epochs()[range.clone()], &counters)?;
    ends[0] = blob.len();
    blob = write(blob, &points.steps()[range.clone()], &counters)?;
    ends[1] = blob.len();
    blob = write(blob, &points.times()[range.clone()], &counters)?;
    ends[2] = blob.len();
    blob = write(blob, &points.numbers()[range], &numbers)?;

    let starts = [COLUMNS, ends[0], ends[1]];
    let lengths = std::iter::zip(ends, starts).map(|(end, start)| end - start);
    for (place, length) in blob[CHECKSUM.end..COLUMNS].chunks_exact_mut(4).zip(lengths) {
        let length = u32::try_from(length).map_err(|_| damaged("a column is too long"))?;
        place.copy_from_slice(&length.to_le_bytes());
    }
    let sum = checksum(count, &blob[CHECKSUM.end..]);
    blob[CHECKSUM].copy_from_slice(&sum.to_le_bytes());
    Ok(blob)
}

/// A chunk that is as it was written, and not decoded yet.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'b> {
    version: u8,
    count: usize,
    epochs: &'b [u8],
    steps: &'b [u8],
    times: &'b [u8],
    numbers: &'b [u8],
}

impl<'b> Chunk<'b> {
    /// Takes a blob that holds `count` points, and checks that it is as it was written.
    ///
    /// # Errors
    ///
    /// A sentence, where it is damaged, or a later version wrote it.
    pub fn open(blob: &'b [u8], count: usize) -> Result<Self, String> {
        if count > MOST {
            return Err(damaged("it claims too many points"));
        }
        let version = *blob.first().ok_or_else(|| damaged("it is too short"))?;
        let start = match version {
            1 => COLUMNS_1,
            VERSION => COLUMNS,
            _ => return Err(damaged("its layout is unknown")),
        };
        let (head, columns) = blob
            .split_at_checked(start)
            .ok_or_else(|| damaged("it is too short"))?;
        if version == VERSION
            && checksum(count, &blob[CHECKSUM.end..]).to_le_bytes() != head[CHECKSUM]
        {
            return Err(damaged("its checksum does not agree"));
        }
        let mut lengths = head[start - LENGTHS..].chunks_exact(4);
        let mut rest = columns;
        let mut column = || -> Result<&'b [u8], String> {
            let length = lengths.next().and_then(|bytes| bytes.try_into().ok());
            let length = u32::from_le_bytes(length.unwrap_or_default()) as usize;
            let (column, others) = rest
                .split_at_checked(length)
                .ok_or_else(|| damaged("it is too short"))?;
            rest = others;
            Ok(column)
        };
        Ok(Self {
            version,
            count,
            epochs: column()?,
            steps: column()?,
            times: column()?,
            numbers: rest,
        })
    }

    /// How many points it holds.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Appends the points to a series.
    ///
    /// # Errors
    ///
    /// A sentence, where a column is damaged.
    pub fn append_to(&self, series: &mut Series) -> Result<(), String> {
        series.extend_by(self.count, |epochs, steps, times, numbers| {
            self.read(&mut Target {
                epochs,
                steps,
                times,
                numbers,
            })
        })
    }

    /// Decodes all columns into these, which have the length of the chunk.
    fn read(&self, into: &mut Target<'_>) -> Result<(), String> {
        read(self.epochs, into.epochs)?;
        if self.version == 1 {
            // Steps had no sign.
            let mut steps = vec![0_u64; self.count];
            read(self.steps, &mut steps)?;
            for (place, step) in into.steps.iter_mut().zip(steps) {
                *place = step.cast_signed();
            }
        } else {
            read(self.steps, into.steps)?;
        }
        read(self.times, into.times)?;
        read(self.numbers, into.numbers)
    }
}

/// Where the points of a chunk are to be written.
struct Target<'c> {
    epochs: &'c mut [u64],
    steps: &'c mut [i64],
    times: &'c mut [i64],
    numbers: &'c mut [f64],
}

impl<'c> Target<'c> {
    fn of(columns: &'c mut Columns) -> Self {
        Self {
            epochs: &mut columns.epochs,
            steps: &mut columns.steps,
            times: &mut columns.times,
            numbers: &mut columns.numbers,
        }
    }

    /// The first so many places, and the others.
    fn split(self, count: usize) -> (Self, Self) {
        let (epochs, more_epochs) = self.epochs.split_at_mut(count);
        let (steps, more_steps) = self.steps.split_at_mut(count);
        let (times, more_times) = self.times.split_at_mut(count);
        let (numbers, more_numbers) = self.numbers.split_at_mut(count);
        let first = Self {
            epochs,
            steps,
            times,
            numbers,
        };
        let others = Self {
            epochs: more_epochs,
            steps: more_steps,
            times: more_times,
            numbers: more_numbers,
        };
        (first, others)
    }
}

/// Decodes chunks, one behind the other; those of a long history on several threads.
///
/// # Errors
///
/// A sentence, where a column is damaged.
pub fn decode(chunks: &[Chunk<'_>]) -> Result<Columns, String> {
    let count = chunks.iter().map(Chunk::count).sum();
    let mut columns = Columns {
        epochs: vec![0; count],
        steps: vec![0; count],
        times: vec![0; count],
        numbers: vec![0.0; count],
        json: Vec::new(),
    };
    let target = Target::of(&mut columns);
    let threads = match std::thread::available_parallelism() {
        Ok(threads) if count > LONG => threads.get().min(4),
        _ => 1,
    };
    decode_on(threads, chunks, target)?;
    Ok(columns)
}

/// Decodes chunks on so many threads, this one among them.
fn decode_on(threads: usize, chunks: &[Chunk<'_>], target: Target<'_>) -> Result<(), String> {
    if threads <= 1 || chunks.len() <= 1 {
        let mut rest = target;
        for chunk in chunks {
            let (mut place, others) = rest.split(chunk.count);
            chunk.read(&mut place)?;
            rest = others;
        }
        return Ok(());
    }
    let (first, others) = chunks.split_at(chunks.len().div_ceil(threads));
    let (place, rest) = target.split(first.iter().map(Chunk::count).sum());
    std::thread::scope(|scope| {
        let helper = scope.spawn(|| decode_on(threads - 1, others, rest));
        let done = decode_on(1, first, place);
        let helped = helper.join();
        done.and(helped.unwrap_or_else(|_| Err(damaged("a thread has panicked"))))
    })
}

fn read<T: Number>(bytes: &[u8], column: &mut [T]) -> Result<(), String> {
    let progress =
        simple_decompress_into(bytes, column).map_err(|problem| damaged(&problem.to_string()))?;
    if progress.n_processed == column.len() && progress.finished {
        Ok(())
    } else {
        Err(damaged("its columns are not of one length"))
    }
}

fn write<T: Number>(blob: Vec<u8>, column: &[T], config: &ChunkConfig) -> Result<Vec<u8>, String> {
    simple_compress_into(column, config, blob).map_err(|problem| damaged(&problem.to_string()))
}

fn damaged(problem: &str) -> String {
    format!("a chunk of points cannot be read: {problem}")
}

fn checksum(count: usize, bytes: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&(count as u64).to_le_bytes());
    sum.update(bytes);
    sum.finalize()
}

#[cfg(test)]
mod tests {
    use super::{Chunk, encode};
    use crate::records::{Micros, Moment, Series};
    use proptest::prelude::*;

    type Point = (u64, i64, i64, u64);

    fn series(points: &[Point]) -> Series {
        let mut series = Series::new("loss", "");
        for (epoch, step, time, bits) in points {
            let at = Moment {
                epoch: *epoch,
                step: *step,
                time: Micros::new(*time).unwrap(),
            };
            series.push_number(at, f64::from_bits(*bits));
        }
        series
    }

    fn decode(blob: &[u8], count: usize) -> Result<Series, String> {
        let mut series = Series::new("loss", "");
        Chunk::open(blob, count)?.append_to(&mut series)?;
        Ok(series)
    }

    fn bits(series: &Series) -> Vec<u64> {
        series.numbers().iter().map(|n| n.to_bits()).collect()
    }

    fn any_points() -> impl Strategy<Value = Vec<Point>> {
        let special = [0.0, -0.0, f64::NAN, f64::INFINITY, 5e-324, 0.1, 1e300];
        let special = prop::sample::select(special.map(f64::to_bits).to_vec());
        let number = prop_oneof![any::<u64>(), special];
        let epoch = 0..=i64::MAX.unsigned_abs();
        let time = Micros::MIN.get()..=Micros::MAX.get();
        prop::collection::vec((epoch, any::<i64>(), time, number), 1..200)
    }

    /// Curves of all kinds, for which `pco` has ways of its own; some numbers break each of them.
    fn any_curve() -> impl Strategy<Value = Vec<Point>> {
        (0..4_u8, any::<u64>(), 1..5_000_u16).prop_map(|(kind, odd, count)| {
            let value = |at: u16| match kind {
                _ if at % 97 == 96 => f64::from_bits(odd.rotate_left(u32::from(at))),
                0 => 1.0 / (f64::from(at) + 1.0),
                1 => f64::from(f32::from(at).sin()),
                2 => f64::from(at % 700) / 1_000.0,
                _ => -0.0,
            };
            let point = |at: u16| {
                let step = i64::from(at);
                (u64::from(at / 9), step, step * 7, value(at).to_bits())
            };
            (0..count).map(point).collect()
        })
    }

    proptest! {
        #[test]
        fn every_bit_comes_back(points in prop_oneof![any_points(), any_curve()]) {
            let given = series(&points);
            let blob = encode(&given, 0..given.len()).unwrap_or_default();
            let read = decode(&blob, points.len()).unwrap();
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
            // What turns into the first layout has no checksum that could tell.
            prop_assume!(blob.first() != Some(&1));
            prop_assert!(decode(&blob, points.len()).is_err());
        }
    }

    #[test]
    fn many_chunks_are_decoded_in_their_order() {
        let points: Vec<Point> = (0..150_000_i64)
            .map(|at| (at.cast_unsigned() / 9, at, at * 7, at.cast_unsigned()))
            .collect();
        let given = series(&points);
        let ranges = (0..given.len()).step_by(8_000);
        let blobs = ranges.map(|start| {
            let end = given.len().min(start + 8_000);
            (encode(&given, start..end).unwrap(), end - start)
        });
        let blobs: Vec<_> = blobs.collect();
        let chunks = blobs
            .iter()
            .map(|(blob, count)| Chunk::open(blob, *count).unwrap());
        let mut read = Series::new("loss", "");
        read.extend(super::decode(&chunks.collect::<Vec<_>>()).unwrap())
            .unwrap();
        assert_eq!(read, given);
    }

    #[test]
    fn a_wrong_count_is_found() {
        let given = series(&[(1, 2, 3, 4); 300]);
        let blob = encode(&given, 0..300).unwrap_or_default();
        for count in [0, 299, 301, usize::MAX] {
            assert!(decode(&blob, count).is_err(), "{count}");
        }
    }
}
