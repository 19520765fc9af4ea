use registry_core::Entity;

#[derive(serde::Serialize, serde::Deserialize)]
struct Rate(f64);

#[derive(Entity)]
struct Adam {
    #[register(default)] //~
    lr: Rate,
}

fn main() {}
