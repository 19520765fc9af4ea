//! Places of an image: what convolutions, pools, paddings and resampling are made of.

use crate::Result;
use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp1, D, Error, Layout, Shape, Tensor, WithDType};
use std::borrow::Cow;
use std::ops::Range;

/// For each place of an output along a dimension, the places of the input that it is made of.
pub(super) type Places = Vec<Vec<usize>>;

/// The places of the windows of a kernel: those outside of the image are left out.
pub(super) fn places(
    count: usize,
    size: usize,
    [kernel, stride, dilation, before]: [usize; 4],
) -> Places {
    let window = |at: usize| (0..kernel).map(move |k| at * stride + k * dilation);
    let inside = |place: usize| place.checked_sub(before).filter(|place| *place < size);
    (0..count)
        .map(|at| window(at).filter_map(inside).collect())
        .collect()
}

/// The numbers at places of a dimension.
pub(super) fn select(
    xs: &Tensor,
    dim: usize,
    places: impl IntoIterator<Item = usize>,
) -> Result<Tensor> {
    let places = places.into_iter().map(|place| Ok(u32::try_from(place)?));
    let places = places.collect::<Result<Vec<_>>>()?;
    let count = places.len();
    xs.contiguous()?
        .index_select(&Tensor::from_vec(places, count, xs.device())?, dim)
}

/// The windows of an image, as one more dimension behind it: `places` are those of its dimensions, which are
/// the last ones, and are as many for each window.
pub(super) fn windows(xs: &Tensor, places: &[Places]) -> Result<Tensor> {
    let lead = xs.rank() - places.len();
    let (mut picked, mut split) = (xs.clone(), xs.dims()[..lead].to_vec());
    let mut shape = split.clone();
    for (at, places) in places.iter().enumerate() {
        picked = select(&picked, lead + at, places.iter().flatten().copied())?;
        split.extend([places.len(), places.first().map_or(0, Vec::len)]);
        shape.push(places.len());
    }
    let outer = (0..places.len()).map(|at| lead + 2 * at);
    let order: Vec<usize> = (0..lead)
        .chain(outer.clone())
        .chain(outer.map(|at| at + 1))
        .collect();
    shape.push(split[lead..].iter().skip(1).step_by(2).product());
    picked.reshape(split)?.permute(order)?.reshape(shape)
}

/// Sums of the numbers at places of a dimension, each times its weight.
pub(super) fn weighted(xs: &Tensor, dim: usize, taps: &[Vec<(usize, f64)>]) -> Result<Tensor> {
    let taps = same_length(taps, |(place, _)| (*place, 0.0));
    let (count, each) = (taps.len(), taps.first().map_or(0, Vec::len));
    let picked = select(xs, dim, taps.iter().flatten().map(|(place, _)| *place))?;
    let mut split = xs.dims().to_vec();
    split.splice(dim..=dim, [count, each]);
    let weights: Vec<f64> = taps.iter().flatten().map(|(_, weight)| *weight).collect();
    let shape = [&[count, each], &vec![1; xs.rank() - dim - 1][..]].concat();
    let weights = Tensor::from_vec(weights, shape, xs.device())?.to_dtype(xs.dtype())?;
    picked.reshape(split)?.broadcast_mul(&weights)?.sum(dim + 1)
}

/// Lists that are as long as the longest one, by something made of their first element.
fn same_length<T: Clone>(lists: &[Vec<T>], more: impl Fn(&T) -> T) -> Vec<Vec<T>> {
    let most = lists.iter().map(Vec::len).max().unwrap_or(0);
    let fill = |list: &Vec<T>| {
        let mut list = list.clone();
        if let Some(more) = list.first().map(&more) {
            list.resize(most, more);
        }
        list
    };
    lists.iter().map(fill).collect()
}

/// The largest number of each window.
///
/// candle's own pool has gradients that are not those of PyTorch, and passes over what is no number.
pub(super) fn largest(xs: &Tensor, places: &[Places]) -> Result<Tensor> {
    let lead = xs.rank() - places.len();
    if places.iter().flatten().any(Vec::is_empty) {
        return Err(Error::Msg("there is no pixel in a window".to_owned()));
    }
    if xs.device().is_cpu() {
        let counts = places.iter().map(Vec::len);
        let shape: Vec<usize> = xs.dims()[..lead].iter().copied().chain(counts).collect();
        let (outer, sizes) = xs.dims().split_at(lead);
        let images: (usize, usize) = (outer.iter().product(), sizes.iter().product());
        let (sizes, places) = (sizes.to_vec(), places.to_vec());
        let images = xs.contiguous()?.reshape(images)?;
        return images.apply_op1(Largest { sizes, places })?.reshape(shape);
    }
    let same = places
        .iter()
        .map(|places| same_length(places, |place| *place));
    let windows = windows(xs, &same.collect::<Vec<_>>())?;
    let infinite = windows.zeros_like()?.affine(1.0, f64::INFINITY)?;
    let at = windows
        .ne(&windows)?
        .where_cond(&infinite, &windows)?
        .argmax_keepdim(D::Minus1)?;
    windows.gather(&at, D::Minus1)?.squeeze(D::Minus1)
}

