//! Layers that read sequences.

use super::init::{uniform, variable};
use crate::{Module, TorchError, module_t};
use registry_core::register;
use tch::nn::Path;
use tch::{TchError, Tensor};

/// What the layers that read sequences share.
#[derive(Debug)]
struct Recurrent {
    weights: Vec<Tensor>,
    /// Sizes of the state: of what is given out, and of what is kept.
    sizes: [i64; 2],
    layers: i64,
    bias: bool,
    batch_first: bool,
    dropout: f64,
    bidirectional: bool,
}

/// The sizes of one layer in one direction.
struct Sizes {
    gates: i64,
    input: i64,
    hidden: i64,
    /// Zero for none.
    projected: i64,
}

impl Recurrent {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a layer has fewer than 2^53 weights"
    )]
    fn new(
        vs: &Path<'_>,
        sizes: &Sizes,
        layers: i64,
        bias: bool,
        batch_first: bool,
        dropout: f64,
        bidirectional: bool,
    ) -> Result<Self, TorchError> {
        let Sizes {
            gates,
            input,
            hidden,
            projected,
        } = *sizes;
        if layers < 1 || input < 1 || hidden < 1 || !(0..hidden).contains(&projected) {
            return Err(TorchError::new(
                "a size is too small, or `proj_size` too large\n\
                 hint: choose 1 or more, and a `proj_size` below `hidden_size`",
            ));
        }
        if !(0.0..=1.0).contains(&dropout) {
            return Err(TorchError::new(format!(
                "`dropout` cannot be {dropout}\nhint: choose a probability, in 0 to 1"
            )));
        }
        let output = if projected > 0 { projected } else { hidden };
        let directions = if bidirectional {
            &["", "_reverse"][..]
        } else {
            &[""]
        };
        let gates = hidden.saturating_mul(gates);
        let mut weights = Vec::new();
        usize::try_from(layers)
            .ok()
            .and_then(|layers| weights.try_reserve(layers).ok())
            .ok_or_else(|| {
                TorchError::new(format!(
                    "`num_layers` cannot be {layers}\nhint: choose fewer"
                ))
            })?;
        for layer in 0..layers {
            let input = match (layer, bidirectional) {
                (0, _) => input,
                (_, false) => output,
                (_, true) => output.saturating_mul(2),
            };
            for direction in directions {
                let mut add = |name: &str, shape: &[i64]| -> Result<(), TorchError> {
                    let name = format!("{name}_l{layer}{direction}");
                    weights.push(variable(vs, &name, shape, uniform(hidden as f64))?);
                    Ok(())
                };
                add("weight_ih", &[gates, input])?;
                add("weight_hh", &[gates, output])?;
                if bias {
                    add("bias_ih", &[gates])?;
                    add("bias_hh", &[gates])?;
                }
                if projected > 0 {
                    add("weight_hr", &[projected, hidden])?;
                }
            }
        }
        Ok(Self {
            weights,
            sizes: [output, hidden],
            layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
        })
    }

    /// Calls `read` with a batch of sequences and their first states, which are zeros.
    fn read(
        &self,
        xs: &Tensor,
        read: impl Fn(&Tensor, [Tensor; 2]) -> Result<Tensor, TchError>,
    ) -> Result<Tensor, TchError> {
        let (batch, length) = if self.batch_first { (0, 1) } else { (1, 0) };
        if xs.dim() == 2 {
            return self
                .read(&xs.f_unsqueeze(batch)?, read)?
                .f_squeeze_dim(batch);
        }
        let size = xs.size();
        if size.len() != 3 || size[usize::from(length == 1)] == 0 {
            let text = "expected two dimensions or three, and sequences that are not empty";
            return Err(TchError::Torch(text.to_owned()));
        }
        let states = self.layers * if self.bidirectional { 2 } else { 1 };
        let zeros = |state| {
            let batch = size[usize::from(batch == 1)];
            Tensor::f_zeros([states, batch, state], (xs.kind(), xs.device()))
        };
        let [output, kept] = self.sizes;
        read(xs, [zeros(output)?, zeros(kept)?])
    }
}

/// Long short-term memory: reads `(length, batch, features)` and gives the states of the last layer.
#[derive(Debug)]
pub struct LSTM {
    inner: Recurrent,
}

#[register(exclude = "vs", registry = Module)]
impl LSTM {
    /// Layers with `hidden_size` numbers of state; `batch_first` is for
    /// `(batch, length, features)`.
    ///
    /// # Errors
    ///
    /// Where a size is too small, or `proj_size` too large.
    pub fn new(
        vs: &Path<'_>,
        input_size: i64,
        hidden_size: i64,
        #[register(default = 1, skip_default)] num_layers: i64,
        #[register(default = true, skip_default)] bias: bool,
        #[register(default = false, skip_default)] batch_first: bool,
        #[register(default = 0.0, skip_default)] dropout: f64,
        #[register(default = false, skip_default)] bidirectional: bool,
        #[register(default = 0, skip_default)] proj_size: i64,
    ) -> Result<Self, TorchError> {
        let sizes = Sizes {
            gates: 4,
            input: input_size,
            hidden: hidden_size,
            projected: proj_size,
        };
        let inner = Recurrent::new(
            vs,
            &sizes,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
        )?;
        Ok(Self { inner })
    }
}

impl Module for LSTM {
    fn try_forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        let this = &self.inner;
        let read = |xs: &Tensor, states: [Tensor; 2]| {
            let (output, _, _) = xs.f_lstm(
                &states.each_ref()[..],
                &this.weights.iter().collect::<Vec<_>>(),
                this.bias,
                this.layers,
                this.dropout,
                train,
                this.bidirectional,
                this.batch_first,
            )?;
            Ok(output)
        };
        this.read(xs, read).map_err(TorchError::of("LSTM", xs))
    }
}

/// Gated recurrent units: reads `(length, batch, features)` and gives the states of the last layer.
#[derive(Debug)]
pub struct GRU {
    inner: Recurrent,
}

#[register(exclude = "vs", registry = Module)]
impl GRU {
    /// Layers with `hidden_size` numbers of state; `batch_first` is for
    /// `(batch, length, features)`.
    ///
    /// # Errors
    ///
    /// Where a size is too small.
    pub fn new(
        vs: &Path<'_>,
        input_size: i64,
        hidden_size: i64,
        #[register(default = 1, skip_default)] num_layers: i64,
        #[register(default = true, skip_default)] bias: bool,
        #[register(default = false, skip_default)] batch_first: bool,
        #[register(default = 0.0, skip_default)] dropout: f64,
        #[register(default = false, skip_default)] bidirectional: bool,
    ) -> Result<Self, TorchError> {
        let sizes = Sizes {
            gates: 3,
            input: input_size,
            hidden: hidden_size,
            projected: 0,
        };
        let inner = Recurrent::new(
            vs,
            &sizes,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
        )?;
        Ok(Self { inner })
    }
}

impl Module for GRU {
    fn try_forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        let this = &self.inner;
        let read = |xs: &Tensor, [state, _]: [Tensor; 2]| {
            let (output, _) = xs.f_gru(
                &state,
                &this.weights,
                this.bias,
                this.layers,
                this.dropout,
                train,
                this.bidirectional,
                this.batch_first,
            )?;
            Ok(output)
        };
        this.read(xs, read).map_err(TorchError::of("GRU", xs))
    }
}

module_t!(LSTM, GRU);
