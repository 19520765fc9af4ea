//! The trait of everything that turns a tensor into another.

use crate::TorchError;
use registry_core::{Registered, registry};
use tch::{Tensor, nn};

/// A layer or a model: what a `Registry::<dyn Module>` builds, its weights under the path that is
/// the context.
///
/// The device is that of the path's variables, and no part of identity.
///
/// # Examples
///
/// A module of your own holds layers of tch, and is used as they are:
///
/// ```
/// use registry_core::{Entity, Registry, register};
/// use registry_tch::{Module, layers::Activation};
/// use serde_json::json;
/// use tch::{Device, Kind, Tensor, nn};
///
/// #[derive(Debug)]
/// pub struct Mlp {
///     input_layer: nn::Linear,
///     dropout: f64,
///     activation: Activation,
///     output_layer: nn::Linear,
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
///         activation: Activation,
///     ) -> Self {
///         let linear = nn::LinearConfig::default();
///         Self {
///             input_layer: nn::linear(vs / "input_layer", input_size, hidden_size, linear),
///             dropout,
///             activation,
///             output_layer: nn::linear(vs / "output_layer", hidden_size, output_size, linear),
///         }
///     }
/// }
///
/// impl nn::ModuleT for Mlp {
///     fn forward_t(&self, features: &Tensor, train: bool) -> Tensor {
///         let hidden = features.apply(&self.input_layer).dropout(self.dropout, train);
///         hidden.apply_t(&self.activation, train).apply(&self.output_layer)
///     }
/// }
///
/// impl Module for Mlp {}
///
/// let vs = nn::VarStore::new(Device::Cpu);
/// let relu = Activation::ReLU { inplace: false };
/// let model = Mlp::new(&vs.root(), 784, 256, 10, 0.5, relu);
/// assert_eq!(model.hash().to_string(), "af51a51a38f7ad81f9523360fafe7068");
/// let scores = Tensor::zeros([1, 784], (Kind::Float, Device::Cpu)).apply_t(&*model, false);
/// assert_eq!(scores.size(), [1, 10]);
///
/// let mlp = json!({"input_size": 784, "hidden_size": 256, "output_size": 10, "activation": "ReLU"});
/// let same = Registry::<dyn Module>::global()?.build("MLP", mlp, &vs.root())?;
/// assert_eq!(same.hash(), model.hash());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[registry(context = nn::Path<'_>)]
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

/// A module of any type, as a list of layers holds them.
pub type AnyModule = Registered<Box<dyn Module>>;

/// Forgets the type of a module.
///
/// # Examples
///
/// ```
/// use registry_core::Registered;
/// use registry_tch::{any_module, layers::{Dropout, Linear, Sequential}};
/// use tch::{Device, nn};
///
/// let vs = nn::VarStore::new(Device::Cpu);
/// let model = Sequential::new(vec![
///     any_module(Linear::new(&vs.root(), 64, 10, true)?),
///     any_module(Registered::of(Dropout::new())),
/// ]);
/// # Ok::<(), registry_tch::TorchError>(())
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
