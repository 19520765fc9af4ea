use registry_core::register;

struct Mlp;
struct Rnn;
struct Cnn;
struct Gan;

#[register]
impl Mlp {
    fn new() -> Rnn { //~
        Rnn
    }
}

#[register]
impl Rnn {
    fn new() -> Box<Self> { //~
        Box::new(Self)
    }
}

#[register]
impl Cnn {
    fn new() -> Result<Rnn, String> { //~
        Ok(Rnn)
    }
}

#[register]
impl Gan {
    fn new() -> (Self, f64) { //~
        (Self, 0.0)
    }
}

fn main() {}
