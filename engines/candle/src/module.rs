//! The trait of everything that turns a tensor into another.

use crate::CandleError;
use crate::Result;
use crate::error::refused;
use crate::layers::{Forward, build};
use crate::numbers::shape_of;
use candle_core::Tensor;
use candle_nn::{ModuleT, VarBuilder};
use registry_core::{ArgumentPath, Registered, register, registry};
use registry_nn::{Layer, SingleLayer};

/// A layer or a model: what a `Registry::<dyn Module>` builds, with its weights from the `VarBuilder` that is
/// the context.
///
/// The classes of [`Layer`] are in that registry, and those of your own beside them; a
/// [`Sequential`](crate::Sequential) may hold both.
///
/// # Examples
///
/// A module of your own is written as candle's programs write it, and may hold ready-made layers:
///
/// ```
/// use candle_core::{DType, Device, Result, Tensor};
/// use candle_nn::{Linear, ModuleT, VarBuilder, VarMap, linear};
/// use registry_candle::{AnyModule, Module};
/// use registry_core::{Entity, Registry, register};
/// use serde_json::json;
///
/// pub struct Mlp {
///     input_layer: Linear,
///     dropout: candle_nn::Dropout,
///     activation: AnyModule,
///     output_layer: Linear,
/// }
///
/// #[register(name = "MLP", exclude = "vb", registry = Module)]
/// impl Mlp {
///     pub fn new(
///         vb: VarBuilder<'_>,
///         input_size: usize,
///         hidden_size: usize,
///         output_size: usize,
///         #[register(default = 0.5)] dropout: f32,
///         activation: AnyModule,
///     ) -> Result<Self> {
///         Ok(Self {
///             input_layer: linear(input_size, hidden_size, vb.pp("input_layer"))?,
///             dropout: candle_nn::Dropout::new(dropout),
///             activation,
///             output_layer: linear(hidden_size, output_size, vb.pp("output_layer"))?,
///         })
///     }
/// }
///
/// impl ModuleT for Mlp {
///     fn forward_t(&self, features: &Tensor, train: bool) -> Result<Tensor> {
///         let hidden = self.dropout.forward(&features.apply(&self.input_layer)?, train)?;
///         self.activation.forward_t(&hidden, train)?.apply(&self.output_layer)
///     }
/// }
///
/// impl Module for Mlp {}
///
/// let map = VarMap::new();
/// let vb = registry_candle::var_builder(&map, DType::F32, &Device::Cpu);
/// let mlp = json!({"input_size": 784, "hidden_size": 256, "output_size": 10, "activation": "ReLU"});
/// let model = Registry::<dyn Module>::global()?.build("MLP", mlp, &vb)?;
/// assert_eq!(model.hash().to_string(), "af51a51a38f7ad81f9523360fafe7068");
/// let scores = model.forward_t(&Tensor::zeros((1, 784), DType::F32, &Device::Cpu)?, false)?;
/// assert_eq!(scores.dims(), [1, 10]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[registry(context = VarBuilder<'_>, nested = inner)]
pub trait Module: ModuleT + Send + Sync {
    /// What it is as data, where it is that: its shapes are checked then before anything is computed.
    fn description(&self) -> Option<&Layer> {
        None
    }
}

/// The weights of what stands inside another module are called after its place, but for the name of a list of
/// layers, which PyTorch's `state_dict` has not.
fn inner<'a>(vb: &VarBuilder<'a>, path: &ArgumentPath<'_>) -> VarBuilder<'a> {
    let names = path.names().filter(|name| name != "layers");
    names.fold(vb.clone(), |vb, name| vb.pp(name))
}

impl ModuleT for Box<dyn Module> {
    fn forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor> {
        (**self).forward_t(xs, train)
    }
}

/// A module of any type with its identity, as a list of layers holds them.
pub type AnyModule = Registered<Box<dyn Module>>;

/// Builds a layer, or a network of layers, with its weights from `vb`: new ones, drawn as PyTorch draws them,
/// where it has none.
///
/// The weights are called as in PyTorch's `state_dict`: `0.weight`. Whoever builds two layers from one `vb`
/// gives each a name, `vb.pp("first")`: in candle two variables of one name are one variable.
///
/// # Errors
///
/// Where PyTorch refuses the arguments, candle cannot do what they say, or `vb` has other weights.
///
/// An input that does not fit is refused when it is given, in the words of [`Layer::output_shape`].
///
/// # Examples
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_nn::{ModuleT, VarMap};
/// use registry_core::Entity;
/// use registry_nn::layers::{Activation, Linear, Sequential};
///
/// let relu = Activation::ReLU { inplace: false };
/// let network = Sequential::new(vec![Linear::new(64, 32).into(), relu.into(), Linear::new(32, 10).into()]);
/// let map = VarMap::new();
/// let vb = registry_candle::var_builder(&map, DType::F32, &Device::Cpu);
/// let model = registry_candle::layer(network.clone(), vb)?;
/// assert_eq!(model.hash(), network.hash());
///
/// let images = Tensor::zeros((8, 64), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward_t(&images, true)?.dims(), [8, 10]);
/// assert!(registry_candle::variables(&map).contains_key("2.weight"));
///
/// let refused = model.forward_t(&images.t()?, true).unwrap_err();
/// assert!(refused.to_string().starts_with(
///     "`Linear` at `layers[0]`: expected 64 features in the last dimension, found 8"
/// ));
/// # Ok::<(), registry_candle::CandleError>(())
/// ```
#[expect(
    clippy::needless_pass_by_value,
    reason = "candle's own functions take it so"
)]
pub fn layer(layer: impl Into<Layer>, vb: VarBuilder<'_>) -> Result<AnyModule, CandleError> {
    let layer = layer.into();
    let built: Box<dyn Module> = Box::new(Built::of(&layer, &vb)?);
    Ok(Registered::map(Registered::of(layer), |_| built))
}

#[register(of = SingleLayer, registry = Module)]
fn single(layer: &SingleLayer, vb: &VarBuilder<'_>) -> Result<Box<dyn Module>, CandleError> {
    Ok(Box::new(Built::of(&layer.0, vb)?))
}

/// What a description has become.
pub(crate) struct Built {
    pub(crate) description: Option<Layer>,
    pub(crate) forward: Forward,
}

impl Built {
    fn of(layer: &Layer, vb: &VarBuilder<'_>) -> Result<Self, CandleError> {
        layer.check()?;
        let forward = build(layer, vb).map_err(|error| error.of(layer))?;
        Ok(Self {
            description: Some(layer.clone()),
            forward,
        })
    }
}

impl ModuleT for Built {
    fn forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor> {
        // Before, and not where candle refuses: it broadcasts where PyTorch does not.
        if let Some(description) = &self.description {
            description.output_shape(&shape_of(xs)).map_err(refused)?;
        }
        (self.forward)(xs, train)
    }
}

impl Module for Built {
    fn description(&self) -> Option<&Layer> {
        self.description.as_ref()
    }
}
