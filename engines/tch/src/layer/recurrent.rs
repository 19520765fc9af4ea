//! Layers that read sequences.

use crate::TorchError;
use crate::variable::Variables;
use registry_nn::layers::{GRU, LSTM, Nonlinearity, RNN, Recurrence};
use tch::{TchError, Tensor};

pub(super) fn rnn(it: &RNN, w: &Variables, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
    let of = it.recurrence();
    let (weights, both) = (w.tensors(), of.bidirectional);
    read(&of, &weights, xs, |xs, [state, _]| {
        let (layers, dropout, first) = (of.num_layers, of.dropout, of.batch_first);
        let (output, _) = match it.nonlinearity {
            Nonlinearity::Tanh => xs.f_rnn_tanh(
                state, &weights, of.bias, layers, dropout, train, both, first,
            )?,
            Nonlinearity::Relu => xs.f_rnn_relu(
                state, &weights, of.bias, layers, dropout, train, both, first,
            )?,
        };
        Ok(output)
    })
}

pub(super) fn lstm(
    it: &LSTM,
    w: &Variables,
    xs: &Tensor,
    train: bool,
) -> Result<Tensor, TorchError> {
    let of = it.recurrence();
    let (weights, both) = (w.tensors(), of.bidirectional);
    read(&of, &weights, xs, |xs, states| {
        let (layers, dropout, first) = (of.num_layers, of.dropout, of.batch_first);
        let states = &states.each_ref()[..];
        let (output, _, _) = xs.f_lstm(
            states, &weights, of.bias, layers, dropout, train, both, first,
        )?;
        Ok(output)
    })
}

pub(super) fn gru(it: &GRU, w: &Variables, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
    let of = it.recurrence();
    let (weights, both) = (w.tensors(), of.bidirectional);
    read(&of, &weights, xs, |xs, [state, _]| {
        let (layers, dropout, first) = (of.num_layers, of.dropout, of.batch_first);
        let (output, _) = xs.f_gru(
            state, &weights, of.bias, layers, dropout, train, both, first,
        )?;
        Ok(output)
    })
}

/// Reads from states of zero, in a batch of one where there is none.
fn read(
    of: &Recurrence,
    weights: &[&Tensor],
    xs: &Tensor,
    read: impl Fn(&Tensor, &[Tensor; 2]) -> Result<Tensor, TchError>,
) -> Result<Tensor, TorchError> {
    let (expected, found) = (weights[0].kind(), xs.kind());
    if found != expected {
        return Err(TorchError::new(format!(
            "expected the kind of the weights, {expected:?}, found {found:?}"
        )));
    }
    let at = usize::from(!of.batch_first);
    let place = i64::from(!of.batch_first);
    let batch = if xs.dim() == 2 {
        xs.f_unsqueeze(place)?
    } else {
        xs.shallow_clone()
    };
    let states = of.num_layers * if of.bidirectional { 2 } else { 1 };
    let zeros = |size| {
        let shape = [states, batch.size()[at], size];
        Tensor::f_zeros(shape, (xs.kind(), xs.device()))
    };
    let output = read(&batch, &[zeros(of.output_size)?, zeros(of.hidden_size)?])?;
    if xs.dim() == 2 {
        return Ok(output.f_squeeze_dim(place)?);
    }
    Ok(output)
}
