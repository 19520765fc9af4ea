use registry_core::register;

struct Mlp;

#[register]
impl Mlp {
    fn new(name: impl Into<String>) -> Self { //~
        let _ = name.into();
        Self
    }
}

fn main() {}
