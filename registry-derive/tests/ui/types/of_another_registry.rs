use registry_core::{Entity, Registry, registry};

#[registry]
trait Model {}

#[registry]
trait Layer {}

#[derive(Entity)]
#[register(registry = Layer)]
struct Linear;

impl Layer for Linear {}
impl Model for Linear {}

fn main() {
    let _ = Registry::<dyn Model>::new().with::<Linear>(); //~
}
