//! Everything that turns a tensor into another.

use crate::layers::{
    Activation, AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool1d,
    AdaptiveMaxPool2d, AdaptiveMaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d, BatchNorm1d,
    BatchNorm2d, BatchNorm3d, Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d,
    ConvTranspose3d, Dropout, Dropout1d, Dropout2d, Dropout3d, Embedding, Flatten, GRU, GroupNorm,
    Identity, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, LSTM, LayerNorm, Linear, MaxPool1d,
    MaxPool2d, MaxPool3d, MultiheadAttention, PReLU, Pad, Parallel, PixelShuffle, PixelUnshuffle,
    PositionalEncoding, RMSNorm, RNN, Select, Sequential, TransformerEncoder,
    TransformerEncoderLayer, Transpose, Unflatten, Upsample,
};
use crate::set::set;
use crate::{Refusal, Variable};
use registry_core::{Entity, registry};
use std::fmt;

/// What is known of a layer before any framework has built it.
///
/// It is the interface of the registry that lists all layers, `Registry::<dyn LayerClass>`; a network
/// is held as [`Layer`].
#[registry]
pub trait LayerClass: fmt::Debug + Send + Sync {
    /// Whether its arguments can be, as PyTorch asks in `__init__`, or for every input.
    ///
    /// # Errors
    ///
    /// Where they cannot.
    fn check(&self) -> Result<(), Refusal> {
        Ok(())
    }

    /// The shape of its output for an input of the shape `input`. [`Layer::output_shape`] asks first
    /// whether the arguments can be.
    ///
    /// # Errors
    ///
    /// Where PyTorch refuses such an input.
    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal>;

    /// What it keeps, in the order and under the names of PyTorch's `state_dict`.
    fn state(&self) -> Vec<Variable> {
        Vec::new()
    }
}

set! {
    /// A layer, or a network of layers: a value for each class of `torch.nn`, which an engine builds.
    ///
    /// It is written as the class that it holds, `{"name": "Linear", "arguments": {...}}`, and has the
    /// hash of that.
    ///
    /// # Examples
    ///
    /// ```
    /// use registry_core::Entity;
    /// use registry_nn::Layer;
    /// use registry_nn::layers::{Activation, Linear, Sequential};
    /// use serde_json::json;
    ///
    /// let layers = json!([
    ///     {"name": "Linear", "arguments": {"in_features": 64, "out_features": 10}},
    ///     "ReLU",
    /// ]);
    /// let network: Layer = serde_json::from_value(json!({"name": "Sequential", "arguments": {"layers": layers}}))?;
    /// assert_eq!(network.output_shape(&[32, 64])?, [32, 10]);
    ///
    /// let relu = Activation::ReLU { inplace: false };
    /// let same = Sequential::new(vec![Linear::new(64, 10).into(), relu.into()]);
    /// assert_eq!(network.hash(), same.hash());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub enum Layer of LayerClass {
        /// `y = x W' + b`.
        Linear(Linear),
        /// Slides a kernel over a sequence.
        Conv1d(Conv1d),
        /// Slides a kernel over an image.
        Conv2d(Conv2d),
        /// Slides a kernel over a volume.
        Conv3d(Conv3d),
        /// Undoes the shape of [`Conv1d`].
        ConvTranspose1d(ConvTranspose1d),
        /// Undoes the shape of [`Conv2d`].
        ConvTranspose2d(ConvTranspose2d),
        /// Undoes the shape of [`Conv3d`].
        ConvTranspose3d(ConvTranspose3d),
        /// A function of each element, or of those along a dimension.
        Activation(Activation),
        /// A slope that is learned.
        PReLU(PReLU),
        /// The largest number of each window of a sequence.
        MaxPool1d(MaxPool1d),
        /// The largest number of each window of an image.
        MaxPool2d(MaxPool2d),
        /// The largest number of each window of a volume.
        MaxPool3d(MaxPool3d),
        /// The mean of each window of a sequence.
        AvgPool1d(AvgPool1d),
        /// The mean of each window of an image.
        AvgPool2d(AvgPool2d),
        /// The mean of each window of a volume.
        AvgPool3d(AvgPool3d),
        /// The largest numbers of as many windows as are wanted of a sequence.
        AdaptiveMaxPool1d(AdaptiveMaxPool1d),
        /// The largest numbers of as many windows as are wanted of an image.
        AdaptiveMaxPool2d(AdaptiveMaxPool2d),
        /// The largest numbers of as many windows as are wanted of a volume.
        AdaptiveMaxPool3d(AdaptiveMaxPool3d),
        /// The means of as many windows as are wanted of a sequence.
        AdaptiveAvgPool1d(AdaptiveAvgPool1d),
        /// The means of as many windows as are wanted of an image.
        AdaptiveAvgPool2d(AdaptiveAvgPool2d),
        /// The means of as many windows as are wanted of a volume.
        AdaptiveAvgPool3d(AdaptiveAvgPool3d),
        /// Pixels added at the sides.
        Pad(Pad),
        /// Normalizes each channel over a batch of sequences.
        BatchNorm1d(BatchNorm1d),
        /// Normalizes each channel over a batch of images.
        BatchNorm2d(BatchNorm2d),
        /// Normalizes each channel over a batch of volumes.
        BatchNorm3d(BatchNorm3d),
        /// Normalizes each channel of each sequence.
        InstanceNorm1d(InstanceNorm1d),
        /// Normalizes each channel of each image.
        InstanceNorm2d(InstanceNorm2d),
        /// Normalizes each channel of each volume.
        InstanceNorm3d(InstanceNorm3d),
        /// Normalizes over groups of channels.
        GroupNorm(GroupNorm),
        /// Normalizes over the last dimensions.
        LayerNorm(LayerNorm),
        /// Divides by the root mean square over the last dimensions.
        RMSNorm(RMSNorm),
        /// Leaves out elements.
        Dropout(Dropout),
        /// Leaves out channels of sequences.
        Dropout1d(Dropout1d),
        /// Leaves out channels of images.
        Dropout2d(Dropout2d),
        /// Leaves out channels of volumes.
        Dropout3d(Dropout3d),
        /// Rows of a table.
        Embedding(Embedding),
        /// Adds to each element of a sequence where it stands.
        PositionalEncoding(PositionalEncoding),
        /// Reads sequences.
        RNN(RNN),
        /// Reads sequences, with a memory.
        LSTM(LSTM),
        /// Reads sequences, with gates.
        GRU(GRU),
        /// Lets each element of a sequence look at all.
        MultiheadAttention(MultiheadAttention),
        /// A layer of a transformer.
        TransformerEncoderLayer(TransformerEncoderLayer),
        /// Layers of a transformer.
        TransformerEncoder(TransformerEncoder),
        /// Makes images larger.
        Upsample(Upsample),
        /// Channels become pixels.
        PixelShuffle(PixelShuffle),
        /// Pixels become channels.
        PixelUnshuffle(PixelUnshuffle),
        /// Gives its input.
        Identity(Identity),
        /// Joins dimensions.
        Flatten(Flatten),
        /// Splits a dimension.
        Unflatten(Unflatten),
        /// Swaps two dimensions.
        Transpose(Transpose),
        /// One place along a dimension.
        Select(Select),
        // `SingleLayer` leaves these two out.
        /// Layers one after the other.
        Sequential(Sequential),
        /// Layers side by side.
        Parallel(Parallel),
    }
}

