use registry_core::{Entity, register};

#[derive(Entity)]
struct Adam {
    #[register(default = "fast")] //~
    lr: f64,
    #[register(default = 1, skip_default)] //~
    beta: f64,
    #[register(exclude, default = 2)] //~
    params: f64,
}

#[derive(Entity)]
#[register(new)]
struct Sgd {
    #[register(default = "fast")] //~
    lr: f64,
}

struct Mlp;

#[register]
impl Mlp {
    fn new(#[register(default = "big")] size: i64) -> Self { //~
        let _ = size;
        Self
    }
}

fn main() {}
