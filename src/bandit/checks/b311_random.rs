//! B311: random numbers that can be predicted
//!
//! The numbers of `random` follow from a few hundred earlier ones, so tokens and passwords made of them can be
//! guessed.
//!
//! Use `secrets` where it matters that nobody guesses.
//!
//! ```python,finds
//! import random
//!
//! random.choice(letters)
//! ```
//!
//! ```python,clean
//! import secrets
//!
//! secrets.choice(letters)
//! ```
//!
//! <https://docs.python.org/3/library/secrets.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B311.rule(Severity::Low, 330),
    name: "random",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &[
            "random.Random",
            "random.random",
            "random.randrange",
            "random.randint",
            "random.choice",
            "random.choices",
            "random.uniform",
            "random.triangular",
            "random.randbytes",
            "random.sample",
            "random.getrandbits",
        ],
        message: "`{name}` can be predicted: use `secrets` for tokens, keys and passwords",
        fixed: &[],
    }),
};
