use registry_core::Entity;

#[derive(Entity)]
#[register(new = true)] //~
struct Adam {
    #[register(exclude = true)] //~
    params: f64,
    #[register(keyword = true)] //~
    lr: f64,
    #[register(default = 0.9, skip_default = true)] //~
    beta1: f64,
}

fn main() {}
