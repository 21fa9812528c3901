//! Approvals said in a review: `WAIVER APPROVED: reason`, out of the JSON that GitHub gives for comments.
//!
//! Read are the list of `…/issues/N/comments` and `…/pulls/N/reviews`, and the object of
//! `gh pr view --json comments,reviews`.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::PolicyError;
use super::waiving::{Approves, Comment};

#[derive(Deserialize)]
#[serde(untagged)]
enum Wire {
    List(Vec<WireComment>),
    Object(WireObject),
}

#[derive(Deserialize)]
struct WireObject {
    #[serde(default)]
    comments: Vec<WireComment>,
    #[serde(default)]
    reviews: Vec<WireComment>,
}

#[derive(Deserialize)]
struct WireComment {
    #[serde(alias = "author")]
    user: Option<WireUser>,
    #[serde(default)]
    body: Option<String>,
    #[serde(alias = "createdAt", alias = "submitted_at", alias = "submittedAt")]
    created_at: Option<String>,
    #[serde(alias = "url")]
    html_url: Option<String>,
    /// Of a review.
    #[serde(default)]
    state: Option<String>,
}

#[derive(Deserialize)]
struct WireUser {
    login: String,
}

/// Reads the approvals in a file of comments.
pub fn parse_comments(name: &str, text: &str) -> Result<Vec<Comment>, PolicyError> {
    let refuse = |line: usize, column: usize, message: String| PolicyError {
        file: name.to_owned(),
        line: line as u32,
        column: column as u32,
        message: crate::finding::printable(&message),
        hint: Some(
            "the JSON of comments as GitHub gives it, for example from \
             `gh api --paginate repos/{owner}/{repo}/issues/{number}/comments`"
                .to_owned(),
        ),
    };
    // `--paginate` prints one list after the other.
    let mut comments = Vec::new();
    for page in serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>() {
        let page = page.map_err(|error| refuse(error.line(), error.column(), error.to_string()))?;
        let wire: Wire = serde_json::from_value(page)
            .map_err(|_| refuse(1, 1, "these are no comments".to_owned()))?;
        let list = match wire {
            Wire::List(list) => list,
            Wire::Object(object) => object.comments.into_iter().chain(object.reviews).collect(),
        };
        comments.extend(list.iter().flat_map(approvals));
    }
    Ok(comments)
}

/// Returns what one comment approves, a line each. A quoted line approves nothing: it begins with `>`.
fn approvals(comment: &WireComment) -> Vec<Comment> {
    let (Some(user), Some(created)) = (&comment.user, &comment.created_at) else {
        return Vec::new();
    };
    // Somebody has taken the review back, or has not handed it in.
    if matches!(comment.state.as_deref(), Some("DISMISSED" | "PENDING")) {
        return Vec::new();
    }
    let Ok(created) = created.parse::<Timestamp>() else {
        return Vec::new();
    };
    let of = |line: &str| {
        let (approves, rest) = [
            (Approves::Waiver, "WAIVER APPROVED"),
            (Approves::Override, "OVERRIDE APPROVED"),
        ]
        .into_iter()
        .find_map(|(approves, words)| Some((approves, line.strip_prefix(words)?)))?;
        let (named, reason) = rest.split_once(':')?;
        if reason.trim().is_empty() {
            return None;
        }
        let letter = match approves {
            Approves::Waiver => "w-",
            Approves::Override => "o-",
        };
        let words = named.split_whitespace().chain(reason.split_whitespace());
        let records = words
            .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-'))
            .filter(|word| word.len() == 10 && word.starts_with(letter))
            .map(str::to_owned)
            .collect();
        Some(Comment {
            by: format!("@{}", user.login.trim_start_matches('@')),
            on: TimeZone::UTC.to_datetime(created).date(),
            url: comment.html_url.clone(),
            approves,
            records,
        })
    };
    let body = comment.body.as_deref().unwrap_or_default();
    body.lines()
        .filter_map(|line| of(line.trim_end()))
        .collect()
}
