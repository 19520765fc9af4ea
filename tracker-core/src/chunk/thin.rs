//! Thins a history while its chunks are decoded, so that of a long one only what is shown is ever in
//! memory at once.

use uuid::Uuid;

use super::{Chunk, Target, damaged};
use crate::ports::{Axis, Histories, History, Pieces, Specials};
use crate::records::{Columns, Micros, Moment, Series};

/// Thins the history that these chunks hold, with the points behind them in `rest`, which has the
/// name and the phase: the same as [`Histories::take`] of all points. The history begins and ends at
/// the moments that its summary has.
///
/// `None` where that does not go, and all points must be read: where the points did not arrive in the
/// order of the history and of the axis, or where no number of points is wanted.
///
/// # Errors
///
/// A sentence, where a chunk is damaged.
pub fn thin(
    wanted: &Histories,
    aggregate: Uuid,
    chunks: &[Chunk<'_>],
    rest: &Series,
    ends: (Moment, Moment),
) -> Result<Option<History>, String> {
    let count: usize = chunks.iter().map(Chunk::count).sum::<usize>() + rest.len();
    if !rest.json().is_empty() || wanted.most.is_none_or(|most| count <= most) {
        return Ok(None);
    }
    let at = |at: Moment| match wanted.axis {
        Axis::Step => at.step,
        Axis::Epoch => at.epoch.cast_signed(),
        Axis::Time => at.time.get(),
    };
    let pieces = wanted.pieces((at(ends.0), at(ends.1)));
    let threads = match std::thread::available_parallelism() {
        Ok(threads) if count > super::LONG => threads.get().min(4),
        _ => 1,
    };
    let Some(mut thinned) = thin_on(threads, wanted, pieces, chunks)? else {
        return Ok(None);
    };
    let mut last = Thinned::new(pieces);
    let columns = Columns {
        epochs: rest.epochs().to_vec(),
        steps: rest.steps().to_vec(),
        times: rest.times().to_vec(),
        numbers: rest.numbers().to_vec(),
        json: Vec::new(),
    };
    if !last.add(wanted, &columns) || !thinned.append(last) {
        return Ok(None);
    }
    // All of a range that is short enough are shown.
    if wanted.most.is_none_or(|most| thinned.total <= most as u64) {
        return Ok(None);
    }
    let mut series = Series::new(rest.name(), rest.phase());
    let mut specials = thinned.specials;
    specials.json = 0;
    for piece in &thinned.found {
        for (moment, number) in piece.points() {
            series.push_number(moment, number);
        }
    }
    Ok(Some(History {
        aggregate,
        series,
        total: thinned.total,
        specials,
    }))
}

/// Thins chunks on so many threads, this one among them; `None` where they are not in order.
fn thin_on(
    threads: usize,
    wanted: &Histories,
    pieces: Pieces,
    chunks: &[Chunk<'_>],
) -> Result<Option<Thinned>, String> {
    if threads <= 1 || chunks.len() <= 1 {
        let mut thinned = Thinned::new(pieces);
        let mut columns = Columns::default();
        for chunk in chunks {
            columns.epochs.resize(chunk.count, 0);
            columns.steps.resize(chunk.count, 0);
            columns.times.resize(chunk.count, 0);
            columns.numbers.resize(chunk.count, 0.0);
            chunk.read(&mut Target::of(&mut columns))?;
            if !thinned.add(wanted, &columns) {
                return Ok(None);
            }
        }
        return Ok(Some(thinned));
    }
    let (first, others) = chunks.split_at(chunks.len().div_ceil(threads));
    std::thread::scope(|scope| {
        let helper = scope.spawn(|| thin_on(threads - 1, wanted, pieces, others));
        let thinned = thin_on(1, wanted, pieces, first);
        let helped = helper.join();
        let helped = helped.unwrap_or_else(|_| Err(damaged("a thread has panicked")));
        Ok(match (thinned?, helped?) {
            (Some(mut thinned), Some(later)) => thinned.append(later).then_some(thinned),
            _ => None,
        })
    })
}

/// A point of a history: which it is, its moment and its number.
type Point = (u64, Moment, f64);

/// What is kept of a piece.
struct Kept {
    piece: u128,
    first: Point,
    last: Point,
    /// None where every number is NaN.
    least: Option<Point>,
    most: Option<Point>,
}

impl Kept {
    /// Takes in what is kept of the rest of the same piece.
    fn append(&mut self, later: &Self) {
        let later_least = later
            .least
            .filter(|(_, _, number)| self.least.is_none_or(|(_, _, least)| *number < least));
        let later_most = later
            .most
            .filter(|(_, _, number)| self.most.is_none_or(|(_, _, most)| *number > most));
        self.least = later_least.or(self.least);
        self.most = later_most.or(self.most);
        self.last = later.last;
    }

    /// What is kept, in its order, each once.
    fn points(&self) -> impl Iterator<Item = (Moment, f64)> {
        let mut points = vec![self.first, self.last];
        points.extend(self.least);
        points.extend(self.most);
        points.sort_by_key(|(index, ..)| *index);
        points.dedup_by_key(|(index, ..)| *index);
        points
            .into_iter()
            .map(|(_, moment, number)| (moment, number))
    }
}

/// A part of a history, thinned.
struct Thinned {
    pieces: Pieces,
    found: Vec<Kept>,
    /// How many points the part has, in the range or not.
    count: u64,
    /// How many of them are in the range.
    total: u64,
    specials: Specials,
    /// The first and the last point, by epoch and step and by place, to see that parts are in order.
    ends: Option<(Place, Place)>,
}

type Place = ((u64, i64), i64);

impl Thinned {
    fn new(pieces: Pieces) -> Self {
        Self {
            pieces,
            found: Vec::new(),
            count: 0,
            total: 0,
            specials: Specials::default(),
            ends: None,
        }
    }

    /// Takes in the points behind; `false` where they are not in order.
    fn add(&mut self, wanted: &Histories, columns: &Columns) -> bool {
        let Columns {
            epochs,
            steps,
            times,
            numbers,
            ..
        } = columns;
        let as_places: Vec<i64>;
        let places = match wanted.axis {
            Axis::Step => steps,
            Axis::Time => times,
            Axis::Epoch => {
                as_places = epochs.iter().map(|epoch| epoch.cast_signed()).collect();
                &as_places
            }
        };
        let Some(last) = numbers.len().checked_sub(1) else {
            return true;
        };
        let place = |at: usize| ((epochs[at], steps[at]), places[at]);
        let in_order = (1..=last).all(|at| {
            (epochs[at - 1], steps[at - 1]) <= (epochs[at], steps[at])
                && places[at - 1] <= places[at]
        });
        if !in_order || !self.is_before(place(0)) {
            return false;
        }
        let start = wanted
            .from
            .map_or(0, |from| places.partition_point(|place| *place < from));
        let end = wanted.to.map_or(numbers.len(), |to| {
            places.partition_point(|place| *place <= to)
        });
        let point = |at: usize| {
            let time = Micros::new(times[at])?;
            let (epoch, step) = (epochs[at], steps[at]);
            Some((
                self.count + at as u64,
                Moment { epoch, step, time },
                numbers[at],
            ))
        };
        let mut at = start;
        let mut found = Vec::new();
        while at < end {
            let piece = self.pieces.of(places[at]);
            let next = self.pieces.end(piece);
            let behind = at + places[at..end].partition_point(|place| i128::from(*place) < next);
            let behind = behind.max(at + 1);
            let (least, most) = extremes(&numbers[at..behind]);
            let extreme = |found: Option<usize>| found.and_then(|offset| point(at + offset));
            let (Some(first), Some(last)) = (point(at), point(behind - 1)) else {
                return false;
            };
            found.push(Kept {
                piece,
                first,
                last,
                least: extreme(least),
                most: extreme(most),
            });
            at = behind;
        }
        self.note_specials(
            &places[start..end.max(start)],
            &numbers[start..end.max(start)],
        );
        self.total += end.saturating_sub(start) as u64;
        self.count += numbers.len() as u64;
        self.ends = Some((self.ends.map_or(place(0), |ends| ends.0), place(last)));
        for kept in found {
            self.push(kept);
        }
        true
    }

    /// Takes in the part behind; `false` where it is not behind.
    fn append(&mut self, later: Self) -> bool {
        let Some((first, last)) = later.ends else {
            return true;
        };
        if !self.is_before(first) {
            return false;
        }
        for mut kept in later.found {
            let ends = [Some(&mut kept.first), Some(&mut kept.last)];
            let extremes = [kept.least.as_mut(), kept.most.as_mut()];
            for point in ends.into_iter().chain(extremes).flatten() {
                point.0 += self.count;
            }
            self.push(kept);
        }
        self.count += later.count;
        self.total += later.total;
        self.specials.nan += later.specials.nan;
        self.specials.infinite += later.specials.infinite;
        self.specials.first = self.specials.first.or(later.specials.first);
        self.ends = Some((self.ends.map_or(first, |ends| ends.0), last));
        true
    }

    fn push(&mut self, kept: Kept) {
        match self.found.last_mut() {
            Some(last) if last.piece == kept.piece => last.append(&kept),
            _ => self.found.push(kept),
        }
    }

    fn is_before(&self, (at, place): Place) -> bool {
        self.ends
            .is_none_or(|(_, (last_at, last_place))| last_at <= at && last_place <= place)
    }

    fn note_specials(&mut self, places: &[i64], numbers: &[f64]) {
        if numbers.iter().all(|number| number.is_finite()) {
            return;
        }
        for (place, number) in places.iter().zip(numbers) {
            if number.is_nan() {
                self.specials.nan += 1;
            } else if number.is_infinite() {
                self.specials.infinite += 1;
            } else {
                continue;
            }
            self.specials.first.get_or_insert(*place);
        }
    }
}

/// Where the first of the smallest and of the largest numbers stands.
fn extremes(numbers: &[f64]) -> (Option<usize>, Option<usize>) {
    // Comparisons alone, so that the compiler makes several at once; NaN is neither.
    let mut least = f64::INFINITY;
    let mut most = f64::NEG_INFINITY;
    for number in numbers {
        least = if *number < least { *number } else { least };
        most = if *number > most { *number } else { most };
    }
    #[expect(clippy::float_cmp, reason = "it is one of them")]
    let find = |extreme: f64| numbers.iter().position(|number| *number == extreme);
    (find(least), find(most))
}
