use registry_core::{Entity, register, registry};

#[derive(Entity)]
#[register(nam = "adam", exclude = "parms")] //~ //~
struct Adam {
    params: f64,
    #[register(skip_default)] //~
    lr: f64,
    words: std::collections::HashSet<String>, //~
}

#[derive(Entity)]
enum Activation {
    Leaky(f64), //~
    #[register(name = "")] //~
    ReLU,
}

struct Mlp;

#[register(registr = Model, exclude = "weights")] //~ //~
impl Mlp {
    async fn new<T>( //~ //~
        &self, //~
        name: &str, //~
        (width, height): (i64, i64), //~
        #[register(registry = Model)] dropout: f64, //~
    ) -> Option<Self> { //~
        None
    }
}

#[register(constructor = "linear")] //~
unsafe fn linear(_: f64) {} //~ //~ //~

#[registry(contxt = f64)] //~
trait Model<T> {} //~

fn main() {}
