//! Downloads: over TLS, bounded, conditional, through the proxy of the environment.
//!
//! Plain HTTP is spoken with this machine only, and a redirect never leads from TLS to plain HTTP. A scan never
//! comes here: only `advisories update` does.

use std::io::{Read, Write};
use std::time::Duration;

use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use ureq::http::{Response, StatusCode, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::failure::Failure;
use crate::finding::printable;

/// No export and no database is larger.
pub(super) const LIMIT: u64 = 1 << 30;
const CONNECT: Duration = Duration::from_secs(30);
const ANSWER: Duration = Duration::from_secs(60);
const WHOLE: Duration = Duration::from_secs(30 * 60);

/// What the server said about a download, to ask next time whether it changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Validators {
    /// The URL it came from.
    pub(super) url: String,
    /// The server's name for this content.
    #[serde(default)]
    pub(super) etag: Option<String>,
    /// When the content changed last.
    #[serde(default)]
    pub(super) last_modified: Option<String>,
    /// The identity of the database that was made of it.
    #[serde(default)]
    pub(super) identity: String,
}

/// What a download brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Downloaded {
    /// Nothing: the content is what it was.
    Unchanged,
    /// Bytes, written to the sink.
    Content {
        /// What to ask with next time.
        validators: Validators,
        /// The SHA-256 of the bytes, in hexadecimal digits.
        sha256: String,
    },
}

/// Writes what a URL leads to into a sink.
pub(super) fn download(
    url: &str,
    known: Option<&Validators>,
    sink: &mut dyn Write,
    progress: &ProgressBar,
) -> Result<Downloaded, Failure> {
    let plain = check_scheme(url)?;
    let cannot = |error: &dyn std::fmt::Display| {
        let message = printable(&format!("{} cannot be fetched: {error}", public(url)));
        Failure::could_not_look(message).with_hint(
            "the database that is there stays in use; `--from FILE` takes a file that was fetched otherwise",
        )
    };
    let mut request = agent(plain).get(url);
    for validators in known.iter().filter(|known| known.url == url) {
        if let Some(etag) = &validators.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(date) = &validators.last_modified {
            request = request.header(header::IF_MODIFIED_SINCE, date);
        }
    }
    let mut response = request.call().map_err(|error| cannot(&error))?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if known.is_some() => return Ok(Downloaded::Unchanged),
        status => return Err(cannot(&format_args!("the server answers {status}"))),
    }
    let validators = Validators {
        url: url.to_owned(),
        etag: text(&response, header::ETAG),
        last_modified: text(&response, header::LAST_MODIFIED),
        identity: String::new(),
    };
    let announced = response.body().content_length();
    progress.set_length(announced.unwrap_or(0));
    if announced.is_some_and(|length| length > LIMIT) {
        return Err(cannot(&"it is larger than any export"));
    }
    let body = response.body_mut().as_reader();
    let (length, sha256) = copy(body, sink, progress).map_err(|error| cannot(&error))?;
    if length > LIMIT {
        return Err(cannot(&"it is larger than any export"));
    }
    if announced.is_some_and(|announced| announced != length) {
        return Err(cannot(&"the connection ended before all of it came"));
    }
    Ok(Downloaded::Content { validators, sha256 })
}

/// Copies up to one byte beyond the limit and returns how many bytes there were, with their SHA-256.
pub(super) fn copy(
    source: impl Read,
    sink: &mut dyn Write,
    progress: &ProgressBar,
) -> std::io::Result<(u64, String)> {
    let mut source = source.take(LIMIT + 1);
    let mut digest = Sha256::new();
    let mut length = 0;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        sink.write_all(&buffer[..read])?;
        digest.update(&buffer[..read]);
        length += read as u64;
        progress.inc(read as u64);
    }
    let digits = digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok((length, digits))
}

/// Returns a URL without what may be a credential: the name before the host, and the query.
pub(super) fn public(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

/// Returns whether a URL is plain HTTP, which only this machine may speak.
fn check_scheme(url: &str) -> Result<bool, Failure> {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let here = name == "localhost"
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    match scheme {
        "https" => Ok(false),
        "http" if here => Ok(true),
        _ => Err(Failure::usage(printable(&format!(
            "{} would not be fetched over TLS",
            public(url)
        )))
        .with_hint("name an `https://` URL, or a file")),
    }
}

fn agent(plain: bool) -> Agent {
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    let mut config = Agent::config_builder()
        .tls_config(tls)
        .https_only(!plain)
        .http_status_as_error(false)
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(ANSWER))
        .timeout_global(Some(WHOLE))
        .user_agent(concat!("gate-hook/", env!("CARGO_PKG_VERSION")));
    if plain {
        // A redirect must not lead from this machine to another one in the clear, nor a proxy be asked.
        config = config.max_redirects(0).proxy(None);
    }
    config.build().into()
}

fn text(response: &Response<Body>, name: header::HeaderName) -> Option<String> {
    Some(response.headers().get(name)?.to_str().ok()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_credential_is_not_shown() {
        for (url, shown) in [
            (
                "https://a:b@example.org/x.zip?sig=c#d",
                "https://example.org/x.zip",
            ),
            ("https://example.org", "https://example.org"),
            ("https://example.org/a@b", "https://example.org/a@b"),
        ] {
            assert_eq!(public(url), shown);
        }
    }

    #[test]
    fn only_this_machine_may_speak_plain_http() {
        for url in [
            "https://example.org/all.zip",
            "http://127.0.0.1:80/x",
            "http://[::1]/x",
            "http://localhost/x",
        ] {
            assert!(check_scheme(url).is_ok(), "{url}");
        }
        for url in [
            "http://example.org/all.zip",
            "http://localhost@example.org/x",
            "http://127.0.0.1.example.org/x",
            "ftp://example.org/x",
            "",
        ] {
            assert!(check_scheme(url).is_err(), "{url}");
        }
    }
}
