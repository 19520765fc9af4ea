use registry_core::register;

struct Mlp;

#[register(name = "MLP")]
impl Mlp {
    fn new() -> Self {
        Self
    }

    #[register(exclude = "size")]
    fn small(size: i64) -> Self { //~
        let _ = size;
        Self
    }

    #[register] //~
    fn large(#[register(default = 3)] size: i64) -> Self { //~
        let _ = size;
        Self
    }
}

fn main() {}
