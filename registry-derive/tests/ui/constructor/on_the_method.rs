use registry_core::register;

struct Mlp;

impl Mlp {
    #[register]
    fn new(size: i64) -> Self { //~
        let _ = size;
        Self
    }
}

fn main() {}
