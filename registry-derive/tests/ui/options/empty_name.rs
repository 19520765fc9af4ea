use registry_core::{Entity, register};

#[derive(Entity)]
#[register(name = "")] //~
struct Adam {
    lr: f64,
}

#[derive(Entity)]
enum Activation {
    #[register(name = "")] //~
    ReLU,
}

struct Mlp;

#[register(name = "")] //~
impl Mlp {
    fn new() -> Self {
        Self
    }
}

#[register(name = "")] //~
fn linear() -> Mlp {
    Mlp
}

fn main() {}
