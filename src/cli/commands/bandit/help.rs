//! What `--help` and `--version` say.

use crate::bandit::{REFERENCE, tests};

/// The options as they are shown where the command line is wrong.
pub(super) const USAGE: &str = "\
usage: gate-hook bandit [-h] [-r] [-a {file,vuln}] [-n LINES] [-c FILE] [-p PROFILE] [-t IDS] [-s IDS]
                        [-l | --severity-level LEVEL] [-i | --confidence-level LEVEL]
                        [-f FORMAT] [--msg-template TEMPLATE] [-o FILE] [-v | -q] [-d] [--ignore-nosec]
                        [-x PATHS] [-b FILE] [--ini FILE] [--exit-zero] [--python-version VERSION]
                        [--version] [TARGET ...]
";

const OPTIONS: &str = "
Scans Python files as Bandit does: same command line, same findings, same output, same exit codes.

targets
  TARGET                      a file, a directory (with -r), or - for standard input
  -r, --recursive             look at the files below directories, too
  -x, --exclude PATHS         comma-separated paths or patterns to leave out, in place of the default
                              .svn,CVS,.bzr,.hg,.git,__pycache__,.tox,.eggs,*.egg

tests
  -t, --tests IDS             run only these, comma-separated
  -s, --skip IDS              leave these out
  -c, --configfile FILE       settings: TOML with [tool.bandit], or YAML
  -p, --profile PROFILE       take the tests from a profile of that file
  --ini FILE                  options for this command line, instead of the .bandit file found in a target
  --ignore-nosec              look at lines with # nosec as well
  --python-version VERSION    read files as this Python does: 3.10 to 3.14 (default 3.12)

what is reported
  -l, -ll, -lll               from low, medium or high severity on
  --severity-level LEVEL      all, low, medium or high
  -i, -ii, -iii               from low, medium or high confidence on
  --confidence-level LEVEL    all, low, medium or high
  -b, --baseline FILE         only what an earlier report in JSON does not have

output
  -f, --format FORMAT         csv, custom, html, json, sarif, screen, txt, xml or yaml
  --msg-template TEMPLATE     a line of -f custom, as in Python's str.format; the tags are {abspath},
                              {relpath}, {line}, {range}, {col}, {end_col}, {test_id}, {cwe}, {severity},
                              {confidence}, {msg}
  -o, --output FILE           write the report into a file
  -a, --aggregate file|vuln   sort json and yaml by file or by name of the test
  -n, --number LINES          how many lines of code to show
  -v, --verbose               list the files looked at and left out
  -q, --quiet, --silent       no text if nothing is found
  -d, --debug                 accepted, says nothing more
  --exit-zero                 exit with 0 whatever is found
  --version                   show the version

exit codes
  0 nothing to report   1 findings   2 wrong usage or configuration

tests
";

/// Returns the page for `--help`.
pub(super) fn page() -> String {
    let mut page = format!("{USAGE}{OPTIONS}");
    for test in tests() {
        page.push_str(&format!("  {}  {}\n", test.id(), test.name));
    }
    page
}

/// Returns what `--version` says; the first line is what scripts look at.
pub(super) fn version() -> String {
    format!(
        "bandit {REFERENCE}\n  compatible: gate-hook {}\n",
        env!("CARGO_PKG_VERSION")
    )
}
