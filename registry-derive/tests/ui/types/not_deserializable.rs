use registry_core::{Entity, register};

#[derive(serde::Serialize)]
struct OneWay;

#[derive(Entity)]
struct Adam {
    one_way: OneWay, //~
}

struct Mlp;

#[register]
impl Mlp {
    fn new(one_way: OneWay) -> Self { //~
        let _ = one_way;
        Self
    }
}

fn main() {}
