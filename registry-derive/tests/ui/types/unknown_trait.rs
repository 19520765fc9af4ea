use registry_core::{Entity, register};

#[derive(Entity)]
#[register(registry = Modl)] //~
struct Linear;

struct Mlp;

#[register(registry = Modl)] //~
impl Mlp {
    fn new() -> Self {
        Self
    }
}

fn main() {}
