//! What the place of a text says about it: how it is written, and what it is for.

use crate::finding::{Place, RepoPath};

/// How a text is written; decides whether a value without quotes counts, and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::secrets) enum Kind {
    /// Program text: only literals count.
    Source,
    /// JSON, TOML, HCL: strings are quoted.
    Data,
    /// YAML: plain scalars count.
    Yaml,
    /// `.env`, INI, properties and the like: the value is the rest of the line.
    Config,
    /// Shell scripts, Dockerfiles, makefiles: the value is the next word.
    Shell,
    /// XML and HTML.
    Markup,
    /// SQL.
    Sql,
    /// Text for people, messages included.
    Prose,
}

/// What a text is for; everything but production makes a literal less likely to matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::secrets) enum Setting {
    /// Code or configuration that runs.
    Production,
    /// Tests and their data.
    Test,
    /// Documentation, examples, samples, templates.
    Example,
    /// Translated texts.
    Translation,
    /// Lock files, minified and generated files.
    Generated,
}

/// What is known of a text before it is read.
#[derive(Debug, Clone, Copy)]
pub(in crate::secrets) struct Context<'a> {
    /// How it is written.
    pub(in crate::secrets) kind: Kind,
    /// What it is for.
    pub(in crate::secrets) setting: Setting,
    /// The last part of its path, or nothing.
    pub(super) file_name: &'a [u8],
}

/// All that a place has to say: texts whose places say the same are read alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::secrets) struct Reading {
    kind: Kind,
    setting: Setting,
    file_name: Vec<u8>,
}

impl Reading {
    /// Reads the place.
    pub(in crate::secrets) fn of(place: &Place) -> Self {
        let Context {
            kind,
            setting,
            file_name,
        } = Context::of(place);
        Self {
            kind,
            setting,
            file_name: file_name.to_ascii_lowercase(),
        }
    }

    /// Returns the context of a text that is read so.
    pub(in crate::secrets) fn context(&self) -> Context<'_> {
        Context {
            kind: self.kind,
            setting: self.setting,
            file_name: &self.file_name,
        }
    }
}

impl<'a> Context<'a> {
    /// Reads the place.
    pub(in crate::secrets) fn of(place: &'a Place) -> Self {
        let Some(path) = place.path().filter(|_| matches!(place, Place::File(_))) else {
            return Self {
                kind: Kind::Prose,
                setting: Setting::Production,
                file_name: &[],
            };
        };
        let lower = path.as_bytes().to_ascii_lowercase();
        Self {
            kind: kind(path),
            setting: setting(&lower),
            file_name: path.file_name(),
        }
    }

