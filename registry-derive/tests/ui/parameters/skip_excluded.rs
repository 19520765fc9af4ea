use registry_core::{Entity, register};

#[derive(Entity)]
#[register(exclude = "cache")]
struct Adam {
    #[register(exclude, default = 0.1, skip_default)] //~
    params: f64,
    #[register(default = 0.1, skip_default)] //~
    cache: f64,
    #[register(exclude, skip_default)] //~
    weights: f64,
}

struct Mlp;

#[register(exclude = "size")]
impl Mlp {
    fn new(#[register(default = 1, skip_default)] size: i64) -> Self { //~
        let _ = size;
        Self
    }
}

fn main() {}
