use registry_core::{Entity, Registered, Registry, register};

struct Mlp {
    size: i64,
}

#[register(nam = "MLP")] //~
impl Mlp {
    fn new(#[register(default = 3)] size: i64) -> Self {
        Self { size }
    }
}

struct Rnn;

#[register(nam = "RNN")] //~
impl Rnn {
    fn new(size: i64) -> Result<Self, std::io::Error> {
        let _ = size;
        Ok(Self)
    }
}

#[derive(Entity)]
struct Pair {
    left: Registered<Mlp>,
    right: Registered<Rnn>,
}

fn keep(mlp: Registered<Mlp>) -> i64 {
    mlp.size
}

fn main() {
    let mlp = Mlp::new(3);
    let _ = (mlp.hash(), mlp.name(), Mlp::SIGNATURE.to_string());
    let _ = Rnn::new(3).map(|rnn| rnn.hash());
    let _ = Registry::<dyn std::any::Any>::new().with::<Mlp>();
    keep(mlp);
}
