//! Layers that read sequences.

use super::Pass;
use crate::tensor::AnyTensor;
use burn::tensor::Tensor;
use burn::tensor::activation::{relu, sigmoid, tanh};
use burn::tensor::module::linear;
use registry_nn::Refusal;
use registry_nn::layers::{GRU, LSTM, Nonlinearity, RNN, Recurrence};

/// The weights of a layer in one direction.
struct Cell {
    input: Tensor<2>,
    state: Tensor<2>,
    bias_input: Option<Tensor<1>>,
    bias_state: Option<Tensor<1>>,
    output: Option<Tensor<2>>,
}

impl Pass<'_> {
    pub(super) fn rnn(&mut self, rnn: &RNN, input: AnyTensor) -> Result<AnyTensor, Refusal> {
        let bend = match rnn.nonlinearity {
            Nonlinearity::Tanh => tanh,
            Nonlinearity::Relu => relu,
        };
        self.recurrent(
            &rnn.recurrence(),
            input,
            |gates, cell, state: Option<Tensor<2>>| {
                let from_state = from_state(cell, state.as_ref(), &gates);
                let state = bend(gates + from_state);
                (state.clone(), state)
            },
        )
    }

    pub(super) fn lstm(&mut self, lstm: &LSTM, input: AnyTensor) -> Result<AnyTensor, Refusal> {
        self.recurrent(
            &lstm.recurrence(),
            input,
            |gates, cell, state: Option<(Tensor<2>, Tensor<2>)>| {
                let (state, memory) = state.unzip();
                let from_state = from_state(cell, state.as_ref(), &gates);
                let [take, forget, new, give] = parts(&(gates + from_state));
                let new = sigmoid(take) * tanh(new);
                let memory = match memory {
                    Some(memory) => sigmoid(forget) * memory + new,
                    None => new,
                };
                let mut state = sigmoid(give) * tanh(memory.clone());
                if let Some(output) = &cell.output {
                    state = linear(state, output.clone().transpose(), None);
                }
                (state.clone(), (state, memory))
            },
        )
    }

    pub(super) fn gru(&mut self, gru: &GRU, input: AnyTensor) -> Result<AnyTensor, Refusal> {
        self.recurrent(
            &gru.recurrence(),
            input,
            |gates, cell, state: Option<Tensor<2>>| {
                let [reset_state, keep_state, new_state] =
                    parts(&from_state(cell, state.as_ref(), &gates));
                let [reset, keep, new] = parts(&gates);
                let keep = sigmoid(keep + keep_state);
                let new = tanh(new + sigmoid(reset + reset_state) * new_state);
                let mut next = new.clone() - keep.clone() * new;
                if let Some(state) = state {
                    next = next + keep * state;
                }
                (next.clone(), next)
            },
        )
    }

    /// Reads sequences with what a step makes of the gates and the state before.
    fn recurrent<S>(
        &mut self,
        of: &Recurrence,
        input: AnyTensor,
        step: impl Fn(Tensor<2>, &Cell, Option<S>) -> (Tensor<2>, S),
    ) -> Result<AnyTensor, Refusal> {
        let shape = input.shape();
        let is_batch_first = of.batch_first && shape.len() == 3;
        let mut x = match *shape {
            [length, features] => input.view([length, 1, features])?,
            _ => input.tensor::<3>()?,
        };
        if is_batch_first {
            x = x.swap_dims(0, 1);
        }
        for layer in 0..of.num_layers {
            if layer > 0 {
                x = self.drop_out(of.dropout, x);
            }
            let forward = self.cell(of)?;
            let mut outputs = vec![read(&x, &forward, false, &step)];
            if of.bidirectional {
                let backward = self.cell(of)?;
                outputs.push(read(&x, &backward, true, &step));
            }
            x = Tensor::cat(outputs, 2);
        }
        if is_batch_first {
            x = x.swap_dims(0, 1);
        }
        let features = x.dims()[2];
        match *shape {
            [length, _] => AnyTensor::from(x).reshape(&[length, features]),
            _ => Ok(x.into()),
        }
    }

    fn cell(&mut self, of: &Recurrence) -> Result<Cell, Refusal> {
        Ok(Cell {
            input: self.next()?,
            state: self.next()?,
            bias_input: self.next_if(of.bias)?,
            bias_state: self.next_if(of.bias)?,
            output: self.next_if(of.output_size != of.hidden_size)?,
        })
    }
}

/// The outputs for the elements of a sequence, read from its end where it is `reversed`.
fn read<S>(
    x: &Tensor<3>,
    cell: &Cell,
    reversed: bool,
    step: impl Fn(Tensor<2>, &Cell, Option<S>) -> (Tensor<2>, S),
) -> Tensor<3> {
    let gates = linear(
        x.clone(),
        cell.input.clone().transpose(),
        cell.bias_input.clone(),
    );
    let length = gates.dims()[0];
    let mut outputs = Vec::with_capacity(length);
    let mut state = None;
    for at in 0..length {
        let at = if reversed { length - 1 - at } else { at };
        let (output, next) = step(gates.clone().narrow(0, at, 1).squeeze_dim(0), cell, state);
        outputs.push(output);
        state = Some(next);
    }
    if reversed {
        outputs.reverse();
    }
    Tensor::stack(outputs, 0)
}

/// What a state adds to the gates; there is none before the first element.
fn from_state(cell: &Cell, state: Option<&Tensor<2>>, gates: &Tensor<2>) -> Tensor<2> {
    match (state, &cell.bias_state) {
        (Some(state), bias) => linear(state.clone(), cell.state.clone().transpose(), bias.clone()),
        (None, Some(bias)) => bias.clone().unsqueeze::<2>().expand(gates.dims()),
        (None, None) => gates.zeros_like(),
    }
}

fn parts<const N: usize>(gates: &Tensor<2>) -> [Tensor<2>; N] {
    let count = gates.dims()[1] / N;
    std::array::from_fn(|at| gates.clone().narrow(1, at * count, count))
}
