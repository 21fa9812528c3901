//! B201: Flask with its debugger
//!
//! The debugger of Werkzeug lets whoever meets an error page run code in the server.
//!
//! Set `debug` from the configuration, and never in production.
//!
//! ```python,finds
//! from flask import Flask
//!
//! app = Flask(__name__)
//! app.run(debug=True)
//! ```
//!
//! ```python,clean
//! from flask import Flask
//!
//! app = Flask(__name__)
//! app.run()
//! ```
//!
//! <https://flask.palletsprojects.com/en/stable/debugging/>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B201.rule(Severity::High, 94),
    name: "flask_debug_true",
    function: "flask_debug_true",
    confidence: Confidence::Medium,
    on: On::Call(Callee::Named(&["run"]), run),
};

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    if !context.imports.like("flask") || !call.qualname().contains('.') {
        return None;
    }
    (call.values()?.is("debug", "True") == Some(true)).then(|| {
        Found::new("whoever sees an error page can run code: drop `debug=True`")
            .at(call.start_of("debug"))
    })
}
