//! The rollout: for its first days a policy only warns of what it will block. Days are UTC days.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::reader::{Reader, Setting};
use super::value::Item;
use super::{Decider, PolicyError};

/// The `[rollout]` table.
#[derive(Debug, Clone)]
pub(super) struct Rollout {
    start: Setting<Date>,
    baseline_days: Setting<u32>,
    enforced_from: Date,
}

impl Rollout {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, PolicyError> {
        let Some(table) = reader.find("rollout")? else {
            return Ok(None);
        };
        table.require("start", "2026-12-01")?;
        let start = reader.optional("rollout.start", |item| {
            let start: Date = item.read()?;
            within_reach(item, start)
        })?;
        let baseline_days = reader.count("rollout.baseline_days", 30, 0..=3650)?;
        Ok(start.map(|start| {
            let enforced_from = start
                .value
                .saturating_add(i64::from(baseline_days.value).days());
            Self {
                start,
                baseline_days,
                enforced_from,
            }
        }))
    }

    /// Returns the first day of enforcement where it is still ahead, and what says so.
    pub(super) fn ahead(&self, now: Timestamp) -> Option<(Date, [Decider; 2])> {
        let today = TimeZone::UTC.to_datetime(now).date();
        (today < self.enforced_from).then(|| {
            (
                self.enforced_from,
                [Decider::of(&self.baseline_days), Decider::of(&self.start)],
            )
        })
    }
}

/// Refuses a year that can only be a slip: such a start would switch the gate off for good.
fn within_reach(item: &Item<'_>, start: Date) -> Result<Date, PolicyError> {
    if (2000..=2199).contains(&start.year()) {
        return Ok(start);
    }
    let hint = "a year from 2000 to 2199".to_owned();
    Err(item.fail(format!("`{}` cannot be {start}", item.key), Some(hint)))
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, PolicyText};

    #[test]
    fn day_1_is_the_start_and_day_31_is_enforced() {
        let text = "[rollout]\nstart = 2026-12-01\n".to_owned();
        let policy = Policy::parse(&PolicyText {
            name: "gate-hook.toml".to_owned(),
            text,
            embedded: false,
        })
        .unwrap();
        let rollout = policy.rollout.unwrap();
        let ahead = |now: &str| {
            rollout
                .ahead(now.parse().unwrap())
                .map(|(day, _)| day.to_string())
        };
        assert_eq!(ahead("2026-11-01T00:00:00Z").as_deref(), Some("2026-12-31"));
        assert_eq!(ahead("2026-12-01T00:00:00Z").as_deref(), Some("2026-12-31"));
        assert_eq!(ahead("2026-12-30T23:59:59Z").as_deref(), Some("2026-12-31"));
        assert_eq!(ahead("2026-12-31T00:00:00Z"), None);
    }
}
