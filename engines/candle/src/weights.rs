//! Variables: how they begin, and how they are loaded.

use crate::CandleError;
use crate::Result;
use crate::numbers::number;
use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_nn::init::NormalOrUniform;
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder, VarMap};
use fastrand::Rng;
use registry_core::nearest;
use std::collections::{BTreeMap, HashMap};
use std::f64::consts::TAU;
use std::path::Path;
use std::sync::PoisonError;

/// Variables by name, in the order of the names.
pub type Variables = BTreeMap<String, Var>;

/// Seeds what is drawn from then on, as `torch.manual_seed`: new weights of a [`var_builder`], and what dropout
/// leaves out, in this thread.
///
/// On a CPU candle cannot be seeded; so what is drawn is drawn here. On another device it is candle that draws
/// for dropout, and is seeded.
///
/// # Errors
///
/// Where the device cannot be seeded.
///
/// # Examples
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_nn::VarMap;
/// use registry_candle::{layer, manual_seed, var_builder, variables};
/// use registry_nn::layers::Linear;
///
/// let weight = || {
///     manual_seed(1, &Device::Cpu)?;
///     let map = VarMap::new();
///     layer(Linear::new(2, 3), var_builder(&map, DType::F32, &Device::Cpu))?;
///     variables(&map)["weight"].to_vec2::<f32>()
/// };
/// assert_eq!(weight()?, weight()?);
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn manual_seed(seed: u64, device: &Device) -> Result<()> {
    fastrand::seed(seed);
    if device.is_cpu() {
        return Ok(());
    }
    device.set_seed(seed)
}

/// A `VarBuilder` whose new variables are put into `map`, and can be [seeded](manual_seed).
///
/// `VarBuilder::from_varmap` does as well, but that candle draws the numbers.
pub fn var_builder(map: &VarMap, dtype: DType, device: &Device) -> VarBuilder<'static> {
    VarBuilder::from_backend(Box::new(Drawn(map.clone())), dtype, device.clone())
}

/// The variables in `map`, by their names.
pub fn variables(map: &VarMap) -> Variables {
    let data = map.data().lock().unwrap_or_else(PoisonError::into_inner);
    data.iter()
        .map(|(name, variable)| (name.clone(), variable.clone()))
        .collect()
}

/// A `VarMap` that draws its new variables here.
struct Drawn(VarMap);

impl SimpleBackend for Drawn {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        init: Init,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        let map = self.0.data();
        let is_new = !map
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(name);
        if is_new && let Some(drawn) = draw(&shape, init, dtype, device)? {
            let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
            map.insert(name.to_owned(), Var::from_tensor(&drawn)?);
        }
        self.0.get(shape, name, init, dtype, device)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, device: &Device) -> Result<Tensor> {
        SimpleBackend::get_unchecked(&self.0, name, dtype, device)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.0.contains_tensor(name)
    }
}

