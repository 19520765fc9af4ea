use registry_core::{Entity, register};

const OLD: &str = "Old";

#[derive(Entity)]
#[register(alias = OLD)] //~
struct Adam {
    #[register(name = OLD)] //~
    lr: f64,
    #[register(name = 3)] //~
    beta1: f64,
    #[register(alias = concat!("be", "ta"))] //~
    beta2: f64,
}

struct Mlp;

#[register]
impl Mlp {
    fn new(#[register(name = OLD)] size: i64) -> Self { //~
        let _ = size;
        Self
    }
}

fn main() {}
