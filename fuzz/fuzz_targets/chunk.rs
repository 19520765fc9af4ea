//! Blobs of points, whole and damaged: what is read is written and read again the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tracker_core::chunk::{self, Chunk};
use tracker_core::{Micros, Moment, Series};

type Point = (u32, i64, i64, u64);

fuzz_target!(|input: (Vec<Point>, u8, Vec<(u16, u8)>, u16)| {
    let (points, version, damage, more) = input;
    let written = series(&points);
    let mut blob = chunk::encode(&written, 0..written.len()).unwrap();
    assert_same(&read(&blob, points.len()).unwrap(), &written);

    // The layout before has no checksum, and a longer head.
    if version == 1 {
        blob.splice(1..1, [0; 4]);
        blob[0] = 1;
    }
    let length = blob.len();
    for (place, bits) in damage {
        blob[usize::from(place) % length] ^= bits;
    }
    // Without the right checksum nothing else is looked at.
    let count = points.len() + usize::from(more);
    if blob[0] == 2 {
        let mut sum = crc32fast::Hasher::new();
        sum.update(&(count as u64).to_le_bytes());
        sum.update(&blob[5..]);
        blob[1..5].copy_from_slice(&sum.finalize().to_le_bytes());
    }
    if let Ok(found) = read(&blob, count) {
        assert_eq!(found.len(), count);
        let again = chunk::encode(&found, 0..count).unwrap();
        assert_same(&read(&again, count).unwrap(), &found);
    }
});

fn series(points: &[Point]) -> Series {
    let mut series = Series::new("loss", "train");
    for &(epoch, step, time, bits) in points {
        let time = Micros::new(time % Micros::MAX.get()).unwrap_or_default();
        let epoch = epoch.into();
        series.push_number(Moment { epoch, step, time }, f64::from_bits(bits));
    }
    series
}

/// Reads in both ways, which agree.
fn read(blob: &[u8], count: usize) -> Result<Series, String> {
    let chunk = Chunk::open(blob, count)?;
    let (mut series, mut other) = (Series::new("loss", "train"), Series::new("loss", "train"));
    let appended = chunk.append_to(&mut series);
    let decoded = chunk::decode(&[chunk]).and_then(|columns| other.extend(columns));
    assert_eq!(appended.is_ok(), decoded.is_ok());
    assert_same(&series, &other);
    appended.map(|()| series)
}

/// Compares bit by bit, as a NaN is not equal to itself.
fn assert_same(left: &Series, right: &Series) {
    let columns = |series: &Series| {
        let bits: Vec<u64> = series
            .numbers()
            .iter()
            .map(|number| number.to_bits())
            .collect();
        (
            series.epochs().to_vec(),
            series.steps().to_vec(),
            series.times().to_vec(),
            bits,
        )
    };
    assert_eq!(columns(left), columns(right));
}
