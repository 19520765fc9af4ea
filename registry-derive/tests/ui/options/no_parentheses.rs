use registry_core::{Entity, register};

#[derive(Entity)]
#[register = "Adam"] //~
struct Adam {
    #[register] //~
    lr: f64,
}

struct Mlp;

#[register]
impl Mlp {
    fn new(#[register] size: i64) -> Self { //~
        let _ = size;
        Self
    }
}

fn main() {}
