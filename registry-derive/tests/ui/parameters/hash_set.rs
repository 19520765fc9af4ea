use registry_core::{Entity, register};
use std::collections::{HashMap, HashSet};

#[derive(Entity)]
struct Adam {
    words: HashSet<String>, //~
    nested: Vec<HashMap<String, std::collections::HashSet<u8>>>, //~
    #[register(exclude)]
    cache: HashSet<String>,
}

#[derive(Entity)]
enum Data {
    Text { words: Option<HashSet<String>> }, //~
}

struct Mlp;

#[register]
impl Mlp {
    fn new(words: HashSet<String>) -> Self { //~
        let _ = words;
        Self
    }
}

fn main() {}
