use registry_core::register;

struct Mlp;

#[register(exlude = "vs")] //~
impl Mlp {
    fn new(vs: &f64, size: i64) -> Self {
        let _ = (vs, size);
        Self
    }
}

fn main() {}
