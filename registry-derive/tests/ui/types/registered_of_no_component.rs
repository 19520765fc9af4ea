use registry_core::{Entity, Registered};

struct Plain;

#[derive(Entity)]
struct Mlp {
    plain: Registered<Plain>, //~
}

fn main() {}
