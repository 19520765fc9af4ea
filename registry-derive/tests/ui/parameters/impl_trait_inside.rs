use registry_core::register;

struct Mlp;

#[register]
impl Mlp {
    fn new(names: Vec<impl Into<String>>) -> Self { //~
        let _ = names.len();
        Self
    }
}

#[register(exclude = "name")]
fn linear(name: impl Into<String>) -> Mlp { //~
    let _ = name.into();
    Mlp
}

fn main() {}
