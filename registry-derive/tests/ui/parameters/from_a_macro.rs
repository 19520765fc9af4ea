use registry_core::register;
use std::collections::HashSet;

struct Mlp;

macro_rules! mlp {
    ($name:ty, $words:ty) => {
        #[register]
        impl Mlp {
            fn new(name: &$name, words: $words) -> Self { //~
                let _ = (name, words);
                Self
            }
        }
    };
}

mlp!(str, HashSet<String>); //~

fn main() {}
