use registry_core::Entity;

#[derive(Entity)]
struct Adam {
    #[register(defalt = 0.9, skip_default)] //~
    beta1: f64,
}

fn main() {}
