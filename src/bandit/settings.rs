//! What a scan may be told: which tests run, with which options, and which Python's meaning counts.
//!
//! The defaults are those of the reference tool. A section that a configuration file gives replaces the default
//! section whole, so every key is optional: a test that needs a key which is not there finds nothing.

use super::check::{self, Test};

/// The Python whose meaning of a file counts: its grammar, and where it places the parts of f-strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PythonVersion {
    /// Python 3.10, the oldest that the reference tool runs on.
    Py310,
    /// Python 3.11.
    Py311,
    /// Python 3.12: f-strings are parsed as part of the file.
    #[default]
    Py312,
    /// Python 3.13.
    Py313,
    /// Python 3.14: `except A, B:` without parentheses, and t-strings.
    Py314,
}

impl PythonVersion {
    /// Every version, oldest first.
    pub const ALL: [Self; 5] = [
        Self::Py310,
        Self::Py311,
        Self::Py312,
        Self::Py313,
        Self::Py314,
    ];

    /// Returns the version as people write it, for example `3.12`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Py310 => "3.10",
            Self::Py311 => "3.11",
            Self::Py312 => "3.12",
            Self::Py313 => "3.13",
            Self::Py314 => "3.14",
        }
    }

    /// Returns the version that is written like this.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.name() == name)
    }
}

/// A set of tests, by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestSet(u128);

impl TestSet {
    /// Returns the set of all tests.
    pub fn all() -> Self {
        check::tests().fold(Self::none(), |set, test| Self(set.0 | 1 << test.index()))
    }

    /// Returns the empty set.
    pub fn none() -> Self {
        Self(0)
    }

    /// Adds a test.
    pub fn insert(&mut self, test: &Test) {
        self.0 |= 1 << test.index();
    }

    /// Takes a test out.
    pub fn remove(&mut self, test: &Test) {
        self.0 &= !(1 << test.index());
    }

    /// Returns whether the test is in the set.
    pub fn contains(self, test: &Test) -> bool {
        self.0 >> test.index() & 1 == 1
    }

    /// Returns the tests that are in either set.
    #[must_use]
    pub fn union(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }

    /// Returns whether no test is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What a scan may be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The tests that run.
    pub tests: TestSet,
    /// Whether `# nosec` comments are ignored.
    pub ignore_nosec: bool,
    /// Whose meaning of a file counts.
    pub python: PythonVersion,
    /// How many lines of code an issue shows beside those it is about (`-n` of the reference tool); none if no code
    /// is wanted at all.
    pub context_lines: Option<usize>,
    /// The options of single tests.
    pub options: Options,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tests: TestSet::all(),
            ignore_nosec: false,
            python: PythonVersion::default(),
            context_lines: None,
            options: Options::default(),
        }
    }
}

/// The options of single tests, one section each; the sections are named as in a configuration file.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// `assert_used`: B101.
    pub assert_used: AssertUsed,
    /// `hardcoded_tmp_directory`: B108.
    pub hardcoded_tmp_directory: HardcodedTmpDirectory,
    /// `shell_injection`: B602 to B607 and B609.
    pub shell_injection: ShellInjection,
    /// `ssl_with_bad_version`: B502 and B503.
    pub ssl_with_bad_version: SslWithBadVersion,
    /// `try_except_continue`: B112.
    pub try_except_continue: TryExcept,
    /// `try_except_pass`: B110.
    pub try_except_pass: TryExcept,
    /// `weak_cryptographic_key`: B505.
    pub weak_cryptographic_key: WeakCryptographicKey,
    /// `markupsafe_xss`: B704.
    pub markupsafe_xss: MarkupsafeXss,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            assert_used: AssertUsed::default(),
            hardcoded_tmp_directory: HardcodedTmpDirectory {
                tmp_dirs: owned(&["/tmp", "/var/tmp", "/dev/shm"]),
            },
            shell_injection: ShellInjection {
                subprocess: Some(owned(SUBPROCESS)),
                shell: Some(owned(SHELL)),
                no_shell: Some(owned(NO_SHELL)),
            },
            ssl_with_bad_version: SslWithBadVersion {
                bad_protocol_versions: Some(owned(BAD_PROTOCOLS)),
            },
            try_except_continue: TryExcept {
                check_typed_exception: Some(false),
            },
            try_except_pass: TryExcept {
                check_typed_exception: Some(false),
            },
            weak_cryptographic_key: WeakCryptographicKey {
                weak_key_size_dsa_high: Some(1024.0),
                weak_key_size_dsa_medium: Some(2048.0),
                weak_key_size_rsa_high: Some(1024.0),
                weak_key_size_rsa_medium: Some(2048.0),
                weak_key_size_ec_high: Some(160.0),
                weak_key_size_ec_medium: Some(224.0),
            },
            markupsafe_xss: MarkupsafeXss::default(),
        }
    }
}

