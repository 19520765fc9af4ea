use registry_core::register;

struct Mlp;
struct Rnn;

#[register]
impl Mlp {
    fn new(&self, size: i64) -> Self { //~
        let _ = size;
        Self
    }
}

#[register(constructor = "build")]
impl Rnn {
    fn build(self) -> Self { //~
        self
    }
}

fn main() {}
