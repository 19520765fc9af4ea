use registry_core::register;

struct Mlp;
struct Rnn;

#[register]
impl Mlp {
    fn new<T: Into<f64>>(size: T) -> Self { //~
        let _ = size.into();
        Self
    }
}

#[register]
impl Rnn {
    fn new<const N: usize>(sizes: Vec<i64>) -> Self { //~
        let _ = sizes;
        Self
    }
}

#[register]
fn linear<T: Into<f64>, const N: usize>(size: T) -> Mlp { //~ //~
    let _ = size.into();
    Mlp
}

fn main() {}
