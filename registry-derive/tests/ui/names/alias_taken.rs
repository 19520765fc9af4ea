use registry_core::{Entity, register};

#[derive(Entity)]
enum Activation {
    ReLU, //~
    #[register(alias = "ReLU")] //~
    Rectifier,
    #[register(alias = "Old")] //~
    Tanh,
    #[register(alias = "Old")] //~
    Sigmoid,
}

#[derive(Entity)]
struct Adam {
    lr: f64, //~
    #[register(alias = "lr")] //~
    rate: f64,
}

struct Mlp;

#[register]
impl Mlp {
    fn new(
        size: i64, //~
        #[register(alias = "size")] width: i64, //~
    ) -> Self {
        let _ = (size, width);
        Self
    }
}

fn main() {}