/// Options of B101.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssertUsed {
    /// Shell-style patterns of shown paths that the test leaves alone.
    pub skips: Vec<String>,
}

/// Options of B108. Without the key the reference tool falls back to its defaults, so there is always a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HardcodedTmpDirectory {
    /// Prefixes of strings that are taken for temporary directories.
    pub tmp_dirs: Vec<String>,
}

impl Default for HardcodedTmpDirectory {
    fn default() -> Self {
        Options::default().hardcoded_tmp_directory
    }
}

/// Options of B602 to B607 and B609. `default()` is the section with no key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShellInjection {
    /// Functions that start a process and take `shell=`.
    pub subprocess: Option<Vec<String>>,
    /// Functions that always use a shell.
    pub shell: Option<Vec<String>>,
    /// Functions that start a process without a shell.
    pub no_shell: Option<Vec<String>>,
}

/// Options of B502 and B503. `default()` is the section with no key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SslWithBadVersion {
    /// Names of protocol versions that are not to be used.
    pub bad_protocol_versions: Option<Vec<String>>,
}

/// Options of B110 and of B112. `default()` is the section with no key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TryExcept {
    /// Whether handlers of a named exception count too.
    pub check_typed_exception: Option<bool>,
}

/// Options of B505: key sizes in bits below which a key is weak. `default()` is the section with no key.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(missing_docs, reason = "the names are those of the configuration file")]
pub struct WeakCryptographicKey {
    pub weak_key_size_dsa_high: Option<f64>,
    pub weak_key_size_dsa_medium: Option<f64>,
    pub weak_key_size_rsa_high: Option<f64>,
    pub weak_key_size_rsa_medium: Option<f64>,
    pub weak_key_size_ec_high: Option<f64>,
    pub weak_key_size_ec_medium: Option<f64>,
}

/// Options of B704.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MarkupsafeXss {
    /// Qualified names of further classes that mark text as safe.
    pub extend_markup_names: Vec<String>,
    /// Qualified names of functions whose result is safe.
    pub allowed_calls: Vec<String>,
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

const SUBPROCESS: &[&str] = &[
    "subprocess.Popen",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.run",
];

const SHELL: &[&str] = &[
    "os.system",
    "os.popen",
    "os.popen2",
    "os.popen3",
    "os.popen4",
    "popen2.popen2",
    "popen2.popen3",
    "popen2.popen4",
    "popen2.Popen3",
    "popen2.Popen4",
    "commands.getoutput",
    "commands.getstatusoutput",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
];

const NO_SHELL: &[&str] = &[
    "os.execl",
    "os.execle",
    "os.execlp",
    "os.execlpe",
    "os.execv",
    "os.execve",
    "os.execvp",
    "os.execvpe",
    "os.spawnl",
    "os.spawnle",
    "os.spawnlp",
    "os.spawnlpe",
    "os.spawnv",
    "os.spawnve",
    "os.spawnvp",
    "os.spawnvpe",
    "os.startfile",
];

const BAD_PROTOCOLS: &[&str] = &[
    "PROTOCOL_SSLv2",
    "SSLv2_METHOD",
    "SSLv23_METHOD",
    "PROTOCOL_SSLv3",
    "PROTOCOL_TLSv1",
    "SSLv3_METHOD",
    "TLSv1_METHOD",
    "PROTOCOL_TLSv1_1",
    "TLSv1_1_METHOD",
];
