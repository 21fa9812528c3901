//! What holds of every manifest, whatever the file.

use gate_hook::audit::{Manifest, lockfiles};
use gate_hook::finding::RepoPath;
use proptest::prelude::*;

use super::conformance::SAMPLES;
use super::{check, pins};

fn read_alone(path: &str, content: &[u8]) -> Manifest {
    lockfiles::read(&RepoPath::new(path), content, &mut |_| None)
}

/// Pieces that mean something to one of the readers.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zA-Z0-9._=<>~!,;@\\[\\](){}'\"# \\\\:/*+|$^-]{0,12}",
        1 => Just("\n".to_owned()),
        1 => proptest::sample::select(vec![
            "==1.0", ">=2", "\n[[package]]\n", "name = \"a\"\n", "version = \"1.0\"\n", "\n[project]\n", "dependencies = [", "]",
            "\n-r b.txt\n", "--hash=sha256:0", " ; python_version < '3'", "\\\n", "${X}", "{\"default\":{", "\"version\":\"==1\"", "}}",
            "setup(", "install_requires=[", "'a==1',", ")", "dependencies:\n- pip:\n  - ", "[options]\ninstall_requires=\n  ", "\0", "é", "\u{2028}",
            "extras = [\"x\"]", "groups = [\"dev\"]", "marker = \"", "git+https://h/x@v1.0#egg=y", "./x-1.0.zip",
        ]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_ends_in_a_usable_manifest(pieces in proptest::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        for sample in SAMPLES {
            check(sample.path, text.as_bytes(), &read_alone(sample.path, text.as_bytes()));
        }
    }

    #[test]
    fn any_change_of_a_file_ends_in_a_usable_manifest(
        sample in 0..SAMPLES.len(),
        at in any::<proptest::sample::Index>(),
        length in 0..30_usize,
        put in piece(),
    ) {
        let sample = &SAMPLES[sample];
        let mut content = sample.text.as_bytes().to_vec();
        let start = at.index(content.len());
        let end = (start + length).min(content.len());
        content.splice(start..end, put.into_bytes());
        check(sample.path, &content, &read_alone(sample.path, &content));
    }

    #[test]
    fn a_requirement_is_read_from_every_list_alike(
        name in "[a-z][a-z0-9_.-]{0,8}[a-z0-9]",
        version in "[0-9]{1,3}(\\.[0-9]{1,3}){0,3}(a1|rc2|\\.post3|\\.dev4)?(\\+local\\.1)?",
        blanks in " {0,2}",
    ) {
        let line = format!("{name}{blanks}=={blanks}{version}");
        let version: pep440_rs::Version = version.parse().unwrap();
        let expected = format!("{} {version}", gate_hook::audit::PackageName::new(&name));
        for (path, text) in [
            ("requirements.txt", format!("{line}\n")),
            ("pyproject.toml", format!("[project]\ndependencies = [\"{line}\"]\n")),
            ("setup.cfg", format!("[options]\ninstall_requires =\n  {line}\n")),
            ("setup.py", format!("setup(install_requires=['{line}'])")),
            ("environment.yml", format!("dependencies:\n- pip:\n  - {line}\n")),
        ] {
            prop_assert_eq!(pins(&read_alone(path, text.as_bytes())), std::slice::from_ref(&expected), "{}", path);
        }
    }
}
