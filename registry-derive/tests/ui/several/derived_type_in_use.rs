use registry_core::{Entity, Registered, Registry};
use serde_json::json;

#[derive(Clone, Debug, Entity)]
#[register(nam = "adam", new)] //~
struct Adam {
    #[register(default = 0.1)]
    lr: f64,
}

#[derive(Clone, Debug, Entity)]
enum Activation {
    ReLU,
    #[register(skip)] //~
    Leaky { slope: f64 },
}

#[derive(Entity)]
struct Training {
    optimizer: Adam,
    registered: Registered<Adam>,
    activations: Vec<Activation>,
}

fn main() {
    let adam = Adam { lr: 0.1 };
    let _ = (adam.hash(), adam.arguments(), Adam::SIGNATURE.to_string());
    let _ = Adam::new().with_lr(0.2);
    let _ = (Activation::ReLU.hash(), Activation::SIGNATURES.len());
    let _ = Registry::<dyn std::any::Any>::new().with::<Adam>();
    let _ = Registry::<dyn std::any::Any>::new().with::<Activation>();
    let _ = serde_json::to_string(&adam);
    let _: Result<Adam, _> = serde_json::from_value(json!("adam"));
}
