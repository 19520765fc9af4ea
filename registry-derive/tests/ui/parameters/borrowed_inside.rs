use registry_core::register;

struct Mlp;

#[register]
impl Mlp {
    fn new(
        name: Option<&str>, //~
        sizes: Vec<&[i64]>, //~
        pair: (&str, i64), //~
    ) -> Self {
        let _ = (name, sizes, pair);
        Self
    }
}

fn main() {}
