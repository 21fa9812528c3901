//! Numbers and names in words.

use crate::record::metrics::{Metrics, Period, Share};

/// Returns a share in percent, or a dash where there is no case.
pub(super) fn percent(share: Share) -> String {
    match share.percent() {
        Some(percent) if percent.fract() == 0.0 => format!("{percent:.0}%"),
        Some(percent) => format!("{percent:.1}%"),
        None => "-".to_owned(),
    }
}

/// Returns a number that is counted in a ledger, or a dash where there was none.
pub(super) fn known(count: u64, metrics: &Metrics) -> String {
    if metrics.has_ledger {
        count.to_string()
    } else {
        "-".to_owned()
    }
}

/// Returns a duration in the largest unit that says enough.
pub(super) fn duration(seconds: i64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..172_800 => tenths(seconds, 3600, "h"),
        _ => tenths(seconds, 86_400, "d"),
    }
}

fn tenths(seconds: i64, unit: i64, name: &str) -> String {
    let tenths = (seconds * 10 + unit / 2) / unit;
    if tenths % 10 == 0 {
        format!("{}{name}", tenths / 10)
    } else {
        format!("{}.{}{name}", tenths / 10, tenths % 10)
    }
}

/// Returns how long the hook took; nothing where no journal says so.
pub(super) fn latency(period: &Period) -> Option<String> {
    let [half, most, nearly_all] = [50, 95, 99].map(|percent| period.hook_quantile(percent));
    let over = match period.over_budget {
        Share { whole: 0, .. } => String::new(),
        share => format!(", {} of {} over its budget", share.part, share.whole),
    };
    Some(format!(
        "hook: half of its looks within {} ms, 95% within {} ms, 99% within {} ms{over}",
        half?, most?, nearly_all?
    ))
}

/// Returns on how many commits the hook and CI disagree; nothing where they cannot be compared.
pub(super) fn disagreement(period: &Period) -> Option<String> {
    let Share { part, whole } = period.disagreement;
    (whole > 0).then(|| format!("hook and CI disagree on {part} of {whole} commits"))
}

/// Returns what a number means, in one sentence.
pub(super) fn about(name: &str) -> &'static str {
    match name {
        "commits" => "Commits of the week, the exempt ones left out.",
        "commits_scanned" => "Those of them that CI has scanned.",
        "coverage" => "Commits that CI has scanned, of all but the exempt ones.",
        "hook_coverage" => "Commits that the hook has scanned, as their message or a journal says.",
        "detected" => "Findings seen for the first time.",
        "fixed" => "Findings that a scan of the default branch no longer found.",
        "waived" => "Findings closed by a waiver.",
        "false_positives" => "Findings closed as false positives.",
        "waiver_rate" => "Closed by a waiver, of all that was closed.",
        "false_positive_rate" => "Closed as false positives, of all that was closed.",
        "fix_mean_seconds" => "Mean time from detection to fix.",
        "fix_median_seconds" => "Median time from detection to fix.",
        "fix_p90_seconds" => "Nine of ten fixes took no longer.",
        "open" => "Findings open at the end of the week, anywhere.",
        "open_critical" => "Critical findings open on the default branch at the end of the week.",
        "open_high" => "High findings open on the default branch at the end of the week.",
        "commits_overridden" => "Commits that bring an override record.",
        "commits_bypassed" => "Commits made with --no-verify.",
        "commits_unhooked" => "Commits without a trace of the hook.",
        "commits_exempt" => "Merges that bring nothing of their own, and commits of robots.",
        "overrides" => "Overrides that arrived on the default branch.",
        "overrides_in_time" => "Those of them that were put right in time.",
        "hook_p50_milliseconds" => "Half of the looks of the hook took no longer.",
        "hook_p95_milliseconds" => "95 of 100 looks of the hook took no longer.",
        "hook_p99_milliseconds" => "99 of 100 looks of the hook took no longer.",
        "hook_over_budget_rate" => "Looks of the hook that took longer than they may.",
        "hook_ci_compared" => "Commits that hook and CI judged by the same policy.",
        "hook_ci_disagreements" => "Those of them on which they disagree.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let share = |part, whole| percent(Share { part, whole });
        assert_eq!(
            [share(0, 0), share(1, 2), share(1, 3)],
            ["-", "50%", "33.3%"]
        );
        let shown = [5, 61, 5400, 3600, 172_800, 200_000].map(duration);
        assert_eq!(shown, ["5s", "1m", "1.5h", "1h", "2d", "2.3d"]);
    }
}
