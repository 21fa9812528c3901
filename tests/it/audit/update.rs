//! `advisories update` against a server on this machine that does everything wrong, and against another writer.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use crate::support::PROGRAM;

/// Returns an export with some records about one package each.
fn export(records: usize) -> Vec<u8> {
    let records: Vec<(String, String)> = (0..records)
        .map(|number| {
            let record = format!(
                r#"{{"id": "TEST-{number}", "modified": "2026-01-02T00:00:00Z", "summary": "weakness {number}",
                "affected": [{{"package": {{"ecosystem": "PyPI", "name": "demo-{number}"}},
                "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "2.0"}}]}}]}}]}}"#
            );
            (format!("TEST-{number}.json"), record)
        })
        .collect();
    let files: Vec<(&str, &[u8])> = records
        .iter()
        .map(|(name, record)| (name.as_str(), record.as_bytes()))
        .collect();
    archive(&files)
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in files {
        archive.start_file(*name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Serves each answer to one request, in turn, and returns the URL; the thread ends with the requests it saw.
fn serve(answers: Vec<Vec<u8>>) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/all.zip", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
                request.push(byte[0]);
            }
            requests.push(String::from_utf8(request).unwrap());
            stream.write_all(&answer).unwrap();
        }
        requests
    });
    (url, server)
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Runs a command and returns its exit code and what it says on both streams.
fn answered(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8(text).unwrap(),
    )
}

/// A home directory of its own.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn run(&self, arguments: &[&str]) -> (i32, String) {
        self.run_in(self.0.path(), arguments)
    }

    fn run_in(&self, directory: &Path, arguments: &[&str]) -> (i32, String) {
        answered(&mut self.command(directory, arguments))
    }

    fn command(&self, directory: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.0.path())
            .env("XDG_CACHE_HOME", self.0.path().join("cache"))
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .current_dir(directory);
        command
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn cache(&self) -> PathBuf {
        self.0.path().join("cache/gate-hook")
    }

    /// Makes a database of ten records, and returns what its status says.
    fn with_database(&self) -> String {
        let export = self.file("export.zip", &export(10));
        let (code, text) = self.run(&["advisories", "update", "--from", &export]);
        assert_eq!(code, 0, "{text}");
        self.status()
    }

    fn status(&self) -> String {
        let (code, text) = self.run(&["advisories", "status"]);
        assert_eq!(code, 0, "{text}");
        text
    }

    /// Returns how many unfinished files there are.
    fn left_behind(&self) -> usize {
        fs::read_dir(self.cache())
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_str().unwrap().starts_with('.')
            })
            .count()
    }
}

#[test]
fn an_update_that_fails_leaves_the_old_database_as_it_was() {
    let home = Home::new();
    let before = home.with_database();
    let good = export(10);
    let mut damaged = good.clone();
    let middle = damaged.len() / 2;
    damaged[middle - 40..middle].fill(b'#');
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("an error", answer("500 Internal Server Error", b"")),
        ("nothing there", answer("404 Not Found", b"gone")),
        ("a page", answer("200 OK", b"<html>please log in</html>")),
        ("nothing", answer("200 OK", b"")),
        ("half an archive", answer("200 OK", &good[..good.len() / 2])),
        ("a connection that ends", {
            let whole = answer("200 OK", &good);
            whole[..whole.len() - 100].to_vec()
        }),
        ("a damaged archive", answer("200 OK", &damaged)),
        ("far fewer records", answer("200 OK", &export(3))),
        (
            "a redirect in the clear",
            answer("302 Found\r\nLocation: http://example.org/all.zip", b""),
        ),
        ("no answer", Vec::new()),
        (
            "more than any export",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\nPK".to_vec(),
        ),
    ];
    for (name, bytes) in cases {
        let (url, server) = serve(vec![bytes]);
        let (code, text) = home.run(&["advisories", "update", "--from", &url]);
        assert_eq!(code, 3, "{name}: {text}");
        assert!(text.contains("hint:"), "{name}: {text}");
        drop(server.join());
        assert_eq!(home.status(), before, "{name}");
    }
    assert_eq!(home.left_behind(), 0);
}

#[test]
fn an_update_that_is_killed_leaves_the_old_database_and_the_next_one_tidies_up() {
    let home = Home::new();
    let before = home.with_database();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/all.zip", listener.local_addr().unwrap());
    let mut update = home
        .command(home.0.path(), &["advisories", "update", "--from", &url])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It waits for the rest of the answer, with the lock in its hand.
    let (mut stream, _) = listener.accept().unwrap();
    let mut byte = [0];
    assert_eq!(stream.read(&mut byte).unwrap(), 1);
    let whole = answer("200 OK", &export(10));
    stream.write_all(&whole[..whole.len() / 2]).unwrap();
    let second = home.file("second.zip", &export(10));
    let (code, text) = home.run(&["advisories", "update", "--from", &second]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("another update"), "{text}");
    update.kill().unwrap();
    update.wait().unwrap();
    assert_eq!(home.status(), before);
    fs::write(home.cache().join(".advisories-left"), "half").unwrap();
    assert_eq!(home.with_database(), before);
    assert_eq!(home.left_behind(), 0);
}

