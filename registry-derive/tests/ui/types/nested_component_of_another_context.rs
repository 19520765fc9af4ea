use registry_core::{Registered, register, registry};

struct Device;

#[registry(context = Device)]
trait Layer {}

#[registry]
trait Model {}

struct Linear;

#[register(registry = Layer)]
impl Linear {
    fn new(size: i64) -> Self {
        let _ = size;
        Self
    }
}

impl Layer for Linear {}

struct Mlp;

#[register(registry = Model)]
impl Mlp {
    fn new(
        one: Registered<Linear>, //~
        any: Registered<Box<dyn Layer>>, //~
        many: Vec<Registered<Box<dyn Layer>>>, //~
    ) -> Self {
        let _ = (one, any, many);
        Self
    }
}

impl Model for Mlp {}

fn main() {
    let _ = Device;
}
