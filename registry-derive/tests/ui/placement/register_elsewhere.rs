use registry_core::register;

#[register]
trait Model {} //~

#[register]
mod layers {} //~

#[register]
const SIZE: i64 = 3; //~

fn main() {
    let _ = SIZE;
}
