use registry_core::Entity;

#[derive(Entity)]
enum Activation {} //~

fn main() {}
