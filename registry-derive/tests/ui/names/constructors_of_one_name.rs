use registry_core::register;

struct Mlp;

#[register]
impl Mlp { //~
    fn new() -> Self {
        Self
    }

    #[register(name = "Mlp")]
    fn small() -> Self { //~
        Self
    }

    #[register(name = "Large", alias = "Big")] //~
    fn large() -> Self { //~
        Self
    }

    #[register(name = "Large", alias = "Big")] //~
    fn larger() -> Self { //~
        Self
    }
}

fn main() {}
