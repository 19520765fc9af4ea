use registry_core::Registry;

trait Model {}

fn show(registry: &Registry<dyn Model>) { //~
    let _ = registry;
}

fn main() {}
