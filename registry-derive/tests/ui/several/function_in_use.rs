use registry_core::{Entity, Registry, register};

struct Linear {
    size: i64,
}

#[register(nam = "Linear")] //~
fn linear(#[register(default = 3)] size: i64) -> Linear {
    Linear { size }
}

fn main() {
    let layer = linear(3);
    let _ = (layer.hash(), layer.size, LINEAR_FUNCTION.signature().to_string());
    let _ = Registry::<dyn std::any::Any>::new().with_function(LINEAR_FUNCTION);
}
