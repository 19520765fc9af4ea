// The compiler tells it at each place where the registry is used.

use registry_core::Entity;

trait Model {}

#[derive(Entity)] //~ //~ //~
#[register(registry = Model)] //~ //~
struct Linear;

impl Model for Linear {}

fn main() {}
