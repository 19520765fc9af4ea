use registry_core::register;

struct Mlp;
struct Rnn;
struct Cnn;

#[register(constructor = "mak")] //~
impl Mlp {
    fn make() -> Self {
        Self
    }
}

#[register(constructor = "construct")] //~
impl Rnn {
    fn make() -> Self {
        Self
    }
}

#[register(constructor = "make")] //~
impl Cnn {}

fn main() {}
