//! Weights that follow from a seed. The generator of random numbers is one for all threads, so nothing
//! else is tested here.

use burn::module::Module;
use burn::tensor::Device;
use registry_burn::layer;
use registry_nn::layers::{BatchNorm1d, Dropout, Linear, Sequential};

#[test]
fn the_same_seed_gives_the_same_weights_and_records_hold_them()
-> Result<(), Box<dyn std::error::Error>> {
    let layers = vec![
        Linear::new(2, 8).into(),
        BatchNorm1d::new(8).into(),
        Dropout::new().into(),
        Linear::new(8, 2).into(),
    ];
    let (network, device) = (Sequential::new(layers).into(), Device::default());
    let built = || {
        device.seed(17);
        layer(&network, &device)
    };
    let (one, other) = (built()?, built()?);
    assert_eq!(one.to_safetensors()?, other.to_safetensors()?);
    let next = layer(&network, &device)?;
    assert_ne!(next.to_safetensors()?, one.to_safetensors()?);
    let same = next.load_record(one.clone().into_record());
    assert_eq!(same.to_safetensors()?, one.to_safetensors()?);
    Ok(())
}
