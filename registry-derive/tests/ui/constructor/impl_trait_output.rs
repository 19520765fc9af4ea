use registry_core::register;

#[register]
fn linear(size: i64) -> impl Fn(i64) -> i64 { //~
    move |x| x * size
}

fn main() {}
