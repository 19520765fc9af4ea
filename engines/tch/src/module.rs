//! The trait of everything that turns a tensor into another.

use crate::TorchError;
use registry_core::{ArgumentPath, Registered, registry};
use tch::{Tensor, nn};

/// A layer or a model: what a `Registry::<dyn Module>` builds, its weights under the path that is
/// the context.
///
/// The device is that of the path's variables, and no part of identity.
///
/// # Names of weights
///
/// They are those of PyTorch's `state_dict`. A module that is an argument of another has its weights
/// under the name of the argument, and in a list under its number there too: `encoder.0.weight`. The
/// name `layers` alone is left out, so that those of [`Sequential`](crate::Sequential) are called as
/// PyTorch calls them: `0.weight`.
///
/// # Examples
///
/// A module of your own holds ready-made layers, and others' modules as arguments:
///
/// ```
/// use registry_core::{Entity, Registry, register};
/// use registry_tch::layers::{Activation, Dropout, Linear};
/// use registry_tch::{AnyModule, Module, TorchError, layer, module_t};
/// use serde_json::json;
/// use tch::{Device, Kind, Tensor, nn};
///
/// #[derive(Debug)]
/// pub struct Mlp {
///     input_layer: AnyModule,
///     dropout: AnyModule,
///     activation: AnyModule,
///     output_layer: AnyModule,
/// }
///
/// #[register(name = "MLP", exclude = "vs", registry = Module)]
/// impl Mlp {
///     pub fn new(
///         vs: &nn::Path<'_>,
///         input_size: i64,
///         hidden_size: i64,
///         output_size: i64,
///         #[register(default = 0.5)] dropout: f64,
///         activation: AnyModule,
///     ) -> Result<Self, TorchError> {
///         Ok(Self {
///             input_layer: layer(Linear::new(input_size, hidden_size), vs / "input_layer")?,
///             dropout: layer(Dropout::new().with_p(dropout), vs)?,
///             activation,
///             output_layer: layer(Linear::new(hidden_size, output_size), vs / "output_layer")?,
///         })
///     }
/// }
///
/// impl Module for Mlp {
///     fn try_forward_t(&self, features: &Tensor, train: bool) -> Result<Tensor, TorchError> {
///         let features = self.input_layer.try_forward_t(features, train)?;
///         let features = self.dropout.try_forward_t(&features, train)?;
///         let features = self.activation.try_forward_t(&features, train)?;
///         self.output_layer.try_forward_t(&features, train)
///     }
/// }
///
/// module_t!(Mlp);
///
/// let vs = nn::VarStore::new(Device::Cpu);
/// let relu = layer(Activation::ReLU { inplace: false }, vs.root())?;
/// let model = Mlp::new(&vs.root(), 784, 256, 10, 0.5, relu)?;
/// assert_eq!(model.hash().to_string(), "af51a51a38f7ad81f9523360fafe7068");
/// let scores = Tensor::zeros([1, 784], (Kind::Float, Device::Cpu)).apply_t(&*model, false);
/// assert_eq!(scores.size(), [1, 10]);
///
/// let mlp = json!({"input_size": 784, "hidden_size": 256, "output_size": 10, "activation": "ReLU"});
/// let mlp = json!({"name": "MLP", "arguments": mlp});
/// let modules = Registry::<dyn Module>::global()?;
/// let vs = nn::VarStore::new(Device::Cpu);
/// let model = modules.build("Sequential", json!({"layers": ["Flatten", mlp]}), &vs.root())?;
/// assert!(vs.variables().contains_key("1.input_layer.weight"));
/// assert_eq!(model.try_forward_t(&Tensor::zeros([2, 28, 28], (Kind::Float, Device::Cpu)), false)?.size(), [2, 10]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[registry(context = nn::Path<'_>, nested = inside)]
pub trait Module: nn::ModuleT {
    /// Turns `xs` into the output; `train` says whether it learns from it.
    ///
    /// Where it is not written, it is `forward_t`. One that calls the `f_` functions of tch, or
    /// this function of its layers, gives an error where the other would panic; `module_t!` then
    /// writes `forward_t`.
    ///
    /// # Errors
    ///
    /// Where libtorch refuses, as it does an input of a shape that does not fit.
    fn try_forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        Ok(self.forward_t(xs, train))
    }
}

impl nn::ModuleT for Box<dyn Module> {
    fn forward_t(&self, xs: &Tensor, train: bool) -> Tensor {
        (**self).forward_t(xs, train)
    }
}

/// The path of the weights of a module that is an argument of another.
fn inside<'v>(vs: &nn::Path<'v>, place: &ArgumentPath<'_>) -> nn::Path<'v> {
    let names: Vec<_> = place.names().filter(|name| name != "layers").collect();
    // The key of a map may hold a point, at which tch would panic.
    let places = names.iter().flat_map(|name| name.split('.'));
    places.fold(vs.clone(), |path, place| path / place)
}

/// A module of any type, as a list of layers holds them.
pub type AnyModule = Registered<Box<dyn Module>>;

/// Forgets the type of a module.
///
/// # Examples
///
/// A list with a module of one's own:
///
/// ```
/// use registry_core::{Entity, Registered};
/// use registry_tch::{Module, Sequential, TorchError, any_module, layer, layers::Linear, module_t};
/// use tch::{Device, Tensor, nn};
///
/// #[derive(Clone, Debug, Entity)]
/// #[register(registry = Module)]
/// struct Doubling;
///
/// impl Module for Doubling {
///     fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
///         Ok(xs.f_add(xs)?)
///     }
/// }
///
/// module_t!(Doubling);
///
/// let vs = nn::VarStore::new(Device::Cpu);
/// let model = Sequential::new(vec![
///     layer(Linear::new(64, 10), vs.root() / 0)?,
///     any_module(Registered::of(Doubling)),
/// ]);
/// assert!(model.arguments().to_string().ends_with(r#""Doubling"]}"#));
/// # Ok::<(), TorchError>(())
/// ```
pub fn any_module<M: Module + 'static>(module: Registered<M>) -> AnyModule {
    Registered::map(module, |module| Box::new(module) as Box<dyn Module>)
}

/// Writes `nn::ModuleT` for modules that have written `try_forward_t`.
///
/// # Panics
///
/// `forward_t` does where libtorch refuses, as it does for every module of tch.
///
/// # Examples
///
/// ```
/// use registry_tch::{Module, TorchError, module_t};
/// use tch::{Tensor, nn};
///
/// #[derive(Debug)]
/// pub struct Doubling;
///
/// impl Module for Doubling {
///     fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
///         Ok(xs.f_add(xs)?)
///     }
/// }
///
/// module_t!(Doubling);
///
/// assert_eq!(Tensor::from(2.5).apply_t(&Doubling, true), Tensor::from(5.0));
/// ```
#[macro_export]
macro_rules! module_t {
    ($($module:ty),+ $(,)?) => {$(
        impl $crate::tch::nn::ModuleT for $module {
            fn forward_t(&self, xs: &$crate::tch::Tensor, train: bool) -> $crate::tch::Tensor {
                $crate::Module::try_forward_t(self, xs, train)
                    .unwrap_or_else(|error| panic!("{error}"))
            }
        }
    )+};
}
