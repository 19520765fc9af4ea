use registry_core::register;

struct Mlp;

#[register]
impl Mlp {
    fn new(size: i64, #[cfg(any())] //~
    gone: f64) -> Self {
        let _ = size;
        Self
    }
}

fn main() {}