#[test]
fn readers_see_the_old_database_or_the_new_one_whole() {
    let home = Home::new();
    home.with_database();
    let set = home.file("requirements.txt", b"demo-1==1.0\n");
    let exports = [
        home.file("a.zip", &export(10)),
        home.file("b.zip", &export(11)),
    ];
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for export in exports.iter().cycle().take(6) {
                let (code, text) = home.run(&["advisories", "update", "--force", "--from", export]);
                assert_eq!(code, 0, "{text}");
            }
        });
        while !writer.is_finished() {
            let (code, text) = home.run(&["pip-audit", "-r", &set]);
            assert_eq!(code, 1, "{text}");
            assert!(text.contains("TEST-1"), "{text}");
        }
    });
}

#[test]
fn what_has_not_changed_is_not_fetched_again() {
    let home = Home::new();
    let first = answer("200 OK\r\nETag: \"one\"", &export(10));
    let (url, server) = serve(vec![first, answer("304 Not Modified", b"")]);
    let (code, text) = home.run(&["advisories", "update", "--from", &url]);
    assert_eq!(code, 0, "{text}");
    let (code, text) = home.run(&["advisories", "update", "--from", &url]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("not changed"), "{text}");
    let requests = server.join().unwrap();
    assert!(!requests[0].to_lowercase().contains("if-none-match"));
    assert!(
        requests[1]
            .to_lowercase()
            .contains("if-none-match: \"one\""),
        "{}",
        requests[1]
    );
}

#[test]
fn plain_http_is_for_this_machine_only() {
    let home = Home::new();
    let (code, text) = home.run(&[
        "advisories",
        "update",
        "--from",
        "http://example.org/all.zip",
    ]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("TLS"), "{text}");
}

#[test]
fn the_proxy_of_the_environment_is_asked_and_credentials_are_not_shown() {
    let home = Home::new();
    let (proxy, server) = serve(vec![answer("403 Forbidden", b"")]);
    let url = "https://somebody:pass-word@advisories.invalid/all.zip?signature=abc";
    let mut command = home.command(home.0.path(), &["advisories", "update", "--from", url]);
    command.env("HTTPS_PROXY", proxy.trim_end_matches("/all.zip"));
    let (code, text) = answered(&mut command);
    assert_eq!(code, 3, "{text}");
    assert!(
        text.contains("https://advisories.invalid/all.zip cannot be fetched"),
        "{text}"
    );
    assert!(
        !text.contains("pass-word") && !text.contains("signature"),
        "{text}"
    );
    let requests = server.join().unwrap();
    assert!(
        requests[0].starts_with("CONNECT advisories.invalid:443"),
        "{requests:?}"
    );
    // This machine is spoken to without it.
    let (url, server) = serve(vec![answer("200 OK", &export(10))]);
    let mut command = home.command(home.0.path(), &["advisories", "update", "--from", &url]);
    command
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("ALL_PROXY", "http://127.0.0.1:9");
    let (code, text) = answered(&mut command);
    assert_eq!(code, 0, "{text}");
    server.join().unwrap();
}

#[test]
fn what_is_known_to_be_exploited_is_critical() {
    let home = Home::new();
    let record = br#"{"id": "PYSEC-2026-7", "modified": "2026-01-02T00:00:00Z", "aliases": ["CVE-2026-7777"],
        "affected": [{"package": {"ecosystem": "PyPI", "name": "demo"}, "versions": ["1.0"]}]}"#;
    let export = home.file("export.zip", &archive(&[("PYSEC-2026-7.json", record)]));
    let (code, text) = home.run(&["advisories", "update", "--from", &export]);
    assert_eq!(code, 0, "{text}");
    let (_, text) = home.run(&["advisories", "show", "PYSEC-2026-7"]);
    assert!(text.contains("unknown"), "{text}");
    let catalogue =
        br#"{"vulnerabilities": [{"cveID": "CVE-2026-7777"}, {"cveID": "CVE-2026-8888"}]}"#;
    let list = home.file("exploited.json", catalogue);
    let with_list = [
        "advisories",
        "update",
        "--from",
        &export,
        "--known-exploited",
        &list,
    ];
    let (code, text) = home.run(&with_list);
    assert_eq!(code, 0, "{text}");
    let (_, text) = home.run(&["advisories", "show", "PYSEC-2026-7"]);
    assert!(text.contains("critical"), "{text}");
    assert!(home.status().contains("a list of 2"), "{}", home.status());
    // An update without the list says so.
    let (_, text) = home.run(&["advisories", "update", "--from", &export]);
    assert!(text.contains("--known-exploited"), "{text}");
    let empty = home.file("empty.txt", b"nothing here");
    let (code, _) = home.run(&[
        "advisories",
        "update",
        "--from",
        &export,
        "--known-exploited",
        &empty,
    ]);
    assert_eq!(code, 2);
}

