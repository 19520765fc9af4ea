use registry_core::register;

struct Mlp;

#[register]
impl Mlp { //~
    fn make() -> Self {
        Self
    }
}

fn main() {}
