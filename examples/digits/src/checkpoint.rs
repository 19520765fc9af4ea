//! Weights and optimizer state as the bytes of a safetensors file.

use std::collections::BTreeMap;
use std::fmt::Display;

use candle_core::{Device, Tensor};
use thiserror::Error;

use crate::optimizer::Variables;

/// Why variables cannot be written as a checkpoint, or set to one.
#[derive(Debug, Error)]
#[error(
    "the checkpoint does not hold this model: {reason}\n\
     hint: restore the store from a copy, or train anew in another `--store`"
)]
pub struct CheckpointError {
    /// What is wrong with it.
    reason: String,
}

impl CheckpointError {
    fn new(reason: impl Display) -> Self {
        let reason = reason.to_string();
        Self { reason }
    }
}

/// The checkpoint of `weights` and `state`: the same bytes for the same values.
///
/// # Errors
///
/// When a variable cannot be written.
pub fn to_bytes(weights: &Variables, state: &Variables) -> Result<Vec<u8>, CheckpointError> {
    let tensors: BTreeMap<&String, &Tensor> = weights
        .iter()
        .chain(state)
        .map(|(name, variable)| (name, variable.as_tensor()))
        .collect();
    safetensors::serialize(tensors, None).map_err(CheckpointError::new)
}

/// Sets `weights` and `state` to what a checkpoint holds.
///
/// It may lack `state`, as it does after a change of optimizer.
///
/// # Errors
///
/// When it is no checkpoint, or one of other weights.
pub fn load(bytes: &[u8], weights: &Variables, state: &Variables) -> Result<(), CheckpointError> {
    let stored =
        candle_core::safetensors::load_buffer(bytes, &Device::Cpu).map_err(CheckpointError::new)?;
    if let Some(name) = weights.keys().find(|name| !stored.contains_key(*name)) {
        return Err(CheckpointError::new(format!("it lacks `{name}`")));
    }
    for (name, variable) in weights.iter().chain(state) {
        let Some(tensor) = stored.get(name) else {
            continue;
        };
        let (found, expected) = (kind(tensor), kind(variable));
        if found != expected {
            let reason = format!("`{name}` is {found}, not {expected}");
            return Err(CheckpointError::new(reason));
        }
        variable.set(tensor).map_err(CheckpointError::new)?;
    }
    Ok(())
}

/// What a tensor is, without its values: `F32 [10, 128]`.
fn kind(tensor: &Tensor) -> String {
    format!("{:?} {:?}", tensor.dtype(), tensor.dims())
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use candle_core::Var;

    use super::*;

    fn variables(name: &str, value: u32) -> candle_core::Result<Variables> {
        Ok(Variables::from([(
            name.to_owned(),
            Var::new(value, &Device::Cpu)?,
        )]))
    }

    fn other_kind(name: &str) -> candle_core::Result<Variables> {
        let var = Var::new(&[1f32, 2.0], &Device::Cpu)?;
        Ok(Variables::from([(name.to_owned(), var)]))
    }

    #[test]
    fn holds_weights_and_state() -> Result<(), Box<dyn Error>> {
        let (weights, state) = (variables("output.bias", 1)?, variables("SGD.velocity", 2)?);
        let bytes = to_bytes(&weights, &state)?;

        let (weights, state) = (variables("output.bias", 0)?, variables("SGD.velocity", 0)?);
        load(&bytes, &weights, &state)?;
        assert_eq!(weights["output.bias"].to_scalar::<u32>()?, 1);
        assert_eq!(state["SGD.velocity"].to_scalar::<u32>()?, 2);

        let fresh = variables("AdamW.steps", 0)?;
        load(&bytes, &weights, &fresh)?;
        assert_eq!(
            fresh["AdamW.steps"].to_scalar::<u32>()?,
            0,
            "another optimizer starts anew"
        );
        Ok(())
    }

    #[test]
    fn refuses_what_is_no_checkpoint_of_the_model() -> Result<(), Box<dyn Error>> {
        let none = Variables::new();
        let refusal = |bytes: &[u8], name| -> Result<String, Box<dyn Error>> {
            let loaded = load(bytes, &variables(name, 0)?, &none);
            Ok(loaded
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default())
        };
        let bytes = to_bytes(&variables("output.bias", 1)?, &none)?;
        assert!(refusal(&bytes, "hidden.bias")?.contains("it lacks `hidden.bias`"));
        let bytes = to_bytes(&other_kind("output.bias")?, &none)?;
        assert!(refusal(&bytes, "output.bias")?.contains("`output.bias` is F32 [2], not U32 []"));
        assert!(refusal(b"{}", "output.bias")?.contains("\nhint: restore the store from a copy"));
        Ok(())
    }
}
