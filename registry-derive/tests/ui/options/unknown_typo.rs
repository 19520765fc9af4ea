use registry_core::{Entity, register, registry};

#[derive(Entity)]
#[register(nam = "adam")] //~
struct Adam {
    #[register(defualt = 0.1)] //~
    lr: f64,
}

#[derive(Entity)]
#[register(regstry = Model)] //~
enum Activation {
    #[register(nme = "relu")] //~
    ReLU,
}

impl Model for Activation {}

struct Mlp;

#[register(constuctor = "make")] //~
impl Mlp {
    fn make() -> Self {
        Self
    }
}

#[register(nmae = "Linear")] //~
fn linear() -> Mlp {
    Mlp
}

#[registry(contxt = f64)] //~
trait Model {}

fn main() {}
