//! Who asks, and what they may do.

mod caller;
mod known;
mod origin;
mod sign_in;
mod token;

pub(crate) use caller::Caller;
pub(crate) use known::Known;
pub(crate) use origin::check_origin;
pub(crate) use sign_in::{form, sign_in, sign_out};
pub use token::{Issued, Role, Token, Tokens};
