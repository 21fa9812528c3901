//! The same packages written in every format are the same dependencies.

use gate_hook::audit::lockfiles::FORMATS;
use gate_hook::audit::marker::Marker;

use super::{pinned, read_tree};

/// One way to write the packages: the name of the format, the path, the text, and whether it has parts.
pub(super) struct Sample {
    pub(super) format: &'static str,
    pub(super) path: &'static str,
    pub(super) text: &'static str,
    parts: bool,
}

/// Jinja2 and zipp (on old Pythons) for all, pytest for development, and what Jinja2 needs where a lock file
/// lists it.
pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        format: "environment.yml",
        path: "environment.yml",
        text: "name: x\ndependencies:\n  - python\n  - pip:\n    - Jinja2==3.1.2\n    - zipp==3.8.0 ; python_version < '3.10'\n    - pytest==7.4.0\n",
        parts: false,
    },
    Sample {
        format: "pdm.lock",
        path: "pdm.lock",
        text: r#"
[metadata]
groups = ["default", "dev"]
lock_version = "4.5.0"
[[package]]
name = "jinja2"
version = "3.1.2"
groups = ["default"]
files = [{file = "Jinja2-3.1.2-py3-none-any.whl", hash = "sha256:00"}]
[[package]]
name = "zipp"
version = "3.8.0"
groups = ["default"]
marker = "python_version < \"3.10\""
[[package]]
name = "pytest"
version = "7.4.0"
groups = ["dev"]
"#,
        parts: true,
    },
    Sample {
        format: "Pipfile.lock",
        path: "Pipfile.lock",
        text: r#"{
    "_meta": {"hash": {"sha256": "00"}, "pipfile-spec": 6, "requires": {}, "sources": []},
    "default": {
        "jinja2": {"hashes": ["sha256:00"], "index": "pypi", "version": "==3.1.2"},
        "zipp": {"hashes": ["sha256:00"], "markers": "python_version < '3.10'", "version": "==3.8.0"}
    },
    "develop": {"pytest": {"version": "==7.4.0"}}
}"#,
        parts: true,
    },
    Sample {
        format: "poetry.lock",
        path: "poetry.lock",
        text: r#"
[[package]]
name = "jinja2"
version = "3.1.2"
optional = false
groups = ["main"]
[[package]]
name = "pytest"
version = "7.4.0"
groups = ["dev"]
[[package]]
name = "zipp"
version = "3.8.0"
groups = ["main"]
markers = "python_version < \"3.10\""
[metadata]
lock-version = "2.1"
"#,
        parts: true,
    },
    Sample {
        format: "pylock.toml",
        path: "pylock.toml",
        text: r#"
lock-version = "1.0"
[[packages]]
name = "jinja2"
version = "3.1.2"
[[packages]]
name = "zipp"
version = "3.8.0"
marker = "python_version < '3.10'"
[[packages]]
name = "pytest"
version = "7.4.0"
marker = "'dev' in dependency_groups"
"#,
        parts: true,
    },
    Sample {
        format: "pyproject.toml",
        path: "pyproject.toml",
        text: r#"
[project]
name = "x"
dependencies = ["Jinja2==3.1.2", "zipp==3.8.0 ; python_version < '3.10'"]
[dependency-groups]
dev = ["pytest==7.4.0"]
"#,
        parts: true,
    },
    Sample {
        format: "pyproject.toml",
        path: "pyproject.toml",
        text: r#"
[tool.poetry.dependencies]
python = "^3.9"
Jinja2 = "3.1.2"
zipp = { version = "3.8.0", python = "<3.10" }
[tool.poetry.group.dev.dependencies]
pytest = "7.4.0"
"#,
        parts: true,
    },
    Sample {
        format: "requirements.txt",
        path: "requirements.txt",
        text: "# all\nJinja2==3.1.2 \\\n    --hash=sha256:00\nzipp==3.8.0 ; python_version < '3.10' --hash=sha256:00\npytest==7.4.0 --hash=sha256:00 # why\n",
        parts: false,
    },
    Sample {
        format: "setup.cfg",
        path: "setup.cfg",
        text: "[options]\ninstall_requires =\n    Jinja2==3.1.2\n    zipp==3.8.0 ; python_version < '3.10'\n[options.extras_require]\ndev = pytest==7.4.0\n",
        parts: true,
    },
    Sample {
        format: "setup.py",
        path: "setup.py",
        text: "from setuptools import setup\nsetup(install_requires=['Jinja2==3.1.2', \"zipp==3.8.0 ; python_version < '3.10'\"],\n  extras_require={'dev': ['pytest==7.4.0']})\n",
        parts: true,
    },
    Sample {
        format: "uv.lock",
        path: "uv.lock",
        text: r#"
version = 1
revision = 3
[[package]]
name = "jinja2"
version = "3.1.2"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://files.pythonhosted.org/x.whl", hash = "sha256:00", size = 1 }]
[[package]]
name = "pytest"
version = "7.4.0"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "x"
source = { virtual = "." }
dependencies = [{ name = "jinja2" }, { name = "zipp", marker = "python_version < '3.10'" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
[[package]]
name = "zipp"
version = "3.8.0"
source = { registry = "https://pypi.org/simple" }
resolution-markers = ["python_version < '3.10'"]
"#,
        parts: true,
    },
];

#[test]
fn the_same_packages_are_the_same_dependencies_in_every_format() {
    for format in FORMATS {
        assert!(
            SAMPLES.iter().any(|sample| sample.format == format.name),
            "{} has no sample",
            format.name
        );
    }
    for sample in SAMPLES {
        let manifest = read_tree(
            sample.path,
            &[(sample.path, sample.text.as_bytes().to_vec())],
        );
        assert_eq!(manifest.problems, [], "{}", sample.format);
        let mut found: Vec<(String, bool)> = manifest
            .dependencies
            .iter()
            .map(|dependency| {
                let marker = dependency
                    .marker
                    .as_ref()
                    .filter(|marker| !marker.contains("dependency_groups"));
                let marker = marker.map(|marker| marker.parse::<Marker>().unwrap().to_string());
                let shown = format!(
                    "{} {} {}",
                    dependency.name,
                    pinned(dependency).unwrap(),
                    marker.unwrap_or_default()
                );
                (shown, dependency.development)
            })
            .collect();
        found.sort();
        let expected = [
            ("jinja2 3.1.2 ".to_owned(), false),
            ("pytest 7.4.0 ".to_owned(), sample.parts),
            ("zipp 3.8.0 python_version < \"3.10\"".to_owned(), false),
        ];
        assert_eq!(found, expected, "{}", sample.format);
    }
}

#[test]
fn the_same_packages_give_the_same_findings_in_every_format() {
    let database = gate_hook::audit::starter();
    for sample in SAMPLES {
        let manifest = read_tree(
            sample.path,
            &[(sample.path, sample.text.as_bytes().to_vec())],
        );
        let judged = gate_hook::audit::judge(&manifest, &database).unwrap();
        let found: Vec<(&str, u32)> = judged
            .findings
            .iter()
            .map(|finding| {
                let package = finding.package.as_ref().unwrap();
                assert_eq!(
                    (
                        package.name.as_str(),
                        package.version.as_deref(),
                        package.fixed.as_deref()
                    ),
                    ("jinja2", Some("3.1.2"), Some("3.1.4")),
                    "{}",
                    sample.format
                );
                (package.advisories[0].as_str(), finding.severity as u32)
            })
            .collect();
        let medium = gate_hook::finding::Severity::Medium as u32;
        let expected = [("CVE-2024-22195", medium), ("CVE-2024-34064", medium)];
        assert_eq!(found, expected, "{}", sample.format);
        assert_eq!(judged.problems, [], "{}", sample.format);
    }
}

#[test]
fn every_dependency_points_at_its_place() {
    for sample in SAMPLES {
        let manifest = read_tree(
            sample.path,
            &[(sample.path, sample.text.as_bytes().to_vec())],
        );
        for dependency in &manifest.dependencies {
            let start = dependency.location.start;
            let line = sample.text.lines().nth(start.line as usize - 1).unwrap();
            let rest: String = line.chars().skip(start.column as usize - 1).collect();
            let place = rest.trim_start_matches(['"', '=']);
            assert!(
                place.starts_with(pinned(dependency).unwrap()),
                "{}: {rest}",
                sample.format
            );
        }
    }
}

#[test]
fn the_table_of_the_manual_is_that_of_the_formats() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/audit.md");
    let page = std::fs::read_to_string(page).unwrap();
    for format in FORMATS {
        let row = format!(
            "| {} | {} | {} | {} |",
            format.name, format.files, format.versions, format.development
        );
        assert!(page.contains(&row), "docs/audit.md lacks this row:\n{row}");
    }
}
