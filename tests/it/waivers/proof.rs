//! `waivers.proof = "git"` in real repositories: who committed an approval, and what the signature of that commit says.

use std::fs;
use std::process::Command;

use gate_hook::policy::parse_register;

use super::survival::{REGISTER, new_waiver};
use crate::support::{Answer, PROGRAM, Repo, leak};

const POLICY: &str = "\
[waivers]
proof = \"git\"
[people]
alice = [\"dev@example.org\"]
bob = [\"bob@example.org\"]
";

/// A repository with a pending waiver on a branch, and keys of two people.
struct Scene {
    repo: Repo,
    id: String,
}

/// Returns whether this machine can sign with ssh.
fn can_sign() -> bool {
    Command::new("ssh-keygen").arg("-?").output().is_ok()
}

impl Scene {
    fn new() -> Self {
        let repo = Repo::new();
        repo.commit_unscanned("gate-hook.toml", POLICY);
        repo.git(&["branch", "base"]).ok();
        repo.stage("src/app.py", leak(1));
        repo.commit().blocked();
        new_waiver(&repo).ok();
        repo.commit().ok();
        let text = fs::read_to_string(repo.root.join(REGISTER)).unwrap();
        let id = parse_register(REGISTER, &text).unwrap().waivers[0]
            .id
            .clone();
        Self { repo, id }
    }

    /// Makes keys for both, and tells git whose they are.
    fn with_keys(self) -> Self {
        let mut signers = String::new();
        for email in ["dev@example.org", "bob@example.org"] {
            let file = self.key(email);
            let made = self
                .repo
                .command("ssh-keygen", self.repo.home())
                .args(["-q", "-t", "ed25519", "-N", "", "-C", email, "-f", &file])
                .output()
                .unwrap();
            Answer::of(&made).ok();
            let public = fs::read_to_string(format!("{file}.pub")).unwrap();
            signers.push_str(&format!("{email} {public}"));
        }
        let file = self.repo.home().join("signers");
        fs::write(&file, signers).unwrap();
        self.repo.config("gpg.format", "ssh");
        self.repo
            .config("gpg.ssh.allowedSignersFile", file.to_str().unwrap());
        self
    }

    fn key(&self, email: &str) -> String {
        self.repo.home().join(email).display().to_string()
    }

    /// Writes Bob's approval, and commits it as somebody, signed with somebody's key or not at all.
    fn approve(&self, author: &str, key: Option<&str>) {
        let approve = self
            .repo
            .command(PROGRAM, &self.repo.root)
            .env("GIT_AUTHOR_NAME", "bob")
            .env("GIT_AUTHOR_EMAIL", "bob@example.org")
            .args(["waiver", "approve", &self.id])
            .output()
            .unwrap();
        Answer::of(&approve).ok();
        let mut commit = self.repo.command("git", &self.repo.root);
        commit
            .env("GIT_AUTHOR_NAME", "somebody")
            .env("GIT_AUTHOR_EMAIL", author);
        if let Some(key) = key {
            let key = format!("user.signingKey={}", self.key(key));
            commit.args(["-c", "commit.gpgSign=true", "-c", &key]);
        }
        commit.args(["commit", "-qm", "Approve"]);
        Answer::of(&commit.output().unwrap()).ok();
    }

    fn ci(&self) -> Answer {
        self.repo.gate(&["ci", "--base", "base"])
    }

    #[track_caller]
    fn refused(&self, why: &str) {
        let answer = self.ci();
        assert_eq!(answer.code, 1, "{}", answer.text());
        assert!(answer.flat().contains(why), "{}", answer.text());
    }
}

#[test]
fn the_author_of_the_commit_that_brings_an_approval_has_to_be_who_approves() {
    let scene = Scene::new();
    scene.refused("lacks 1 of 1 approvals");
    scene.approve("dev@example.org", None);
    scene.refused("bob did not commit the approval (somebody <dev@example.org> did)");
    let scene = Scene::new();
    scene.approve("bob@example.org", None);
    scene.ci().ok();
    // What came in with an approval is not asked for again; an edit of the waiver is.
    scene.repo.git(&["branch", "-f", "base", "HEAD"]).ok();
    let text = fs::read_to_string(scene.repo.root.join(REGISTER)).unwrap();
    scene.repo.stage("note", "x\n");
    scene.repo.commit().ok();
    scene.ci().ok();
    let edited = text.replace("the vendor's manual", "some manual or other");
    scene.repo.stage("src/copy.py", leak(1));
    scene.repo.stage(REGISTER, edited);
    scene.repo.commit().ok();
    scene.refused("bob did not commit the approval");
}

#[test]
fn a_signature_has_to_hold_and_to_be_of_who_approves() {
    if !can_sign() {
        println!("not tried: there is no ssh-keygen on this machine");
        return;
    }
    let scene = Scene::new().with_keys();
    scene.approve("bob@example.org", Some("bob@example.org"));
    scene.ci().ok();
    let scene = Scene::new().with_keys();
    scene.approve("bob@example.org", Some("dev@example.org"));
    scene.refused("bob did not sign the commit with the approval (dev@example.org did)");
}

#[test]
fn a_commit_that_was_changed_after_it_was_signed_proves_nothing() {
    if !can_sign() {
        println!("not tried: there is no ssh-keygen on this machine");
        return;
    }
    let scene = Scene::new().with_keys();
    scene.approve("bob@example.org", Some("bob@example.org"));
    let commit = scene.repo.git(&["cat-file", "commit", "HEAD"]).ok().stdout;
    let forged = commit.replace("\n\nApprove", "\n\nApprove it all");
    assert_ne!(forged, commit);
    let made = scene.repo.feed(
        "git",
        &["hash-object", "-t", "commit", "-w", "--stdin"],
        forged.as_bytes(),
    );
    let id = made.ok().stdout;
    scene.repo.git(&["reset", "-q", "--hard", id.trim()]).ok();
    scene.refused("bob committed the approval with a signature that does not hold");
}

#[test]
fn a_key_that_nobody_knows_here_says_no_more_than_no_signature() {
    if !can_sign() {
        println!("not tried: there is no ssh-keygen on this machine");
        return;
    }
    let scene = Scene::new().with_keys();
    scene.approve("bob@example.org", Some("bob@example.org"));
    fs::write(scene.repo.home().join("signers"), "").unwrap();
    scene.ci().ok();
}
