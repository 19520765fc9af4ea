use registry_core::registry;

#[registry(nested = |context| context)] //~
trait Model {}

#[registry(context = f64, nested = )] //~
trait Layer {}

#[registry(forward = true)] //~
trait Data {}

fn main() {}
