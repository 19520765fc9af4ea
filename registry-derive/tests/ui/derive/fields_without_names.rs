use registry_core::Entity;

#[derive(Entity)]
struct Adam(f64, #[register(default = 0.9)] f64); //~

#[derive(Entity)]
enum Activation {
    ReLU,
    Leaky(f64), //~
    Elu(), //~
}

fn main() {
    let _ = Adam(0.1, 0.9);
}