    /// Returns the context of a text of another kind that is written within one of this.
    pub(in crate::secrets) fn written_as(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// Returns whether the file's name is one of `names`.
    pub(in crate::secrets) fn is_named(&self, names: &[&str]) -> bool {
        names
            .iter()
            .any(|name| self.file_name.eq_ignore_ascii_case(name.as_bytes()))
    }
}

/// Endings that say "a sample of the file before the dot".
#[rustfmt::skip]
const TEMPLATES: &[&str] = &[
    "example", "sample", "dist", "template", "tmpl", "tpl", "j2", "jinja", "jinja2", "erb", "ejs", "mustache",
    "hbs", "in", "orig", "bak", "default", "defaults", "local", "development", "production", "test",
    "staging", "prod", "dev", "old", "txt",
];

const YAML: &[&str] = &["yaml", "yml", "sls", "cff"];
#[rustfmt::skip]
const CONFIG: &[&str] = &[
    "env", "ini", "cfg", "conf", "cnf", "config", "properties", "props", "prefs", "rc", "npmrc", "pypirc",
    "netrc", "service", "desktop", "reg", "inf", "toolcfg", "pgpass", "htpasswd", "my", "list", "secret",
    "secrets", "credentials", "envrc", "cred", "creds", "ovpn", "rdp", "kdb", "tfbackend", "http", "rest",
];
#[rustfmt::skip]
const SHELL: &[&str] = &[
    "sh", "bash", "zsh", "fish", "ksh", "csh", "bat", "cmd", "ps1", "psm1", "psd1", "mk", "mak", "make",
    "dockerfile", "containerfile", "just", "bashrc", "zshrc", "profile", "bash_profile", "bash_history",
    "zsh_history", "sh_history", "history", "expect", "exp", "command", "zprofile",
];
#[rustfmt::skip]
const DATA: &[&str] = &[
    "json", "jsonc", "json5", "toml", "tf", "tfvars", "hcl", "tfstate", "ipynb", "har", "avsc", "lock",
    "webmanifest", "jsonl", "ndjson", "neon", "cue", "dhall", "nix", "pbtxt", "geojson", "bicep",
];
#[rustfmt::skip]
const MARKUP: &[&str] = &[
    "xml", "html", "htm", "xhtml", "csproj", "plist", "svg", "xaml", "resx", "jsp", "jspx", "wsdl", "xsl",
    "xslt", "pom", "fxml", "xib", "storyboard", "nuspec", "vbproj", "fsproj", "targets", "pubxml", "dtsx",
    "rdl", "ftl", "aspx", "ascx", "cshtml", "rss", "jmx", "publishsettings", "cscfg", "csdef",
];
#[rustfmt::skip]
const PROSE: &[&str] = &[
    "md", "markdown", "mdx", "rst", "txt", "adoc", "asciidoc", "org", "tex", "textile", "rdoc", "pod", "log",
    "csv", "tsv", "eml", "wiki", "qmd", "rmd", "text", "1", "5", "7", "8",
];
#[rustfmt::skip]
const SOURCE_NAMES: &[&str] = &[
    "jenkinsfile", "vagrantfile", "gemfile", "rakefile", "podfile", "fastfile", "brewfile", "guardfile",
    "build", "workspace", "sconstruct", "tiltfile", "capfile", "dangerfile", "berksfile", "config.ru",
];
#[rustfmt::skip]
const SHELL_NAMES: &[&str] = &[
    "dockerfile", "containerfile", "makefile", "gnumakefile", "justfile", "procfile",
];
#[rustfmt::skip]
const PROSE_NAMES: &[&str] = &[
    "readme", "license", "licence", "copying", "authors", "changelog", "changes", "news", "contributing",
    "todo", "notice", "install", "history", "maintainers", "codeowners", "thanks", "version",
];
/// `*.config` is XML in one family of projects only; these are its fixed names.
#[rustfmt::skip]
const XML_CONFIGS: &[&str] = &[
    "web.config", "app.config", "nuget.config", "packages.config", "machine.config",
];

fn kind(path: &RepoPath) -> Kind {
    let name = path.file_name().to_ascii_lowercase();
    let name = String::from_utf8_lossy(&name);
    kind_of_name(&name)
}

fn kind_of_name(name: &str) -> Kind {
    let mut stem = name;
    // `settings.yml.example` is written as its inner name says; two layers are enough for real names.
    for _ in 0..2 {
        if XML_CONFIGS.contains(&stem) {
            return Kind::Markup;
        }
        if let Some(kind) = kind_of_extension(stem) {
            return kind;
        }
        match stem.rsplit_once('.') {
            Some((inner, ending)) if !inner.is_empty() && TEMPLATES.contains(&ending) => {
                stem = inner;
            }
            _ => break,
        }
    }
    kind_without_extension(stem)
}

fn kind_of_extension(name: &str) -> Option<Kind> {
    let (inner, ending) = name.rsplit_once('.')?;
    let kind = [
        (YAML, Kind::Yaml),
        (CONFIG, Kind::Config),
        (SHELL, Kind::Shell),
        (DATA, Kind::Data),
        (MARKUP, Kind::Markup),
        (PROSE, Kind::Prose),
        (&["sql", "ddl", "dml", "psql", "pgsql", "mysql"], Kind::Sql),
    ]
    .into_iter()
    .find(|(endings, _)| endings.contains(&ending))
    .map(|(_, kind)| kind);
    match kind {
        // `secrets.txt` and `passwords.txt` are lists of settings more often than prose.
        Some(Kind::Prose) if TEMPLATES.contains(&ending) && kind_of_extension(inner).is_some() => {
            None
        }
        Some(kind) => Some(kind),
        None if TEMPLATES.contains(&ending) => None,
        None if inner.is_empty() || inner == ".env" => None,
        None => Some(Kind::Source),
    }
}

fn kind_without_extension(name: &str) -> Kind {
    let bare = name.trim_start_matches(['.', '_']);
    let first = bare.split(['.', '-', '_']).next().unwrap_or_default();
    if SHELL_NAMES.contains(&first) || SHELL.contains(&bare) {
        Kind::Shell
    } else if SOURCE_NAMES.contains(&bare) {
        Kind::Source
    } else if PROSE_NAMES.contains(&first) {
        Kind::Prose
    } else {
        Kind::Config
    }
}

#[rustfmt::skip]
const TEST_PARTS: &[&str] = &[
    "test", "tests", "testing", "spec", "specs", "testdata", "test_data", "test-data", "fixture", "fixtures",
    "mock", "mocks", "e2e", "__tests__", "__mocks__", "__fixtures__", "__snapshots__", "testutil",
    "testutils", "integration-tests", "integration_tests", "unittest", "unittests", "stubs", "fakes",
    "androidtest", "cypress", "playwright", "bench", "benches", "benchmark", "benchmarks", "fuzz",
    "cassettes", "testlib", "functional", "acceptance", "test-fixtures", "test_fixtures", "testfixtures",
    "factories", "simulator",
];
#[rustfmt::skip]
const EXAMPLE_PARTS: &[&str] = &[
    "example", "examples", "sample", "samples", "doc", "docs", "documentation", "demo", "demos", "tutorial",
    "tutorials", "quickstart", "cookbook", "guide", "guides", "templates", "template", "playground",
    "storybook", "stories", "snippets", "man", "handbook", "doc_src", "docs_src", "getting-started",
];
#[rustfmt::skip]
const TRANSLATION_PARTS: &[&str] = &[
    "locale", "locales", "i18n", "l10n", "lang", "langs", "languages", "translation", "translations", "nls",
    "_locales", "intl", "localization", "lproj",
];
#[rustfmt::skip]
const GENERATED_PARTS: &[&str] = &[
    "node_modules", "vendor", "third_party", "third-party", "bower_components",
];
#[rustfmt::skip]
const LOCK_NAMES: &[&str] = &[
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "cargo.lock", "go.sum",
    "poetry.lock", "composer.lock", "gemfile.lock", "pipfile.lock", "uv.lock", "bun.lock", "flake.lock",
    "podfile.lock", "mix.lock", "pubspec.lock", "gradle.lockfile", "packages.lock.json", "deno.lock",
];

/// Reads the setting off a path in lower case.
fn setting(path: &[u8]) -> Setting {
    let path = String::from_utf8_lossy(path);
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let bare = |folder: &str| folder.trim_start_matches('_').to_owned();
    let any = |parts: &[&str]| {
        folders
            .split('/')
            .any(|folder| parts.contains(&folder) || parts.contains(&&*bare(folder)))
    };
    if LOCK_NAMES.contains(&name) || is_generated(name) || any(GENERATED_PARTS) {
        Setting::Generated
    } else if any(TRANSLATION_PARTS) || is_translation(name) {
        Setting::Translation
    } else if any(TEST_PARTS) || is_test(folders, name) {
        Setting::Test
    } else if any(EXAMPLE_PARTS) || is_example(name) {
        Setting::Example
    } else {
        Setting::Production
    }
}

fn is_generated(name: &str) -> bool {
    [
        ".min.js",
        ".min.css",
        ".map",
        ".svg",
        ".bundle.js",
        ".snap",
        ".pb.go",
        "_pb2.py",
        ".g.dart",
        ".css",
        ".scss",
    ]
    .iter()
    .any(|ending| name.ends_with(ending))
}

fn is_translation(name: &str) -> bool {
    [
        ".po", ".pot", ".xliff", ".xlf", ".strings", ".arb", ".resx", ".ftl",
    ]
    .iter()
    .any(|e| name.ends_with(e))
        || name.starts_with("messages_")
        || name == "messages.properties"
        || has_locale(name)
}

/// `texts_de.properties`, `texts_pt_BR.properties`, `devise.de.yml`.
fn has_locale(name: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else {
        return false;
    };
    let mark = if ending == "properties" { '_' } else { '.' };
    let code = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_lowercase());
    let parts: Vec<_> = stem.split(mark).collect();
    let last = parts.last().copied().unwrap_or_default();
    let before = parts
        .len()
        .checked_sub(2)
        .map(|i| parts[i])
        .unwrap_or_default();
    match ending {
        "properties" => parts.len() > 1 && code(last) && (last != "qa" || code(before)),
        "yml" | "yaml" => {
            parts.len() > 1
                && [
                    "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "zh",
                ]
                .contains(&last)
        }
        _ => false,
    }
}

