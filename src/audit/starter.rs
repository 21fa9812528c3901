//! The starter set: well-known advisories, so that the first commit after the installation is not judged blindly.
//!
//! Facts, written by hand: id, package, versions, severity, and what it is about in our own words. It replaces no
//! database: where it answers, the audit is still incomplete and says so. To add one, add a line.

use std::collections::BTreeSet;

use serde_json::json;

use super::build::Builder;
use super::database::Database;
use crate::finding::Severity;

/// What the description of the starter set gives as its source.
pub(super) const SOURCE: &str = "embedded starter set";

/// One well-known advisory.
struct Known {
    id: &'static str,
    package: &'static str,
    /// Where each branch begins and is fixed; the fix is empty where there is none.
    branches: &'static [(&'static str, &'static str)],
    severity: Severity,
    summary: &'static str,
}

const fn known(
    id: &'static str,
    package: &'static str,
    branches: &'static [(&'static str, &'static str)],
    severity: Severity,
    summary: &'static str,
) -> Known {
    Known {
        id,
        package,
        branches,
        severity,
        summary,
    }
}

#[rustfmt::skip]
static KNOWN: &[Known] = &[
    known("CVE-2024-23334", "aiohttp", &[("1.0.5", "3.9.2")], Severity::High, "static routes that follow symbolic links serve files outside their directory"),
    known("CVE-2020-11978", "apache-airflow", &[("0", "1.10.11")], Severity::High, "an example DAG lets every user with a login run commands"),
    known("CVE-2020-13927", "apache-airflow", &[("0", "1.10.11")], Severity::Critical, "the experimental API needs no login by default"),
    known("CVE-2021-42771", "babel", &[("0", "2.9.1")], Severity::High, "a locale name that leads outside its directory loads a pickle"),
    known("CVE-2021-23980", "bleach", &[("0", "3.3.0")], Severity::Medium, "comments that survive cleaning allow scripts in some configurations"),
    known("CVE-2023-37920", "certifi", &[("2015.4.28", "2023.7.22")], Severity::Critical, "trusts the root certificates of e-Tugra"),
    known("CVE-2020-36242", "cryptography", &[("0", "3.3.2")], Severity::Critical, "encrypting several gigabytes at once overflows a buffer"),
    known("CVE-2023-0286", "cryptography", &[("0", "39.0.1")], Severity::High, "the OpenSSL in the wheels confuses types in X.400 addresses"),
    known("CVE-2019-14234", "django", &[("1.11", "1.11.23"), ("2.1", "2.1.11"), ("2.2", "2.2.4")], Severity::Critical, "SQL injection through key lookups of JSON and hstore fields"),
    known("CVE-2020-7471", "django", &[("1.11", "1.11.28"), ("2.2", "2.2.10"), ("3.0", "3.0.3")], Severity::Critical, "SQL injection through the delimiter of StringAgg"),
    known("CVE-2021-35042", "django", &[("3.1", "3.1.13"), ("3.2", "3.2.5")], Severity::Critical, "SQL injection through the argument of order_by"),
    known("CVE-2022-28346", "django", &[("2.2", "2.2.28"), ("3.2", "3.2.13"), ("4.0", "4.0.4")], Severity::Critical, "SQL injection through the names of annotations"),
    known("CVE-2022-34265", "django", &[("3.2", "3.2.14"), ("4.0", "4.0.6")], Severity::Critical, "SQL injection through the kind argument of Trunc and Extract"),
    known("CVE-2024-23342", "ecdsa", &[("0", "")], Severity::High, "signing leaks the private key through its timing; not going to be fixed"),
    known("CVE-2018-1000656", "flask", &[("0", "0.12.3")], Severity::High, "a JSON body in an odd encoding exhausts memory"),
    known("CVE-2023-30861", "flask", &[("0", "2.2.5"), ("2.3.0", "2.3.2")], Severity::High, "a proxy may cache one user's session cookie for others"),
    known("CVE-2024-1135", "gunicorn", &[("0", "22.0.0")], Severity::High, "request smuggling through the Transfer-Encoding header"),
    known("CVE-2025-43859", "h11", &[("0", "0.16.0")], Severity::Critical, "malformed chunked bodies allow request smuggling behind some proxies"),
    known("CVE-2021-41945", "httpx", &[("0", "0.23.0")], Severity::Critical, "a crafted URL makes copy_with request another host"),
    known("CVE-2016-10745", "jinja2", &[("0", "2.8.1")], Severity::High, "str.format escapes from the sandbox"),
    known("CVE-2019-10906", "jinja2", &[("0", "2.10.1")], Severity::High, "str.format_map escapes from the sandbox"),
    known("CVE-2024-22195", "jinja2", &[("0", "3.1.3")], Severity::Medium, "keys with spaces in xmlattr inject attributes into HTML"),
    known("CVE-2024-34064", "jinja2", &[("0", "3.1.4")], Severity::Medium, "keys with other separators in xmlattr inject attributes into HTML"),
    known("CVE-2022-21797", "joblib", &[("0", "1.2.0")], Severity::Critical, "pre_dispatch is evaluated as code"),
    known("CVE-2021-43818", "lxml", &[("0", "4.6.5")], Severity::High, "the HTML cleaner lets scripts through"),
    known("CVE-2023-1177", "mlflow", &[("0", "2.2.1")], Severity::Critical, "the tracking server reads any file of its machine"),
    known("CVE-2019-6446", "numpy", &[("0", "1.16.3")], Severity::Critical, "loading an array unpickles code by default"),
    known("CVE-2018-7750", "paramiko", &[("0", "1.17.6"), ("1.18", "1.18.5"), ("2.0", "2.0.8"), ("2.1", "2.1.5"), ("2.2", "2.2.3"), ("2.3", "2.3.2"), ("2.4", "2.4.1")], Severity::Critical, "a server made with it answers clients that never logged in"),
    known("CVE-2018-1000805", "paramiko", &[("2.0", "2.0.9"), ("2.1", "2.1.6"), ("2.2", "2.2.4"), ("2.3", "2.3.3"), ("2.4", "2.4.2")], Severity::High, "a server made with it takes a client's word that it logged in"),
    known("CVE-2022-22817", "pillow", &[("0", "9.0.1")], Severity::Critical, "ImageMath.eval runs any expression"),
    known("CVE-2023-4863", "pillow", &[("0", "10.0.1")], Severity::High, "the libwebp in the wheels overflows a buffer"),
    known("CVE-2023-50447", "pillow", &[("0", "10.2.0")], Severity::High, "names given to ImageMath.eval run any code"),
    known("CVE-2019-20916", "pip", &[("0", "19.2")], Severity::High, "the file name of a download may lead outside its directory"),
    known("CVE-2022-29217", "pyjwt", &[("1.5.0", "2.4.0")], Severity::High, "a public key in SSH form is accepted as a shared secret"),
    known("CVE-2024-53981", "python-multipart", &[("0", "0.0.18")], Severity::High, "a malformed boundary keeps a server busy"),
    known("CVE-2017-18342", "pyyaml", &[("0", "5.1")], Severity::Critical, "load builds any Python object by default"),
    known("CVE-2020-1747", "pyyaml", &[("5.1b7", "5.3.1")], Severity::Critical, "the full loader runs code of untrusted documents"),
    known("CVE-2020-14343", "pyyaml", &[("0", "5.4")], Severity::Critical, "the full loader still runs code of untrusted documents"),
    known("CVE-2023-33733", "reportlab", &[("0", "3.6.13")], Severity::High, "a colour attribute in a document runs code"),
    known("CVE-2018-18074", "requests", &[("0", "2.20.0")], Severity::High, "a redirect from HTTPS to HTTP sends the Authorization header in the clear"),
    known("CVE-2023-32681", "requests", &[("2.3.0", "2.31.0")], Severity::Medium, "a redirect sends the proxy's credentials to the destination"),
    known("CVE-2020-11651", "salt", &[("0", "2019.2.4"), ("3000", "3000.2")], Severity::Critical, "the master takes commands without a login; exploited in the wild"),
    known("CVE-2020-11652", "salt", &[("0", "2019.2.4"), ("3000", "3000.2")], Severity::Critical, "the master reads and writes any file; exploited in the wild"),
    known("CVE-2024-6345", "setuptools", &[("0", "70.0.0")], Severity::High, "the URL of a package runs commands on download"),
    known("CVE-2019-7164", "sqlalchemy", &[("0", "1.2.18"), ("1.3.0b1", "1.3.0b3")], Severity::Critical, "SQL injection through order_by"),
    known("CVE-2024-47874", "starlette", &[("0", "0.40.0")], Severity::High, "form fields without a limit exhaust memory"),
    known("CVE-2022-45907", "torch", &[("0", "1.13.1")], Severity::Critical, "parsing a type annotation evaluates code"),
    known("CVE-2025-32434", "torch", &[("0", "2.6.0")], Severity::Critical, "load runs code of untrusted models even with weights_only"),
    known("CVE-2024-52804", "tornado", &[("0", "6.4.2")], Severity::High, "cookies made to be slow to parse block the server"),
    known("CVE-2019-11324", "urllib3", &[("0", "1.24.2")], Severity::High, "certificates of the system are trusted where only given ones should be"),
    known("CVE-2021-33503", "urllib3", &[("0", "1.26.5")], Severity::High, "a URL with many at signs keeps the parser busy"),
    known("CVE-2023-43804", "urllib3", &[("0", "1.26.17"), ("2.0.0", "2.0.6")], Severity::High, "a redirect to another host keeps the Cookie header"),
    known("CVE-2023-25577", "werkzeug", &[("0", "2.2.3")], Severity::High, "form data without a limit of parts exhausts the server"),
    known("CVE-2024-34069", "werkzeug", &[("0", "3.0.3")], Severity::High, "a page that a developer visits can run code in the debugger"),
];

