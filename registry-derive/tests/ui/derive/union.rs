use registry_core::Entity;

#[derive(Entity)]
union Bits { //~
    float: f64,
    integer: u64,
}

fn main() {}
