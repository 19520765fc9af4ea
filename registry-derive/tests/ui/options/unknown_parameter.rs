use registry_core::{Entity, register};

#[derive(Entity)]
#[register(exclude = "parms")] //~
struct Adam {
    params: f64,
    lr: f64,
}

#[derive(Entity)]
enum Activation {
    #[register(exclude = "weights")] //~
    ReLU,
}

struct Mlp;

#[register(exclude = "device, size")] //~
impl Mlp {
    fn new(vs: i64, size: i64) -> Self {
        let _ = (vs, size);
        Self
    }
}

#[register(exclude = "sze, vvs")] //~ //~
fn linear(vs: f64, size: i64) -> Mlp {
    let _ = (vs, size);
    Mlp
}

fn main() {}
