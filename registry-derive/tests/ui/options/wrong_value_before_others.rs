use registry_core::register;

struct Mlp;

#[register(name = MLP, constructor = "make", exclude = "vs")] //~
impl Mlp {
    fn make(vs: &f64) -> Self {
        let _ = vs;
        Self
    }
}

fn main() {}
