use super::*;

fn yaml(text: &str) -> Result<Config, ConfigError> {
    Config::read("b.yaml", text.as_bytes())
}

fn error<T: std::fmt::Debug>(result: Result<T, ConfigError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn what_is_included_depends_on_whether_there_is_a_file() {
    assert_eq!(Config::none().include().unwrap(), ["*.py", "*.pyw"]);
    assert_eq!(yaml("a: 1").unwrap().include().unwrap(), ["*.py"]);
    assert_eq!(yaml("include: [x]").unwrap().include().unwrap(), ["x"]);
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    assert_eq!(error(yaml("")), "b.yaml:1:1: the file holds no settings");
    assert_eq!(error(yaml("- a")), "b.yaml:1:1: the file holds no settings");
    assert_eq!(
        error(yaml("skips: [101]").unwrap().profile(None)),
        "b.yaml:1:9: `skips` holds a number; each item has to be a text"
    );
    assert_eq!(
        error(yaml("exclude_dirs: tests").unwrap().exclude_dirs()),
        "b.yaml:1:15: `exclude_dirs` is a text; it has to be a list of texts"
    );
    assert_eq!(
        error(Config::read("p.toml", b"a = '\xff'")),
        "p.toml:1:6: the file is not UTF-8"
    );
}

#[test]
fn profiles_take_names_for_ids() {
    let config =
        yaml("profiles:\n  a:\n    include: [assert_used, B102, any]\n    exclude:\n").unwrap();
    let profile = config.profile(Some("a")).unwrap();
    assert!(profile.include.iter().eq(["B101", "B102", "any"]));
    assert!(profile.exclude.is_empty());
    assert_eq!(
        error(config.profile(Some("b"))),
        "b.yaml: there is no profile `b`"
    );
    assert_eq!(
        error(Config::none().profile(Some("b"))),
        "there is no profile `b`"
    );
}

#[test]
fn blacklists_of_the_old_kind_are_refused() {
    let profiles = "profiles:\n  a:\n    include: [blacklist_calls]\n";
    assert_eq!(
        error(yaml(profiles)),
        "b.yaml:3:5: `blacklist_calls` needs data in a section `blacklist_calls`"
    );
    assert!(error(yaml(&format!("{profiles}blacklist_calls: {{}}\n"))).contains("finds nothing"));
    assert!(yaml("blacklist_calls: {}\n").is_ok());
}

#[test]
fn a_section_replaces_the_default_one_whole() {
    let mut warnings = Vec::new();
    let options = yaml("try_except_pass: {check_typed_exception: yes}\nshell_injection: {shell: [x]}\nassert_used:\n")
        .unwrap()
        .options(&mut warnings)
        .unwrap();
    assert_eq!(options.try_except_pass.check_typed_exception, Some(true));
    assert_eq!(
        options.try_except_continue.check_typed_exception,
        Some(false)
    );
    assert_eq!(options.shell_injection.shell, Some(vec!["x".to_owned()]));
    assert_eq!(options.shell_injection.subprocess, None);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    let wrong = yaml("shell_injection: {subprocess: x}").unwrap();
    assert!(error(wrong.options(&mut warnings)).starts_with("b.yaml:1:31:"));
}

mod repository {
    use super::super::settings_for;
    use crate::bandit::check;

    fn found(
        directory: &str,
        configured: Option<&str>,
        files: &[(&str, &str)],
    ) -> Result<super::RepositorySettings, super::ConfigError> {
        settings_for(directory, configured, &|path| {
            let (_, text) = files.iter().find(|(name, _)| *name == path)?;
            Some(text.as_bytes().to_vec())
        })
    }

    fn runs(settings: &super::RepositorySettings, id: &str) -> bool {
        let test = check::tests().find(|test| test.id() == id).unwrap();
        settings.settings.tests.contains(test)
    }

    #[test]
    fn the_nearest_file_with_a_section_counts() {
        let files = [
            ("pyproject.toml", "[tool.bandit]\nskips = ['B101']\n"),
            ("a/pyproject.toml", "[tool.other]\n"),
            (
                "a/b/pyproject.toml",
                "[tool.bandit]\nexclude_dirs = ['tests']\n",
            ),
            (".bandit", "[bandit]\nskips = B102\n"),
        ];
        let at = |directory| found(directory, None, &files).unwrap();
        assert_eq!(at("a").file.as_deref(), Some("pyproject.toml"));
        assert!(!runs(&at("a"), "B101") && runs(&at("a"), "B102"));
        assert_eq!(at("a/b/c").file.as_deref(), Some("a/b/pyproject.toml"));
        assert!(at("a/b/c").leave_out("a/b/tests/t.py"));
        assert_eq!(
            found("a", None, &files[1..]).unwrap().file.as_deref(),
            Some(".bandit")
        );
        assert_eq!(found("", None, &[]).unwrap().file, None);
    }

    #[test]
    fn an_ini_file_brings_tests_paths_and_a_further_file() {
        let files = [
            (
                "x/.bandit",
                "[bandit]\ntests = B101,B102\nexclude = ./gen,y/*\nconfigfile = b.yaml\nignore-nosec = 1\n",
            ),
            ("b.yaml", "assert_used: {skips: ['*t.py']}\n"),
        ];
        let settings = found("x", None, &files).unwrap();
        assert!(runs(&settings, "B101") && !runs(&settings, "B103"));
        assert!(settings.leave_out("gen/a.py") && settings.leave_out("y/a.py"));
        assert!(!settings.leave_out("x/a.py"));
        assert!(settings.settings.ignore_nosec);
        assert_eq!(settings.settings.options.assert_used.skips, ["*t.py"]);
    }

    #[test]
    fn what_the_policy_names_counts_whatever_it_is_called() {
        let files = [
            ("ci/.bandit", "skips: [B101]\n"),
            ("c.ini", "[bandit]\nskips = B102\n"),
        ];
        assert!(!runs(
            &found("x", Some("./ci/.bandit"), &files).unwrap(),
            "B101"
        ));
        assert!(!runs(&found("x", Some("c.ini"), &files).unwrap(), "B102"));
        let missing = found("x", Some("no.yaml"), &files).unwrap_err();
        assert!(
            missing.to_string().starts_with("no.yaml: the file"),
            "{missing}"
        );
    }

    #[test]
    fn a_broken_file_is_an_error_and_not_an_empty_one() {
        for (file, text) in [
            ("pyproject.toml", "[tool.bandit\n"),
            (".bandit", "[bandit]\nskips\n"),
            (".bandit", "skips: [\n"),
            (".bandit", "[bandit]\ntests = assert_used\n"),
        ] {
            let error = found("", None, &[(file, text)]).unwrap_err().to_string();
            assert!(error.starts_with(file), "{error}");
        }
        assert!(found("", None, &[("pyproject.toml", "[broken\n")]).is_ok());
    }
}
