use registry_core::Entity;

#[derive(Entity)]
#[register(context = f64)] //~
struct Adam {
    lr: f64,
}

fn main() {}
