// The compiler tells it at each kind of use of the trait object.

use registry_core::registry;

#[registry] //~
trait Model { //~ //~
    fn copy(&self) -> Self;
}

fn main() {}
