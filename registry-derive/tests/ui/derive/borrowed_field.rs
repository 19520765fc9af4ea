use registry_core::Entity;

#[derive(Entity)]
struct Layer {
    act: &'static str, //~
    sizes: Option<&'static [i64]>, //~
    #[register(exclude, default = "")]
    note: &'static str,
}

#[derive(Entity)]
enum Activation {
    Named { name: &'static str }, //~
}

fn main() {}