/// Returns the starter set as a database.
pub fn starter() -> Database {
    let mut builder = Builder::default();
    for known in KNOWN {
        builder.add_record(known.id, known.record().to_string().as_bytes());
    }
    let file = builder
        .finish(SOURCE, "", &BTreeSet::new())
        .expect("the starter set has records about PyPI");
    Database::open(Box::new(file)).expect("a database that was just built is whole")
}

impl Known {
    fn record(&self) -> serde_json::Value {
        let ranges = self.branches.iter().map(|(introduced, fixed)| {
            let mut events = vec![json!({ "introduced": introduced })];
            if !fixed.is_empty() {
                events.push(json!({ "fixed": fixed }));
            }
            json!({ "type": "ECOSYSTEM", "events": events })
        });
        json!({
            "id": self.id,
            "summary": self.summary,
            "database_specific": { "severity": self.severity.name() },
            "affected": [{
                "package": { "ecosystem": "PyPI", "name": self.package },
                "ranges": ranges.collect::<Vec<_>>(),
            }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{PackageName, Reading, Version};

    #[test]
    fn every_line_is_well_formed_and_sorted_by_package() {
        for known in KNOWN {
            assert!(known.id.starts_with("CVE-"), "{}", known.id);
            assert_eq!(PackageName::new(known.package).as_str(), known.package);
            for (introduced, fixed) in known.branches {
                let introduced = Version::parse(introduced).unwrap();
                let fixed = (!fixed.is_empty()).then(|| Version::parse(fixed).unwrap());
                assert!(fixed.is_none_or(|fixed| introduced < fixed), "{}", known.id);
            }
        }
        assert!(KNOWN.is_sorted_by_key(|known| known.package));
        let ids: BTreeSet<&str> = KNOWN.iter().map(|known| known.id).collect();
        assert_eq!(ids.len(), KNOWN.len());
    }

    #[test]
    fn a_well_known_vulnerability_is_found() {
        let database = starter();
        let package = database.package(&PackageName::new("Jinja2")).unwrap();
        let affecting = |version| {
            let version = Version::parse(version).unwrap();
            package.affecting(&version, Reading::Meant).unwrap().len()
        };
        assert_eq!(affecting("3.1.2"), 2);
        assert_eq!(affecting("3.1.4"), 0);
    }
}
