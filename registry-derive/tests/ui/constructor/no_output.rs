use registry_core::register;

struct Mlp;

#[register]
impl Mlp {
    fn new() {} //~
}

#[register]
fn linear() {} //~

fn main() {}
