use bon::bon;
use registry_core::register;

struct Mlp;

#[register]
#[bon]
impl Mlp {
    #[builder] //~
    fn new(size: i64) -> Self {
        let _ = size;
        Self
    }
}

fn main() {
    let _ = Mlp::builder().size(3).build();
}