impl Layer {
    /// The shape of the output for an input of the shape `input`, before anything is built. It is that
    /// of evaluation: while training, PyTorch refuses besides to normalize a single number.
    ///
    /// # Errors
    ///
    /// Where an argument cannot be, or the shape does not fit, with the place of the layer.
    ///
    /// # Examples
    ///
    /// ```
    /// use registry_nn::Layer;
    /// use registry_nn::layers::Conv2d;
    ///
    /// let conv = Layer::from(Conv2d::new(3, 8, 3.into()));
    /// assert_eq!(conv.output_shape(&[1, 3, 32, 32])?, [1, 8, 30, 30]);
    /// assert_eq!(conv.output_shape(&[1, 32, 32, 3]).unwrap_err().message(), "expected 3 channels, found 32");
    /// # Ok::<(), registry_nn::Refusal>(())
    /// ```
    pub fn output_shape(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        self.check()?;
        let output = if input.iter().all(|size| *size >= 0) {
            self.class().output(input)
        } else {
            Err(Refusal::shape("a size cannot be negative"))
        };
        output.map_err(|refusal| {
            refusal
                .of(self.name())
                .shown(&format!("its input has the shape {input:?}"))
        })
    }

    /// Whether all arguments can be, those of the layers inside too: what PyTorch asks when it builds.
    /// What is read from JSON has been asked already.
    ///
    /// # Errors
    ///
    /// Where one cannot, with the place of the layer.
    pub fn check(&self) -> Result<(), Refusal> {
        self.class()
            .check()
            .map_err(|refusal| refusal.of(self.name()))
    }

    /// The weights and what else stands in PyTorch's `state_dict`, by the names that it has there: those
    /// of the layers of a list begin with their number.
    pub fn state(&self) -> Vec<Variable> {
        self.class().state()
    }
}

/// A layer that is no list of layers: any class but [`Sequential`] and [`Parallel`].
///
/// An engine whose lists hold modules of its users too has these two among its own components, and the
/// others join them: `#[register(of = SingleLayer, registry = Module)]`.
#[derive(Clone, Debug, PartialEq)]
pub struct SingleLayer(pub Layer);

const _: () = {
    use registry_core::__private::{Argument, Builder, construct};
    use registry_core::{Component, ComponentInfo, ComponentOf, Registered};

    impl Component for SingleLayer {
        type Output = Self;
        type Interface = dyn LayerClass;

        const ITEMS: &'static [ComponentInfo] = {
            let all = <Layer as Component>::ITEMS;
            all.split_at(all.len() - 2).0
        };

        fn build(argument: Argument<'_, '_>, (): &()) -> Option<Registered<Self>> {
            construct::<Self, dyn LayerClass>(argument, &())
        }
    }

    impl ComponentOf<dyn LayerClass> for SingleLayer {
        fn call(index: usize, builder: &mut Builder<'_, '_>, (): &()) -> Option<Registered<Self>> {
            let built = <Layer as ComponentOf<dyn LayerClass>>::call(index, builder, &())?;
            Some(Registered::map(built, Self))
        }

        fn erase(built: Self) -> Box<dyn LayerClass> {
            Box::new(built.0)
        }
    }
};

/// For the registry: as the class that it holds.
impl LayerClass for Layer {
    fn check(&self) -> Result<(), Refusal> {
        Self::check(self)
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        self.output_shape(input)
    }

    fn state(&self) -> Vec<Variable> {
        Self::state(self)
    }
}