fn is_test(folders: &str, name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    name.starts_with("test_")
        || name.starts_with("test.")
        || name.starts_with("conftest.")
        || ["tests", "fixture", "fixtures", "mocks", "testdata"].contains(&stem)
        || stem.ends_with("_test")
        || stem.ends_with("_tests")
        || stem.ends_with("-test")
        || stem.ends_with("_spec")
        || name.contains(".test.")
        || name.contains(".tests.")
        || name.contains(".spec.")
        || name.contains(".stories.")
        || name.contains("_test.")
        || [".env.test", "phpunit.xml", "phpunit.xml.dist"].contains(&name)
        || (stem.ends_with("test") || stem.ends_with("tests")) && has_class_extension(name)
        || folders.split('/').any(is_test_folder)
}

/// `FooTest.java`, `FooTests.cs`: languages whose files are named after a class.
fn has_class_extension(name: &str) -> bool {
    [
        ".java", ".kt", ".cs", ".swift", ".scala", ".groovy", ".php", ".m", ".vb", ".fs",
    ]
    .iter()
    .any(|ending| name.ends_with(ending))
}

fn is_test_folder(folder: &str) -> bool {
    [
        "_test", "_tests", "-test", "-tests", ".test", ".tests", "_spec", "-e2e", "_e2e",
    ]
    .iter()
    .any(|e| folder.ends_with(e))
        || folder.starts_with("test_")
        || folder.starts_with("tests_")
        || folder.starts_with("test-")
}

