//! Weights and what an optimizer remembers in one safetensors file.

use safetensors::{SafeTensors, serialize};

use crate::engine::EngineError;

/// What the names of what an optimizer remembers begin with.
const OPTIMIZER: &str = "optimizer.";

/// One file of two: the weights under their own names, as PyTorch loads them, and beside them what the
/// optimizer remembers.
///
/// # Errors
///
/// When one of them is no safetensors file.
pub fn join(weights: &[u8], optimizer: &[u8]) -> Result<Vec<u8>, EngineError> {
    let (weights, optimizer) = (read(weights)?, read(optimizer)?);
    let weights = weights
        .iter()
        .map(|(name, tensor)| (name.to_owned(), tensor));
    let optimizer = optimizer
        .iter()
        .map(|(name, tensor)| (format!("{OPTIMIZER}{name}"), tensor));
    serialize(weights.chain(optimizer), None).map_err(EngineError::framework)
}

/// The two files that one was [joined](join) of.
///
/// # Errors
///
/// When it is no safetensors file.
pub fn split(bytes: &[u8]) -> Result<[Vec<u8>; 2], EngineError> {
    let file = read(bytes)?;
    let (optimizer, weights): (Vec<_>, Vec<_>) = file
        .iter()
        .partition(|(name, _)| name.starts_with(OPTIMIZER));
    let optimizer = optimizer
        .into_iter()
        .map(|(name, tensor)| (&name[OPTIMIZER.len()..], tensor));
    let [weights, optimizer] = [serialize(weights, None), serialize(optimizer, None)]
        .map(|file| file.map_err(EngineError::framework));
    Ok([weights?, optimizer?])
}

fn read(bytes: &[u8]) -> Result<SafeTensors<'_>, EngineError> {
    SafeTensors::deserialize(bytes).map_err(EngineError::checkpoint)
}

#[cfg(test)]
mod tests {
    use safetensors::Dtype;
    use safetensors::tensor::TensorView;

    use super::*;

    fn file(tensors: &[(&str, u8)]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let bytes: Vec<[u8; 1]> = tensors.iter().map(|(_, byte)| [*byte]).collect();
        let views = bytes
            .iter()
            .map(|byte| TensorView::new(Dtype::U8, vec![1], byte));
        let views = views.collect::<Result<Vec<_>, _>>()?;
        let names = tensors.iter().map(|(name, _)| *name);
        Ok(serialize(names.zip(views), None)?)
    }

    #[test]
    fn what_is_joined_is_split_again() -> Result<(), Box<dyn std::error::Error>> {
        let weights = file(&[("0.weight", 1), ("0.bias", 2)])?;
        let optimizer = file(&[("0.weight", 3), ("steps", 4)])?;
        let joined = join(&weights, &optimizer)?;
        let tensors = SafeTensors::deserialize(&joined)?;
        assert_eq!(tensors.tensor("0.weight")?.data(), [1]);
        assert_eq!(tensors.tensor("optimizer.0.weight")?.data(), [3]);
        assert_eq!(tensors.len(), 4);
        assert_eq!(split(&joined)?, [weights.clone(), optimizer]);
        assert_eq!(join(&weights, &file(&[])?)?, weights);

        for damaged in [&joined[..joined.len() / 2], b""] {
            let refusal = split(damaged).err().map(|error| error.to_string());
            let refusal = refusal.unwrap_or_default();
            assert!(refusal.contains("does not hold this model"), "{refusal}");
            assert!(
                refusal.contains("\nhint: restore the store from a copy"),
                "{refusal}"
            );
        }
        Ok(())
    }
}
