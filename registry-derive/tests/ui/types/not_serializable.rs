use registry_core::{Entity, register};

struct Plain;

#[derive(Entity)]
struct Adam {
    plain: Plain, //~ //~
}

struct Mlp;

#[register]
impl Mlp {
    fn new(plain: Plain) -> Self { //~ //~
        let _ = plain;
        Self
    }
}

fn main() {}
