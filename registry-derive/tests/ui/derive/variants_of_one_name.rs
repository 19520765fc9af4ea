use registry_core::Entity;

#[derive(Entity)]
enum Activation {
    ReLU, //~
    #[register(name = "ReLU")]
    Rectifier, //~
}

fn main() {}
