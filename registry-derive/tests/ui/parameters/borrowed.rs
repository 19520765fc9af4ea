use registry_core::register;

struct Mlp;
struct Path;

#[register]
impl Mlp {
    fn new(
        name: &str, //~
        sizes: &[i64], //~
        vs: &Path, //~
        buffer: &mut Vec<f64>, //~
        scale: &'static f64, //~
    ) -> Self {
        let _ = (name, sizes, vs, buffer, scale);
        Self
    }
}

#[register]
fn linear(name: &str) -> Mlp { //~
    let _ = name;
    Mlp
}

fn main() {}
