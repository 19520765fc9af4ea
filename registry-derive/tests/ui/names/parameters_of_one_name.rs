use registry_core::{Entity, register};

#[derive(Entity)]
struct Adam {
    lr: f64, //~
    #[register(name = "lr")] //~
    rate: f64,
}

#[derive(Entity)]
enum Activation {
    LeakyReLU {
        #[register(name = "negative slope")] //~
        slope: f64,
        #[register(name = "negative slope")] //~
        steep: f64,
    },
}

struct Mlp;

#[register]
impl Mlp {
    fn new(
        #[register(name = "width")] size: i64, //~
        width: i64, //~
    ) -> Self {
        let _ = (size, width);
        Self
    }
}

fn main() {}
