//! B412: import of a CGI handler
//!
//! Under CGI the header `Proxy` of a request becomes the variable `HTTP_PROXY`, which many clients obey.
//!
//! Run the application under WSGI or ASGI, or drop that header in the server.
//!
//! ```python,finds
//! from wsgiref.handlers import CGIHandler
//! ```
//!
//! ```python,clean
//! from wsgiref.handlers import SimpleHandler
//! ```
//!
//! <https://httpoxy.org/>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B412.rule(Severity::High, 284),
    name: "import_httpoxy",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedImport(Listed {
        names: &[
            "wsgiref.handlers.CGIHandler",
            "twisted.web.twcgi.CGIScript",
            "twisted.web.twcgi.CGIDirectory",
        ],
        message: "under CGI a request can choose the proxy of `{name}`: use WSGI or drop the `Proxy` header",
        fixed: &[56, 8],
    }),
};
