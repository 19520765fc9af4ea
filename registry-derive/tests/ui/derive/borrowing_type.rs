use registry_core::{Entity, registry};

#[registry]
trait Data {}

#[derive(Entity)]
#[register(registry = Data)] //~
struct View<'a> {
    text: &'a str,
}



fn main() {}
