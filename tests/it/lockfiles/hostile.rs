//! Hostile files end in a manifest, in time that grows with their size and not faster.

use std::time::{Duration, Instant};

use gate_hook::audit::lockfiles;
use gate_hook::finding::RepoPath;

use super::conformance::SAMPLES;
use super::setting;

/// Reads a file that includes whatever it likes, as often as it likes.
fn survives(path: &str, what: &str, content: &[u8]) {
    let start = Instant::now();
    let manifest = lockfiles::read(&RepoPath::new(path), content, &mut |wanted| {
        // Only what lies in the tree may be asked for.
        assert!(!wanted.as_bytes().starts_with(b"/"), "{wanted}");
        assert!(
            !wanted
                .as_bytes()
                .split(|byte| *byte == b'/')
                .any(|part| part == b".."),
            "{wanted}"
        );
        Some(b"-r again.txt\nx==1\n-r ../../../etc/passwd\n".to_vec())
    });
    std::hint::black_box(manifest);
    // A reader that is quadratic would need many minutes.
    let took = start.elapsed();
    assert!(
        took < Duration::from_mins(1),
        "{path}: {what} took {took:?}"
    );
}

/// How many times a piece is repeated; the whole comparison takes files twenty times as large.
fn times(piece: &str) -> usize {
    let size = if setting("GATE_HOOK_FULL").is_some() {
        400_000
    } else {
        20_000
    };
    size / piece.len() + 1
}

#[test]
fn repeated_pieces_cost_no_more_than_their_size() {
    for sample in SAMPLES {
        let mut pieces = vec![
            "\n",
            "\0",
            "\\\n",
            "a",
            "[",
            "{",
            "(",
            "\"",
            "'",
            "[[package]]\n",
            "-",
            "- ",
            "-r x.txt\n",
            "a==1\n",
            "a==1;",
            "a[",
            ",",
            "#",
            "# via a\n",
            "x=",
            "x=[",
            "{a=",
            "a.",
            "a:\n ",
            "- - ",
            "&a [*a,",
            "? ",
            "${A}",
            "\u{e9}",
            "\r",
            "=",
            "|| ",
            "/",
            "-e ",
            "--hash=a ",
            "!x ",
            "%",
            "\"a\":{",
            "'''",
            "[a.b]\n",
            "a: 'b\n",
            "install_requires=[",
            "==1,",
        ];
        pieces.extend(sample.text.lines());
        for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
            survives(sample.path, piece, piece.repeat(times(piece)).as_bytes());
        }
    }
}

#[test]
fn a_piece_repeated_inside_of_a_file_costs_no_more_than_its_size() {
    for sample in SAMPLES {
        let middle = sample.text.find("3.1.2").unwrap();
        for piece in [
            "9", ".1", "a", " ", ",", ",==1", "\"", "\\", "(", "+a", "||^1", "\n  a==1",
        ] {
            let text = format!(
                "{}{}{}",
                &sample.text[..middle],
                piece.repeat(times(piece)),
                &sample.text[middle..]
            );
            survives(sample.path, piece, text.as_bytes());
        }
    }
}

#[test]
fn long_files_and_long_lines_are_read_to_their_end() {
    let lines = "name==1.0 # why\n".repeat(100_000);
    survives("requirements.txt", "100,000 lines", lines.as_bytes());
    for sample in SAMPLES {
        survives(sample.path, "a long line", &vec![b'a'; 50 * times("a")]);
    }
}

#[test]
fn many_packages_cost_no_more_than_their_number() {
    use std::fmt::Write as _;
    let many = times(&"x".repeat(60));
    let mut lock = "version = 1\n[metadata]\nlock-version = \"2.1\"\n".to_owned();
    let mut requirements = String::new();
    for number in 0..many {
        let _ = write!(
            lock,
            "[[package]]\nname = \"p{number}\"\nversion = \"{number}\"\ndependencies = [{{name = \"p{}\"}}, {{name = \"p0\"}}]\n",
            number + 1
        );
        let _ = write!(requirements, "p{number}==1\n    # via p{}\n", number + 1);
    }
    survives("uv.lock", "a long chain", lock.as_bytes());
    survives(
        "pylock.toml",
        "a long chain",
        lock.replace("[[package]]", "[[packages]]").as_bytes(),
    );
    survives("requirements.txt", "a long chain", requirements.as_bytes());
    let same = "[[package]]\nname = \"a\"\nversion = \"1\"\ndependencies = [{name = \"a\"}]\n";
    survives("uv.lock", "one name", same.repeat(many).as_bytes());
    let same = "[[package]]\nname = \"a\"\nversion = \"1\"\n[package.dependencies]\na = \"1\"\n";
    survives("poetry.lock", "one name", same.repeat(many).as_bytes());
    let groups: String = (0..many)
        .map(|n| format!("g{n} = [\"a==1\", {{include-group = \"g{}\"}}]\n", n + 1))
        .collect();
    survives(
        "pyproject.toml",
        "groups in groups",
        format!("[dependency-groups]\n{groups}").as_bytes(),
    );
}

#[test]
fn no_bytes_are_refused_with_a_panic() {
    for sample in SAMPLES {
        let text = sample.text.as_bytes();
        for cut in 0..text.len() {
            survives(sample.path, "a cut file", &text[..cut]);
        }
        for byte in [0, 0x80, 0xff, b'\\', b'"', b'\n'] {
            for at in 0..text.len() {
                let mut changed = text.to_vec();
                changed[at] = byte;
                survives(sample.path, "a changed byte", &changed);
            }
        }
    }
}

#[test]
fn an_endless_chain_of_includes_ends() {
    let mut asked = 0;
    let manifest = lockfiles::read(
        &RepoPath::new("requirements.txt"),
        b"-r a/x.txt\n",
        &mut |_| {
            asked += 1;
            Some(format!("-r {asked}/y.txt\n-r {asked}/z.txt\na==1\n").into_bytes())
        },
    );
    assert!(asked <= 1_000, "{asked}");
    assert!(
        manifest
            .problems
            .iter()
            .any(|problem| problem.reason.contains("too many files"))
    );
}
