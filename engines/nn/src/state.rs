//! What a layer keeps: its weights and what else stands in PyTorch's `state_dict`.

/// One tensor of a layer, as it stands in PyTorch's `state_dict`.
///
/// # Examples
///
/// ```
/// use registry_nn::layers::{BatchNorm2d, Conv2d, Sequential};
/// use registry_nn::{Init, Layer};
///
/// let layers = vec![Conv2d::new(3, 8, 3.into()).into(), BatchNorm2d::new(8).into()];
/// let state = Layer::from(Sequential::new(layers)).state();
/// assert_eq!((state[0].name.as_str(), &state[0].shape[..]), ("0.weight", &[8, 3, 3, 3][..]));
/// assert!(matches!(state[0].init, Init::Uniform { bound } if (bound - 27f64.sqrt().recip()).abs() < 1e-9));
/// assert_eq!((state[4].name.as_str(), state[4].trained), ("1.running_mean", false));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its name, after the places of the layers that it is in: `0.weight`.
    pub name: String,
    /// Its sizes.
    pub shape: Vec<i64>,
    /// What it is before the first step.
    pub init: Init,
    /// Whether an optimizer moves it.
    pub trained: bool,
}

/// What a variable is before the first step, as PyTorch has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Uniform between the negative of `bound` and `bound`.
    Uniform {
        /// The largest.
        bound: f64,
    },
    /// Normal around zero; the row at `zero` of the first dimension is zero.
    Normal {
        /// The standard deviation.
        std: f64,
        /// A row that is zero, from the first one.
        zero: Option<i64>,
    },
    /// The same everywhere.
    Constant(f64),
    /// A whole number, which starts at zero.
    Counter,
}

impl Variable {
    /// One that is trained.
    pub(crate) fn trained(name: &str, shape: &[i64], init: Init) -> Self {
        Self {
            name: name.to_owned(),
            shape: shape.to_vec(),
            init,
            trained: true,
        }
    }

    /// One that is not.
    pub(crate) fn kept(name: &str, shape: &[i64], init: Init) -> Self {
        Self {
            trained: false,
            ..Self::trained(name, shape, init)
        }
    }

    /// The same inside the layer at `place`.
    pub(crate) fn inside(mut self, place: &str) -> Self {
        self.name.insert(0, '.');
        self.name.insert_str(0, place);
        self
    }
}

/// `weight`, and `bias` of a size where there is one, both uniform within one through the root of the
/// number of inputs that an output has.
pub(crate) fn weight_and_bias(shape: &[i64], bias: Option<i64>) -> Vec<Variable> {
    let init = uniform(shape.iter().skip(1).copied());
    let mut state = vec![Variable::trained("weight", shape, init)];
    state.extend(bias.map(|size| Variable::trained("bias", &[size], init)));
    state
}

/// `weight` of ones and `bias` of zeros, where there are such.
pub(crate) fn scale_and_shift(shape: &[i64], scale: bool, shift: bool) -> Vec<Variable> {
    let weight = scale.then(|| Variable::trained("weight", shape, Init::Constant(1.0)));
    let bias = shift.then(|| Variable::trained("bias", shape, Init::Constant(0.0)));
    weight.into_iter().chain(bias).collect()
}

/// Uniform within one through the root of a number of inputs, the product of some sizes.
#[expect(
    clippy::cast_precision_loss,
    reason = "a layer has fewer than 2^53 weights"
)]
pub(crate) fn uniform(inputs: impl IntoIterator<Item = i64>) -> Init {
    let inputs: f64 = inputs.into_iter().map(|size| size as f64).product();
    // Without inputs there is nothing but a bias, which is zero.
    let bound = if inputs > 0.0 {
        inputs.sqrt().recip()
    } else {
        0.0
    };
    Init::Uniform { bound }
}
