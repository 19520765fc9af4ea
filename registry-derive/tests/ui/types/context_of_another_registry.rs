use registry_core::{Entity, Registered, registry};

struct Device;

#[registry(context = Device)]
trait Model {}

#[registry(context = i64)]
trait Optimizer {}

#[derive(Entity)]
#[register(registry = Optimizer)]
struct Holds {
    model: Registered<Box<dyn Model>>, //~
}

impl Optimizer for Holds {}

fn main() {}