/// Numbers as `init` says; none where they are no random ones.
fn draw(shape: &Shape, init: Init, dtype: DType, device: &Device) -> Result<Option<Tensor>> {
    let (is_normal, center, spread) = match init {
        Init::Const(_) => return Ok(None),
        Init::Uniform { lo, up } => (false, f64::midpoint(lo, up), (up - lo) / 2.0),
        Init::Randn { mean, stdev } => (true, mean, stdev),
        Init::Kaiming {
            dist,
            fan,
            non_linearity,
        } => {
            let std = non_linearity.gain() / number(fan.for_shape(shape)).sqrt();
            match dist {
                NormalOrUniform::Normal => (true, 0.0, std),
                NormalOrUniform::Uniform => (false, 0.0, 3f64.sqrt() * std),
            }
        }
    };
    let mut rng = Rng::new();
    let mut next = || {
        if is_normal {
            // Box and Muller; one less the number is never 0.
            return (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (TAU * rng.f64()).cos();
        }
        2.0 * rng.f64() - 1.0
    };
    let drawn: Vec<f64> = (0..shape.elem_count())
        .map(|_| center + spread * next())
        .collect();
    let drawn = Tensor::from_vec(drawn, shape, &Device::Cpu)?.to_dtype(dtype)?;
    Ok(Some(drawn.to_device(device)?))
}

/// A tensor of ones, and zeros with the probability `p`.
pub(crate) fn mask(shape: &[usize], p: f64, like: &Tensor) -> Result<Tensor> {
    let device = like.device();
    if !device.is_cpu() {
        return Tensor::rand(0f32, 1f32, shape, device)?
            .ge(p)?
            .to_dtype(like.dtype());
    }
    let mut rng = Rng::new();
    let drawn: Vec<u8> = (0..shape.iter().product())
        .map(|_| u8::from(rng.f64() >= p))
        .collect();
    Tensor::from_vec(drawn, shape, device)?.to_dtype(like.dtype())
}

/// Numbers between `low` and `high`.
pub(crate) fn uniform(low: f64, high: f64, like: &Tensor) -> Result<Tensor> {
    let init = Init::Uniform { lo: low, up: high };
    let drawn = draw(like.shape(), init, like.dtype(), like.device())?;
    drawn.map_or_else(|| like.zeros_like(), Ok)
}

/// Sets the variables in `map` to those of a safetensors file, by their names: one that was saved by
/// `map.save("weights.safetensors")`, or in Python by `save_file(model.state_dict(), "weights.safetensors")`.
///
/// A file that `map.save` wrote is taken by PyTorch's `load_state_dict(load_file(...))` too.
///
/// # Errors
///
/// Where the file cannot be read, or has other variables. Nothing is set then.
///
/// # Examples
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_nn::VarMap;
/// use registry_nn::layers::Linear;
///
/// let (folder, map) = (tempfile::tempdir()?, VarMap::new());
/// let vb = registry_candle::var_builder(&map, DType::F32, &Device::Cpu);
/// registry_candle::layer(Linear::new(64, 10), vb.pp("0"))?;
/// let file = folder.path().join("weights.safetensors");
/// map.save(&file)?;
/// registry_candle::load(&map, &file)?;
///
/// registry_candle::layer(Linear::new(10, 2), vb.pp("1"))?;
/// assert_eq!(
///     registry_candle::load(&map, &file).unwrap_err().to_string(),
///     "the weights are those of another network: `1.bias` is missing; `1.weight` is missing\n\
///      hint: build the network that the file was written for"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn load(map: &VarMap, file: impl AsRef<Path>) -> Result<(), CandleError> {
    let file = file.as_ref();
    let tensors = candle_core::safetensors::load(file, &Device::Cpu);
    set(
        map,
        &tensors.map_err(|error| not_read(&format!("`{}`", file.display()), &error))?,
    )
}

/// The same from the bytes of a file, as an artifact has them.
///
/// # Errors
///
/// Where the bytes are no safetensors file, or has other variables. Nothing is set then.
pub fn load_buffer(map: &VarMap, bytes: &[u8]) -> Result<(), CandleError> {
    let tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu);
    set(
        map,
        &tensors.map_err(|error| not_read("the bytes", &error))?,
    )
}

fn not_read(what: &str, error: &candle_core::Error) -> candle_core::Error {
    let hint = "give a safetensors file, as `map.save` or Python's `save_file` writes it";
    candle_core::Error::Msg(format!("{what} cannot be loaded: {error}\nhint: {hint}"))
}

fn set(map: &VarMap, tensors: &HashMap<String, Tensor>) -> Result<(), CandleError> {
    let variables = variables(map);
    let mut problems = Vec::new();
    for (name, variable) in &variables {
        match tensors.get(name) {
            None => problems.push(format!("`{name}` is missing")),
            Some(found) if found.dims() != variable.dims() => {
                let (found, expected) = (found.dims(), variable.dims());
                problems.push(format!(
                    "`{name}` has the shape {found:?}, not {expected:?}"
                ));
            }
            Some(_) => {}
        }
    }
    let mut unknown: Vec<_> = tensors
        .keys()
        .filter(|name| !variables.contains_key(*name))
        .collect();
    unknown.sort();
    problems.extend(unknown.iter().map(|name| format!("`{name}` is not known")));
    if !problems.is_empty() {
        let missing = || variables.keys().filter(|name| !tensors.contains_key(*name));
        let near = unknown.first().and_then(|unknown| {
            let inner = missing().find(|name| unknown.ends_with(&format!(".{name}")));
            let inner = inner.map(String::as_str);
            inner.or_else(|| nearest(unknown, missing().map(String::as_str)))
        });
        let hint = match near {
            Some(near) => format!("is `{}` what is called `{near}` here?", unknown[0]),
            None => "build the network that the file was written for".to_owned(),
        };
        return Err(CandleError::Weights {
            problems: listed(&problems),
            hint,
        });
    }
    for (name, variable) in &variables {
        let tensor = tensors[name].to_dtype(variable.dtype())?;
        variable.set(&tensor.to_device(variable.device())?)?;
    }
    Ok(())
}

/// Some problems, and how many more there are.
fn listed(problems: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = problems
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join("; ");
    match problems.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}
