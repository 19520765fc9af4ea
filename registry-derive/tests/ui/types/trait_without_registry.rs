// The compiler tells it at the bound of `Component` and at the one of `Constructor`.

use registry_core::Entity;

trait Model {}

#[derive(Entity)] //~
#[register(registry = Model)] //~
struct Linear;

impl Model for Linear {}

fn main() {}
