use registry_core::register;

struct Mlp;

#[register(name = "MLP")]
impl Mlp {
    #[register(alias = "Old")] //~
    fn new() -> Self {
        Self
    }

    #[register(name = "Small", registry = Model)] //~
    fn small() -> Self {
        Self
    }

    #[register(name = "Large", exclude = "wide")] //~
    fn large(width: i64) -> Self {
        let _ = width;
        Self
    }

    #[register(name = "Other")]
    fn other() -> Self {
        Self
    }

    #[register(name = "Text")]
    fn of(text: &str) -> Self { //~
        let _ = text;
        Self
    }
}

fn main() {}
