use registry_core::Entity;

struct Mlp;

fn describe(entity: &dyn Entity) -> String {
    entity.name().to_owned()
}

fn main() {
    describe(&Mlp); //~
}
