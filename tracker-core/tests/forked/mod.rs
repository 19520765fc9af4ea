//! A store whose processes fork; `SCHEME` of the test says which.

mod children;
mod lives;
mod load;
mod open;
mod process;
