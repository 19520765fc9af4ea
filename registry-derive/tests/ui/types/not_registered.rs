use registry_core::{Registry, registry};

#[registry]
trait Model {}

struct Mlp;

impl Model for Mlp {}

registry_core::submit!(Mlp); //~

fn main() {
    let _ = Registry::<dyn Model>::new().with::<Mlp>(); //~
}
