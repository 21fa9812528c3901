//! The one integration test binary: structure, rules, and the program in real repositories.

mod failures;
mod findability;
mod install;
mod layers;
mod push;
mod situations;
mod support;
