use registry_core::{Entity, register, registry};

#[derive(Entity)]
#[register(name = "A", name = "B")] //~
struct Adam {
    #[register(default = 0.1, keyword)]
    #[register(default = 0.2)] //~
    lr: f64,
    #[register(exclude, exclude)] //~
    params: f64,
    #[register(default, keyword, keyword, skip_default, skip_default)] //~ //~
    beta: f64,
}

#[derive(Entity)]
#[register(new, new, crate = registry_core, crate = registry_core)] //~ //~
struct Sgd {
    lr: f64,
}

struct Mlp;

#[register(constructor = "new", constructor = "new", exclude = "vs", exclude = "vs")] //~ //~
impl Mlp {
    fn new(vs: f64) -> Self {
        let _ = vs;
        Self
    }
}

#[registry(context = f64, context = f64)] //~
trait Model {}

#[register(registry = Model, registry = Model)] //~
fn linear() -> Mlp {
    Mlp
}

impl Model for Mlp {}

fn main() {}
