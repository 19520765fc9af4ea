use registry_core::register;

struct NoError;
struct Mlp;

#[register]
impl Mlp {
    fn new(size: i64) -> Result<Self, NoError> { //~
        if size > 0 { Ok(Self) } else { Err(NoError) }
    }
}

fn main() {}
