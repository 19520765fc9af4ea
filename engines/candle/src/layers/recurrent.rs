//! Layers that read sequences.

use super::activation::relu;
use super::dropout::drop_elements;
use super::shape::in_batch;
use super::{Forward, Weights, forward};
use crate::Result;
use crate::numbers::size;
use candle_core::{D, Tensor};
use candle_nn::ops::sigmoid;
use registry_nn::layers::{GRU, LSTM, Nonlinearity, RNN, Recurrence};

/// What was read so far: what is given out, and a memory where there is one.
struct State {
    hidden: Tensor,
    memory: Tensor,
}

/// The next state from the last one: of what the element gives, and of what the last state gives, each with a
/// part for each gate.
type Cell = fn(&Tensor, &Tensor, &State) -> Result<State>;

pub(super) fn rnn(it: &RNN, weights: Weights) -> Result<Forward> {
    let cell: Cell = match it.nonlinearity {
        Nonlinearity::Tanh => |element, state, _| Ok(plain((element + state)?.tanh()?)),
        Nonlinearity::Relu => |element, state, _| Ok(plain(relu(&(element + state)?)?)),
    };
    read(it.recurrence(), weights, cell)
}

/// A state without a memory.
fn plain(hidden: Tensor) -> State {
    let memory = hidden.clone();
    State { hidden, memory }
}

pub(super) fn lstm(it: &LSTM, weights: Weights) -> Result<Forward> {
    read(it.recurrence(), weights, |element, state, before| {
        let gates = (element + state)?.chunk(4, D::Minus1)?;
        let kept = (sigmoid(&gates[1])? * &before.memory)?;
        let memory = (kept + (sigmoid(&gates[0])? * gates[2].tanh()?)?)?;
        let hidden = (sigmoid(&gates[3])? * memory.tanh()?)?;
        Ok(State { hidden, memory })
    })
}

pub(super) fn gru(it: &GRU, weights: Weights) -> Result<Forward> {
    read(it.recurrence(), weights, |element, state, before| {
        let (element, state) = (element.chunk(3, D::Minus1)?, state.chunk(3, D::Minus1)?);
        let reset = sigmoid(&(&element[0] + &state[0])?)?;
        let update = sigmoid(&(&element[1] + &state[1])?)?;
        let new = (&element[2] + (reset * &state[2])?)?.tanh()?;
        Ok(plain((&new + (update * (&before.hidden - &new)?)?)?))
    })
}

fn read(it: Recurrence, weights: Weights, cell: Cell) -> Result<Forward> {
    let (hidden, output) = (size(it.hidden_size)?, size(it.output_size)?);
    let directions: &[&str] = if it.bidirectional {
        &["", "_reverse"]
    } else {
        &[""]
    };
    Ok(forward(move |xs, train| {
        let read = |xs: &Tensor| {
            let mut sequence = xs.clone();
            for layer in 0..it.num_layers {
                if layer > 0 {
                    sequence = drop_elements(&sequence, it.dropout, train)?;
                }
                let one = |direction: &&str| {
                    let direction = Direction {
                        weights: &weights,
                        place: format!("l{layer}{direction}"),
                        cell,
                    };
                    direction.read(&sequence, [hidden, output])
                };
                let outputs = directions.iter().map(one).collect::<Result<Vec<_>>>()?;
                sequence = Tensor::cat(&outputs, D::Minus1)?;
            }
            Ok(sequence)
        };
        // Inside, the batch is the first dimension.
        match (xs.rank(), it.batch_first) {
            (3, false) => read(&xs.transpose(0, 1)?)?.transpose(0, 1)?.contiguous(),
            _ => in_batch(xs, 3, read),
        }
    }))
}

/// One layer, from one side.
struct Direction<'a> {
    weights: &'a Weights,
    place: String,
    cell: Cell,
}

impl Direction<'_> {
    fn read(&self, xs: &Tensor, [hidden, output]: [usize; 2]) -> Result<Tensor> {
        let named = |name: &str| format!("{name}_{}", self.place);
        let (batch, length, features) = xs.dims3()?;
        let weight = self.weights.one(&named("weight_hh"))?.t()?;
        let bias = self.weights.get(&named("bias_hh"));
        let project = self
            .weights
            .get(&named("weight_hr"))
            .map(|it| it.t())
            .transpose()?;
        // What the elements give is computed for all of them at once.
        let elements = xs.contiguous()?.reshape((batch * length, features))?;
        let elements = product(
            &elements,
            &self.weights.one(&named("weight_ih"))?.t()?,
            self.weights.get(&named("bias_ih")).as_ref(),
        )?;
        let elements = elements.reshape((batch, length, ()))?;

        let zeros = |size| Tensor::zeros((batch, size), xs.dtype(), xs.device());
        let mut state = State {
            hidden: zeros(output)?,
            memory: zeros(hidden)?,
        };
        let is_reverse = self.place.ends_with("_reverse");
        let mut outputs = Vec::with_capacity(length);
        for step in 0..length {
            let at = if is_reverse { length - 1 - step } else { step };
            let element = elements.narrow(1, at, 1)?.squeeze(1)?;
            let recurrent = product(&state.hidden, &weight, bias.as_ref())?;
            state = (self.cell)(&element, &recurrent, &state)?;
            if let Some(project) = &project {
                state.hidden = state.hidden.matmul(project)?;
            }
            outputs.push(state.hidden.clone());
        }
        if is_reverse {
            outputs.reverse();
        }
        Tensor::stack(&outputs, 1)
    }
}

fn product(xs: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let product = xs.matmul(weight)?;
    bias.map_or(Ok(product.clone()), |bias| product.broadcast_add(bias))
}
