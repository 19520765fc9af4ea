use registry_core::register;

trait Model {}

#[register]
impl dyn Model { //~
    fn new() -> f64 {
        0.0
    }
}

fn main() {}