fn is_example(name: &str) -> bool {
    let parts = name.split(['.', '-', '_']);
    parts.into_iter().any(|part| {
        [
            "example", "examples", "sample", "dist", "template", "tmpl", "tpl", "demo",
        ]
        .contains(&part)
    }) || PROSE_NAMES
        .iter()
        .any(|prose| name.split('.').next() == Some(prose))
        || [".md", ".rst", ".adoc", ".mdx", ".markdown", ".1"]
            .iter()
            .any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_how_a_file_is_written() {
        for (name, expected) in [
            ("settings.py", Kind::Source),
            ("values.yaml", Kind::Yaml),
            ("config.yml.example", Kind::Yaml),
            (".env", Kind::Config),
            (".env.production", Kind::Config),
            ("app.env", Kind::Config),
            ("application-prod.properties", Kind::Config),
            ("Dockerfile", Kind::Shell),
            ("dockerfile.prod", Kind::Shell),
            ("Makefile", Kind::Shell),
            (".bashrc", Kind::Shell),
            ("deploy.sh", Kind::Shell),
            ("web.config", Kind::Markup),
            ("pom.xml", Kind::Markup),
            ("package.json", Kind::Data),
            ("main.tf", Kind::Data),
            ("README", Kind::Prose),
            ("notes.md", Kind::Prose),
            ("credentials", Kind::Config),
            (".npmrc", Kind::Config),
            ("Jenkinsfile", Kind::Source),
            ("dump.sql", Kind::Sql),
            ("nginx.conf.j2", Kind::Config),
        ] {
            assert_eq!(kind_of_name(&name.to_ascii_lowercase()), expected, "{name}");
        }
    }

    #[test]
    fn the_path_says_what_a_file_is_for() {
        for (path, expected) in [
            ("src/app.py", Setting::Production),
            ("src/latest.py", Setting::Production),
            ("tests/app.py", Setting::Test),
            ("pkg/auth_test.go", Setting::Test),
            ("src/test/java/a/FooTest.java", Setting::Test),
            ("web/login.spec.ts", Setting::Test),
            ("docs/setup.md", Setting::Example),
            (".env.example", Setting::Example),
            ("config/locales/de.yml", Setting::Translation),
            ("core/Setup_pl.properties", Setting::Translation),
            ("core/application_qa.properties", Setting::Production),
            ("package-lock.json", Setting::Generated),
            ("static/app.min.js", Setting::Generated),
        ] {
            assert_eq!(
                setting(path.to_ascii_lowercase().as_bytes()),
                expected,
                "{path}"
            );
        }
    }
}
