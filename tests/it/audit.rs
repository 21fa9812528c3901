//! The audit engine against recorded answers, against the real pip-audit, and against damaged data.

mod damage;
mod differential;
mod shared;
mod vectors;
