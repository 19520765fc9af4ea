//! Arguments as tensors. A function of tch that takes a number panics where libtorch refuses it.

use crate::TorchError;
use tch::{Kind, Tensor};

/// A number of the kind of a tensor, which refuses what the kind cannot hold.
pub(crate) fn number(parameter: &str, value: f64, like: &Tensor) -> Result<Tensor, TorchError> {
    let kind = like.kind();
    let (least, most) = range(kind);
    let is_held = (least..=most).contains(&value) || (is_float(kind) && !value.is_finite());
    if !is_held {
        return Err(TorchError::new(format!(
            "`{parameter}` cannot be {value} for an input of the kind {kind:?}"
        )));
    }
    let number = Tensor::f_from_slice(&[value])?;
    Ok(number
        .f_to_kind(kind)?
        .f_to_device(like.device())?
        .f_squeeze()?)
}

/// Zero of the kind of a tensor.
pub(crate) fn zero(like: &Tensor) -> Result<Tensor, TorchError> {
    Ok(Tensor::f_zeros([0i64; 0], (like.kind(), like.device()))?)
}

/// What a kind can hold; nothing where it holds no real numbers.
fn range(kind: Kind) -> (f64, f64) {
    match kind {
        Kind::Uint8 => (0.0, 255.0),
        Kind::Int8 => (-128.0, 127.0),
        Kind::Int16 => (-32_768.0, 32_767.0),
        Kind::Int => (i32::MIN.into(), i32::MAX.into()),
        // The largest number below 2^63.
        Kind::Int64 => (-9_223_372_036_854_775_808.0, 9_223_372_036_854_774_784.0),
        Kind::Half => (-65_504.0, 65_504.0),
        Kind::BFloat16 => (-3.389_531_389_251_535_5e38, 3.389_531_389_251_535_5e38),
        Kind::Float => (f32::MIN.into(), f32::MAX.into()),
        Kind::Double => (f64::MIN, f64::MAX),
        _ => (f64::NAN, f64::NAN),
    }
}

fn is_float(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Half | Kind::BFloat16 | Kind::Float | Kind::Double
    )
}

/// That a tensor holds numbers with a point.
pub(crate) fn floats(xs: &Tensor) -> Result<(), TorchError> {
    if is_float(xs.kind()) {
        return Ok(());
    }
    let kind = xs.kind();
    Err(TorchError::new(format!(
        "expected floating-point numbers, found {kind:?}"
    )))
}
