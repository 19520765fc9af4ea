use registry_core::register;

#[register(name = "MLP")]
struct Mlp; //~

#[register]
enum Activation { //~
    ReLU,
}

fn main() {
    let _ = (Mlp, Activation::ReLU);
}
