use registry_core::{Entity, Registry};

struct Plain;

#[derive(Entity)]
struct Adam<T> {
    lr: T,
}

fn main() {
    let _ = Registry::<dyn std::any::Any>::new().with::<Adam<Plain>>(); //~ //~
    let _ = Adam { lr: Plain }.hash(); //~
}
