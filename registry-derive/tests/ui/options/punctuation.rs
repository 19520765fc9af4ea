use registry_core::Entity;

#[derive(Entity)]
#[register(name = "adam" new)] //~
struct Adam {
    #[register("default")] //~
    lr: f64,
    #[register(default(0.9))] //~
    beta: f64,
}

fn main() {}
