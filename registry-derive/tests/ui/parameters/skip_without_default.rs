use registry_core::{Entity, register};

#[derive(Entity)]
struct Adam {
    #[register(skip_default)] //~
    lr: f64,
}

struct Mlp;

#[register]
impl Mlp {
    fn new(#[register(skip_default)] size: i64) -> Self { //~
        let _ = size;
        Self
    }
}

fn main() {}
