use registry_core::register;

struct Mlp;

#[register]
impl Mlp {
    fn new() -> Option<Self> { //~
        None
    }
}

#[register]
fn linear() -> std::option::Option<Mlp> { //~
    None
}

fn main() {}
