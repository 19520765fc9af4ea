use registry_core::{Entity, registry};

#[registry]
trait Layer {}

#[derive(Entity)]
struct Net {
    layer: Box<dyn Layer>, //~
}

fn main() {}