#[test]
fn a_second_writer_is_refused_and_a_reader_is_not() {
    let home = Home::new();
    home.with_database();
    let lock = fs::File::create(home.cache().join("advisories.lock")).unwrap();
    lock.lock().unwrap();
    let export = home.file("export.zip", &export(10));
    let (code, text) = home.run(&["advisories", "update", "--from", &export]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("another update"), "{text}");
    home.status();
}

#[test]
fn a_damaged_database_is_refused_with_the_way_to_mend_it_and_mended() {
    let home = Home::new();
    let before = home.with_database();
    let path = home.cache().join("advisories.db");
    let mut bytes = fs::read(&path).unwrap();
    for at in (200..bytes.len()).step_by(50) {
        bytes[at] ^= 1;
    }
    fs::write(&path, bytes).unwrap();
    let (code, text) = home.run(&["advisories", "status"]);
    assert_eq!(code, 3, "{text}");
    assert!(
        text.contains("damaged") && text.contains("advisories update"),
        "{text}"
    );
    let set = home.file("requirements.txt", b"demo-1==1.0\n");
    let (code, text) = home.run(&["pip-audit", "-r", &set]);
    assert_ne!(code, 0, "{text}");
    assert!(!text.contains("No known"), "{text}");
    assert_eq!(home.with_database(), before);
    // Another program's file, one that is cut short, and none.
    let whole = fs::read(&path).unwrap();
    for bytes in [&b"SQLite format 3\0"[..], &whole[..whole.len() / 2], b""] {
        fs::write(&path, bytes).unwrap();
        for arguments in [
            &["advisories", "status"][..],
            &["advisories", "show", "TEST-1"],
        ] {
            let (code, text) = home.run(arguments);
            assert_eq!(code, 3, "{text}");
            assert!(
                text.contains("hint: run `gate-hook advisories update`"),
                "{text}"
            );
        }
        let (code, text) = home.run(&["pip-audit", "-r", &set]);
        assert_eq!(code, 1, "{text}");
        assert!(!text.contains("No known"), "{text}");
    }
    fs::remove_file(&path).unwrap();
    let (code, text) = home.run(&["pip-audit", "-r", &set]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("advisories update"), "{text}");
}

#[test]
fn a_pinned_database_is_fetched_by_its_digest() {
    let home = Home::new();
    home.with_database();
    let built = fs::read(home.cache().join("advisories.db")).unwrap();
    let digest: String = Sha256::digest(&built)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let repository = home.0.path().join("repository");
    fs::create_dir(&repository).unwrap();
    let init = Command::new("git")
        .args(["init", "-q"])
        .current_dir(&repository)
        .status()
        .unwrap();
    assert!(init.success());
    let (url, server) = serve(vec![
        answer("200 OK", &export(10)),
        answer("200 OK", &built),
    ]);
    let policy = format!("[audit]\ndatabase = {{ url = \"{url}\", sha256 = \"{digest}\" }}\n");
    fs::write(repository.join("gate-hook.toml"), policy).unwrap();
    let (code, text) = home.run_in(&repository, &["advisories", "update"]);
    assert_eq!(code, 3, "something else came: {text}");
    let (code, text) = home.run_in(&repository, &["advisories", "update"]);
    assert_eq!(code, 0, "{text}");
    server.join().unwrap();
    let (code, text) = home.run_in(&repository, &["advisories", "status"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(&digest), "{text}");
}

// Requirements: S2-18
#[test]
fn an_update_says_what_is_new_for_this_repository() {
    let home = Home::new();
    let repository = home.0.path().join("repository");
    fs::create_dir(&repository).unwrap();
    let init = Command::new("git")
        .args(["init", "-q"])
        .current_dir(&repository)
        .status()
        .unwrap();
    assert!(init.success());
    fs::write(
        repository.join("requirements.txt"),
        "demo-2==1.0\ndemo-11==1.0\n",
    )
    .unwrap();
    home.with_database();
    let more = home.file("more.zip", &export(12));
    let (code, text) = home.run_in(&repository, &["advisories", "update", "--from", &more]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("TEST-11") && text.contains("requirements.txt:2"),
        "{text}"
    );
    assert!(!text.contains("TEST-2:"), "known before: {text}");
}

#[test]
fn an_advisory_is_shown_by_any_of_its_ids() {
    let home = Home::new();
    home.with_database();
    let (code, text) = home.run(&["advisories", "show", "test-3"]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("demo-3") && text.contains("fixed in") && text.contains("weakness 3"),
        "{text}"
    );
    let (code, _) = home.run(&["advisories", "show", "CVE-1999-1"]);
    assert_eq!(code, 2);
}
