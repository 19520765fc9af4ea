use registry_core::{Entity, Registered, registry};

#[registry]
trait Layer {}

#[derive(Entity)]
struct Net {
    layer: Registered<Box<dyn Layer + Send>>, //~
}

fn main() {}
