use registry_core::{Entity, registry};

#[registry]
trait Data {}

#[derive(Entity)]
#[register(registry = Data)] //~
struct View<'a> {
    text: &'a str,
}

impl Data for View<'_> {}

fn main() {}
