use registry_core::register;

struct Mlp;

#[register]
impl Mlp {
    fn new(
        (width, height): (i64, i64), //~
        _: f64, //~
        ref depth: i64, //~
        all @ (_, _): (i64, i64), //~
    ) -> Self {
        let _ = (width, height, depth, all);
        Self
    }
}

fn main() {}
