use registry_core::Entity;

#[derive(Entity)]
#[register(alias = "Old", alias = "Older", alias = "Old")] //~ //~
struct Adam {
    #[register(alias = "rate")] //~
    #[register(alias = "rate")] //~
    lr: f64,
}

fn main() {}