/// The places of windows in the numbers of an image, which stand one after the other.
fn flat(sizes: &[usize], places: &[Places]) -> Places {
    let mut all = vec![vec![0]];
    for (size, places) in sizes.iter().zip(places) {
        let mut next = Vec::with_capacity(all.len() * places.len());
        for outer in &all {
            for inner in places {
                let both = outer
                    .iter()
                    .flat_map(|a| inner.iter().map(move |b| a * size + b));
                next.push(both.collect());
            }
        }
        all = next;
    }
    all
}

/// The largest number of each window, along one dimension of an image after the other.
struct Largest {
    sizes: Vec<usize>,
    places: Vec<Places>,
}

impl Largest {
    fn of<T: WithDType>(&self, numbers: &[T]) -> Vec<T> {
        let mut numbers = Cow::Borrowed(numbers);
        let mut after: usize = self.sizes.iter().product();
        for (size, places) in self.sizes.iter().zip(&self.places) {
            after /= size.max(&1);
            numbers = Cow::Owned(along(&numbers, *size, after, places));
        }
        numbers.into_owned()
    }
}

/// The same along one dimension, each place of which has so many numbers behind it.
fn along<T: WithDType>(numbers: &[T], size: usize, after: usize, places: &Places) -> Vec<T> {
    let mut output = Vec::with_capacity(numbers.len() / size.max(1) * places.len());
    for block in numbers.chunks_exact((size * after).max(1)) {
        if after == 1 {
            let best = |window: &Vec<usize>| window.iter().map(|at| block[*at]).reduce(larger);
            output.extend(places.iter().filter_map(best));
            continue;
        }
        let row = |at: &usize| &block[at * after..][..after];
        for window in places {
            let start = output.len();
            output.extend_from_slice(row(&window[0]));
            for at in &window[1..] {
                let both = output[start..].iter_mut().zip(row(at));
                both.for_each(|(best, number)| *best = larger(*best, *number));
            }
        }
    }
    output
}

/// Whether a number is chosen before the best so far: what is no number is the largest, as in PyTorch.
fn is_larger<T: WithDType>(number: T, best: T) -> bool {
    number > best || number.partial_cmp(&number).is_none()
}

fn larger<T: WithDType>(best: T, number: T) -> T {
    if is_larger(number, best) {
        number
    } else {
        best
    }
}

impl CustomOp1 for Largest {
    fn name(&self) -> &'static str {
        "largest"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let numbers = range(layout, self.name())?;
        let output = match storage {
            CpuStorage::F32(all) => CpuStorage::F32(self.of(&all[numbers])),
            CpuStorage::F64(all) => CpuStorage::F64(self.of(&all[numbers])),
            CpuStorage::F16(all) => CpuStorage::F16(self.of(&all[numbers])),
            CpuStorage::BF16(all) => CpuStorage::BF16(self.of(&all[numbers])),
            other => return Err(Error::UnsupportedDTypeForOp(other.dtype(), self.name())),
        };
        let windows: usize = self.places.iter().map(Vec::len).product();
        Ok((output, (layout.shape().dims2()?.0, windows).into()))
    }

    fn bwd(&self, images: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let windows = flat(&self.sizes, &self.places);
        let at = images.detach().apply_op1_no_bwd(&Where { windows })?;
        let zeros = images.zeros_like()?;
        Ok(Some(zeros.scatter_add(&at, &gradient.contiguous()?, 1)?))
    }
}

/// Where in each image the largest number of each window is.
struct Where {
    windows: Places,
}

impl Where {
    fn find<T: WithDType>(&self, numbers: &[T], image: usize) -> Result<Vec<u32>> {
        let mut found = Vec::with_capacity(numbers.len() / image.max(1) * self.windows.len());
        for image in numbers.chunks_exact(image.max(1)) {
            for window in &self.windows {
                let mut best = window[0];
                for at in window {
                    if is_larger(image[*at], image[best]) {
                        best = *at;
                    }
                }
                found.push(u32::try_from(best)?);
            }
        }
        Ok(found)
    }
}

impl CustomOp1 for Where {
    fn name(&self) -> &'static str {
        "where the largest is"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (numbers, (outer, image)) = (range(layout, self.name())?, layout.shape().dims2()?);
        let found = match storage {
            CpuStorage::F32(all) => self.find(&all[numbers], image)?,
            CpuStorage::F64(all) => self.find(&all[numbers], image)?,
            CpuStorage::F16(all) => self.find(&all[numbers], image)?,
            CpuStorage::BF16(all) => self.find(&all[numbers], image)?,
            other => return Err(Error::UnsupportedDTypeForOp(other.dtype(), self.name())),
        };
        Ok((CpuStorage::U32(found), (outer, self.windows.len()).into()))
    }
}

/// Where the numbers of a tensor stand, one after the other.
fn range(layout: &Layout, op: &'static str) -> Result<Range<usize>> {
    let (start, end) = layout
        .contiguous_offsets()
        .ok_or(Error::RequiresContiguous { op })?;
    Ok(start..end)
}
