//! Marks that tell what a value is wherever they stand in it, found in one pass.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What a mark gives away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// A template, a shell's expansion, an interpolation.
    Template,
    /// A value still to come.
    StandIn,
    /// A call, a pattern, a selector, markup, a scope.
    Code,
    /// A hash of a password.
    Hash,
}

/// Marks that only templates, shells and interpolation have.
const TEMPLATE: &str = "
${ $( {{ }} <% %> #{ %( @{ @@ $[ (( {% [[ $env: ${{ !{
";

/// Words that stand for a value that is still to come, or for none.
const STAND_IN: &str = "
example changeme change_me change-me changethis change_this change-this changeit placeholder
dummy redacted xxxx **** .... ____ ---- sample fixme foobar replaceme replace_me replace-me
replace_with replace-with replacethis insert_ insert- deadbeef cafebabe notasecret not-a-secret
not_a_secret notreal supersecret super-secret super_secret topsecret top-secret top_secret
mysecret mypassword mytoken undefined 1234567890 0123456789 abcdefgh lorem 0xdead qwertyuiop
yourpass your_ your- yoursecret yourtoken yourapi yourkey <your [your bogus invalid hardcoded
nosecret fakepass fake_ fake- faketoken fakekey fakesecret masked hidden [filtered] _here -here
unsafe insecure donotuse do-not-use do_not_use testtest test1234 test123 testpass testsecret
testtoken testkey test_ test- _test -test tu_ sua_ seu_ _aqui somesecret some_ some- whatever base64 encodedkey randomchar
";

/// Marks of calls, patterns, selectors, markup and scopes.
const CODE: &str = r#"
() => -> :: && || == != >= <= </ /> \d \w \s \b [a-z [^ .* .+ (? [0-9 \. ){ }; (); '); "); {1,
\\ <div <b> ?. ~= ]= [] {} \/ '+ +' "+ +"
"#;

/// Identifiers of password hashes, which may follow a user or an algorithm.
const HASH: &str = "$2a$ $2b$ $2y$ $argon2 {bcrypt} {scrypt} {pbkdf2 {ssha";

/// The marks in one automaton, built when the first value has to be judged.
static MARKS: LazyLock<(AhoCorasick, Vec<Mark>)> = LazyLock::new(|| {
    let mut marks = Vec::new();
    let mut patterns = Vec::new();
    for (list, mark) in [
        (TEMPLATE, Mark::Template),
        (STAND_IN, Mark::StandIn),
        (CODE, Mark::Code),
        (HASH, Mark::Hash),
    ] {
        for pattern in list.split_ascii_whitespace() {
            patterns.push(pattern);
            marks.push(mark);
        }
    }
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(patterns);
    (
        automaton.expect("a few hundred short patterns make an automaton"),
        marks,
    )
});

/// Returns what the first mark in the value gives away.
pub(super) fn mark(value: &[u8]) -> Option<Mark> {
    let (automaton, marks) = &*MARKS;
    let found = automaton.find(value)?;
    Some(marks[found.pattern().as_usize()])
}
