use registry_core::{Entity, register};

#[derive(Entity)]
struct Adam {
    #[register(name = "")] //~
    lr: f64,
    #[register(name = "")] //~
    beta1: f64,
}

struct Mlp;

#[register]
impl Mlp {
    fn new(#[register(name = "")] size: i64) -> Self { //~
        let _ = size;
        Self
    }
}

fn main() {}
