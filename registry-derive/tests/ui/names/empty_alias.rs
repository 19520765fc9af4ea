use registry_core::{Entity, register};

#[derive(Entity)]
#[register(alias = "")] //~
struct Adam {
    #[register(alias = "")] //~
    lr: f64,
}

#[register(alias = "")] //~
fn adam() -> Adam {
    Adam { lr: 0.1 }
}

fn main() {}
