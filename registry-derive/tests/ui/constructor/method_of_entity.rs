use registry_core::register;

struct Net {
    title: String,
}

#[register]
impl Net {
    fn new(title: String) -> Self {
        Self { title }
    }

    fn name(&self) -> &str { //~
        &self.title
    }

    fn arguments(self: Box<Self>) -> usize { //~
        0
    }

    fn hash() -> u64 {
        0
    }
}

fn main() {
    let net = Net::new("a".to_owned());
    println!("{} {}", net.title, Net::hash());
}
