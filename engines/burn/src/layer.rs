//! A described network as a module of burn's.

use crate::pass::Pass;
use crate::support;
use crate::tensor::AnyTensor;
use crate::weights::Weight;
use burn::module::{Flag, Module, Param};
use burn::tensor::{Device, Tensor};
use registry_nn::{Layer, Refusal};

/// A layer or a network of a [description](Layer), as a module of burn's: it is trained, moved, frozen
/// and recorded as any other, and can be a field of one.
///
/// It drops out and normalizes by the batch where burn's own modules do: on a device with autodiff,
/// unless it is frozen.
#[derive(Module, Debug)]
pub struct AnyLayer {
    #[module(skip)]
    description: Layer,
    /// In the order of [`Layer::state`].
    pub(crate) weights: Vec<Weight>,
    training: Param<Flag>,
}

/// Builds a described network on a device, with weights drawn as PyTorch draws them.
///
/// `device.seed(17)` before it makes them the same again, where no other thread draws meanwhile: burn's
/// generator of random numbers is one for the whole process.
///
/// # Errors
///
/// Where an argument cannot be, or burn cannot compute it, with the place of the layer.
///
/// # Examples
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use registry_nn::layers::{Activation, Linear, Sequential};
///
/// let device = Device::default();
/// let relu = Activation::ReLU { inplace: false };
/// let layers = vec![Linear::new(64, 32).into(), relu.into(), Linear::new(32, 10).into()];
/// let network = registry_burn::layer(&Sequential::new(layers).into(), &device)?;
/// let output: Tensor<2> = network.forward(Tensor::<2>::zeros([8, 64], &device))?;
/// assert_eq!(output.dims(), [8, 10]);
/// # Ok::<(), registry_nn::Refusal>(())
/// ```
pub fn layer(layer: &Layer, device: &Device) -> Result<AnyLayer, Refusal> {
    layer.check()?;
    support::layer(layer)?;
    let weights = layer.state();
    Ok(AnyLayer {
        description: layer.clone(),
        weights: weights.iter().map(|it| Weight::new(it, device)).collect(),
        training: Param::from_bool(true),
    })
}

impl AnyLayer {
    /// What it was built from.
    pub fn description(&self) -> &Layer {
        &self.description
    }

    /// The output for an input, of the rank that is asked for.
    ///
    /// # Errors
    ///
    /// Where the shape of the input does not fit, with the place of the layer; or the output has another
    /// rank.
    pub fn forward<const D: usize>(
        &self,
        input: impl Into<AnyTensor>,
    ) -> Result<Tensor<D>, Refusal> {
        self.forward_any(input)?.tensor()
    }

    /// The output for an input, of whatever rank.
    ///
    /// # Errors
    ///
    /// Where the shape of the input does not fit, with the place of the layer.
    pub fn forward_any(&self, input: impl Into<AnyTensor>) -> Result<AnyTensor, Refusal> {
        let input = input.into();
        self.description.output_shape(&input.sizes())?;
        let is_trained = self.training.is_enabled() && input.device().is_autodiff();
        Pass::new(&self.weights, is_trained).layer(&self.description, input)
    }
}
