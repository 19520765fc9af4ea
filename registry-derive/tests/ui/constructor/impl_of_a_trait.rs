use registry_core::register;

struct Mlp;

#[register]
impl Default for Mlp { //~
    fn default() -> Self {
        Self
    }
}

fn main() {}
