use registry_core::{Entity, registry};

struct Device;

#[registry(context = Device)]
trait Layer {}

#[derive(Entity)]
#[register(registry = Layer)]
struct Linear {
    size: i64,
}

impl Layer for Linear {}

fn main() {
    let _ = Device;
    let _: Linear = serde_json::from_str("{}").unwrap(); //~
}
