//! The sections of single tests: a section that the file has replaces the default one whole.

use crate::bandit::settings::{
    AssertUsed, HardcodedTmpDirectory, MarkupsafeXss, Options, ShellInjection, SslWithBadVersion,
    TryExcept, WeakCryptographicKey,
};

use super::error::ConfigError;
use super::value::{Node, Value};

/// Reads the sections. A key that a test cannot do without and does not find is noted in `warnings`.
pub(super) fn read(root: &Node, warnings: &mut Vec<String>) -> Result<Options, ConfigError> {
    let mut options = Options::default();
    let mut sections = Sections { root, warnings };
    if let Some(section) = sections.find("assert_used")? {
        options.assert_used = AssertUsed {
            skips: section.texts("skips")?.unwrap_or_default(),
        };
    }
    if let Some(section) = sections.find("hardcoded_tmp_directory")?
        && let Some(tmp_dirs) = section.texts("tmp_dirs")?
    {
        options.hardcoded_tmp_directory = HardcodedTmpDirectory { tmp_dirs };
    }
    if let Some(mut section) = sections.find("shell_injection")? {
        options.shell_injection = ShellInjection {
            subprocess: section.needed("subprocess", Node::list)?,
            shell: section.needed("shell", Node::list)?,
            no_shell: section.needed("no_shell", Node::list)?,
        };
    }
    if let Some(mut section) = sections.find("ssl_with_bad_version")? {
        options.ssl_with_bad_version = SslWithBadVersion {
            bad_protocol_versions: section.needed("bad_protocol_versions", Node::list)?,
        };
    }
    for (name, option) in [
        ("try_except_continue", &mut options.try_except_continue),
        ("try_except_pass", &mut options.try_except_pass),
    ] {
        if let Some(mut section) = sections.find(name)? {
            *option = TryExcept {
                check_typed_exception: section
                    .needed("check_typed_exception", |node, _| Ok(node.truthy()))?,
            };
        }
    }
    if let Some(mut section) = sections.find("weak_cryptographic_key")? {
        let mut size = |key| section.needed(key, Node::number);
        options.weak_cryptographic_key = WeakCryptographicKey {
            weak_key_size_dsa_high: size("weak_key_size_dsa_high")?,
            weak_key_size_dsa_medium: size("weak_key_size_dsa_medium")?,
            weak_key_size_rsa_high: size("weak_key_size_rsa_high")?,
            weak_key_size_rsa_medium: size("weak_key_size_rsa_medium")?,
            weak_key_size_ec_high: size("weak_key_size_ec_high")?,
            weak_key_size_ec_medium: size("weak_key_size_ec_medium")?,
        };
    }
    if let Some(section) = sections.find("markupsafe_xss")? {
        options.markupsafe_xss = MarkupsafeXss {
            extend_markup_names: section.texts("extend_markup_names")?.unwrap_or_default(),
            allowed_calls: section.texts("allowed_calls")?.unwrap_or_default(),
        };
    }
    Ok(options)
}

struct Sections<'c> {
    root: &'c Node,
    warnings: &'c mut Vec<String>,
}

impl Sections<'_> {
    fn find(&mut self, name: &'static str) -> Result<Option<Section<'_>>, ConfigError> {
        let Some(node) = self.root.get(name) else {
            return Ok(None);
        };
        if node.value == Value::Null {
            return Ok(None);
        }
        Ok(Some(Section {
            name,
            node: node.table(name)?,
            warnings: self.warnings,
        }))
    }
}

struct Section<'c> {
    name: &'static str,
    node: &'c Node,
    warnings: &'c mut Vec<String>,
}

impl Section<'_> {
    fn texts(&self, key: &str) -> Result<Option<Vec<String>>, ConfigError> {
        let name = format!("{}.{key}", self.name);
        self.node.get(key).map(|node| node.texts(&name)).transpose()
    }

    fn needed<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&Node, &str) -> Result<T, ConfigError>,
    ) -> Result<Option<T>, ConfigError> {
        let name = format!("{}.{key}", self.name);
        if let Some(node) = self.node.get(key) {
            return read(node, &name).map(Some);
        }
        self.warnings.push(format!(
            "`{name}` is missing, so tests that need it find nothing: a section replaces all its defaults"
        ));
        Ok(None)
    }
}
