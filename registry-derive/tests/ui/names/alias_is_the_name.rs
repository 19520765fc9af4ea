use registry_core::{Entity, register};

#[derive(Entity)]
#[register(alias = "Adam")] //~
struct Adam { //~
    #[register(name = "rate", alias = "rate")] //~ //~
    lr: f64,
}

struct Mlp;

#[register(alias = "MLP", name = "MLP")] //~ //~
impl Mlp {
    fn new() -> Self {
        Self
    }
}

#[register(alias = "linear")] //~
fn linear() -> Mlp { //~
    Mlp
}

fn main() {}
