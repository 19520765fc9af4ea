//! A store whose processes fork; `store` of the test makes it.

mod children;
mod lives;
mod load;
mod open;
mod process;
