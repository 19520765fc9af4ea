//! x
mod checkpoint; mod criterion; mod data; mod model; mod optimizer; mod train; mod report;
use candle_core::{Device, DType};
use candle_nn::{VarMap, VarBuilder};
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let a: Vec<f64> = std::env::args().skip(1).map(|x| x.parse().unwrap()).collect();
    let d = data::Digits::load()?;
    let map = VarMap::new();
    let vb = VarBuilder::from_varmap(&map, DType::F32, &Device::Cpu);
    let m = model::Mlp::new(vb, 64, a[0] as usize, 10, a[1], model::Activation::ReLU)?;
    let vars = train::variables(&map);
    train::initialize(&vars, a[5] as u64)?;
    let mut o = optimizer::AdamW::new(&vars, a[2], 0.9, 0.999, 1e-8, 0.01)?;
    use optimizer::Optimizer;
    let state = o.state();
    let c = checkpoint::Checkpoint::new(std::path::Path::new("/tmp/x"), "hash");
    let start = c.load(&vars, &state)?.unwrap_or(0);
    let mut tr = train::Trainer { model: &m, criterion: &criterion::CrossEntropyLoss, optimizer: &mut o, batch_size: a[3] as usize, seed: a[5] as u64 };
    let mut loss = report::Curve { name: "loss", train: vec![], test: vec![] };
    let mut acc = report::Curve { name: "accuracy", train: vec![], test: vec![] };
    for e in start..start + a[4] as u64 {
        let x = tr.train(&d.train, e, || ())?;
        let y = tr.test(&d.test)?;
        c.save(&vars, &state, e + 1)?;
        loss.train.push((e as f64, x.loss));
        loss.test.push((e as f64, y.loss));
        acc.train.push((e as f64, x.accuracy));
        acc.test.push((e as f64, y.accuracy));
    }
    println!("{}", report::chart(&acc));
    println!("{}", report::table(&[report::Row { hash: "af51a51a38f7ad81f9523360fafe7068".into(), arguments: r#"{"input_size": 64, "hidden_size": 128, "output_size": 10, "dropout": 0.2, "activation": "ReLU"}"#.into(), epoch: 3, accuracy: Some(0.9777), current: true }]));
    std::fs::write("/tmp/x/x.svg", report::svg(&[loss, acc])?)?;
    Ok(())
}
