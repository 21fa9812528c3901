//! What the name of an archive or the tag of a repository tells about a package.

use pep440_rs::Version;

/// What the name of a source archive may end with.
const SOURCES: [&str; 6] = [".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz", ".tar"];
const WHEEL: &str = ".whl";

/// Returns whether a path or URL ends with the name of an archive.
pub(super) fn is_archive(path: &str) -> bool {
    let name = path.split(['?', '#']).next().unwrap_or_default();
    name.ends_with(WHEEL) || SOURCES.iter().any(|ending| name.ends_with(ending))
}

/// Returns the package and version that the last part of a path or URL names.
pub(super) fn named(path: &str) -> Option<(&str, Version)> {
    let path = path.split(['?', '#']).next()?;
    let name = path.rsplit(['/', '\\']).next()?;
    if let Some(wheel) = name.strip_suffix(WHEEL) {
        let mut parts = wheel.split('-');
        let (package, version) = (parts.next()?, parts.next()?);
        // What follows are two to four tags: an optional build number, Python, ABI and platform.
        let tags = parts.count();
        return (matches!(tags, 3 | 4) && is_name(package))
            .then(|| version.replace("%2B", "+").parse().ok())?
            .map(|version| (package, version));
    }
    let source = SOURCES
        .iter()
        .find_map(|ending| name.strip_suffix(ending))?;
    let (package, version) = source.rsplit_once('-')?;
    if !is_name(package) {
        return None;
    }
    Some((package, version.parse().ok()?))
}

/// Returns the version that the tag of a version control URL names: `git+https://host/x.git@v1.2`.
pub(super) fn tagged(url: &str) -> Option<Version> {
    if !is_version_control(url) {
        return None;
    }
    let url = url.split('#').next()?;
    let (_, path) = url.split_once("://")?;
    let (_, path) = path.split_once('/')?;
    let (_, tag) = path.rsplit_once('@')?;
    as_version(tag)
}

/// Returns the version that a tag stands for; a bare number is as likely a branch or a short commit id.
pub(super) fn as_version(tag: &str) -> Option<Version> {
    let bare = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    bare.contains('.').then(|| bare.parse().ok())?
}

pub(super) fn is_version_control(url: &str) -> bool {
    ["git+", "hg+", "svn+", "bzr+"]
        .iter()
        .any(|prefix| url.starts_with(prefix))
}

/// Returns the package that the fragment of a URL names: `#egg=name`.
pub(super) fn egg(url: &str) -> Option<&str> {
    let (_, fragment) = url.split_once('#')?;
    let egg = fragment
        .split('&')
        .find_map(|part| part.strip_prefix("egg="))?;
    let end = egg
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(egg.len());
    is_name(&egg[..end]).then(|| &egg[..end])
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_archive_tells_package_and_version() {
        for (path, expected) in [
            (
                "./vendor/jinja2-3.1.2-py3-none-any.whl",
                Some("jinja2 3.1.2"),
            ),
            (
                "https://h/a_b-1.0-1-py3-none-any.whl#sha256=0",
                Some("a_b 1.0"),
            ),
            (
                "https://h/zope.interface-5.0.tar.gz?x",
                Some("zope.interface 5.0"),
            ),
            ("a-b-2.0.zip", Some("a-b 2.0")),
            ("https://h/archive/main.zip", None),
            ("https://h/x-latest.tar.gz", None),
            ("x-1.0.whl", None),
            ("-1.0.zip", None),
            ("x", None),
        ] {
            let named = named(path).map(|(name, version)| format!("{name} {version}"));
            assert_eq!(named.as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn the_tag_of_a_repository_may_be_a_version() {
        for (url, expected) in [
            ("git+https://h/x.git@3.1.2", Some("3.1.2")),
            ("git+ssh://git@h/x.git@v3.1.2#egg=x", Some("3.1.2")),
            ("git+ssh://git@1.2.3.4/x.git", None),
            ("git+https://h/x.git@main", None),
            ("git+https://h/x.git@1234567", None),
            ("https://h/x@1.0", None),
        ] {
            let tagged = tagged(url).map(|version| version.to_string());
            assert_eq!(tagged.as_deref(), expected, "{url}");
        }
        assert_eq!(
            egg("git+https://h/x#subdirectory=y&egg=jinja2==3.1.2"),
            Some("jinja2")
        );
        assert_eq!(egg("git+https://h/x#egg="), None);
    }
}
