use registry_core::registry;

#[registry]
trait Model { //~
    type Output;
}

fn main() {}
