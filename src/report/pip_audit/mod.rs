//! Reports in the shapes of pip-audit, for the front end that stands in for it.
//!
//! Comes in: what was found for each package, already merged as pip-audit merges it. Goes out: the text that
//! pip-audit would print, except that sets, which pip-audit prints in any order, are sorted.

mod columns;
mod cyclonedx;
mod json;
mod markdown;

/// One package of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name as it is written.
    pub written: String,
    /// The name as the package index normalises it.
    pub name: String,
    /// What is said about it.
    pub outcome: Outcome,
}

/// What is said about a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was audited.
    Audited {
        /// The version as PEP 440 normalises it.
        version: String,
        /// What is known against it.
        vulnerabilities: Vec<Vulnerability>,
    },
    /// It was not.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// One vulnerability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vulnerability {
    /// The id that it is reported under.
    pub id: String,
    /// The other ids, sorted.
    pub aliases: Vec<String>,
    /// The fixing versions, ascending.
    pub fix_versions: Vec<String>,
    /// What it is about, on one line.
    pub description: String,
}

/// The shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A table for people.
    Columns,
    /// pip-audit's own JSON.
    Json,
    /// A CycloneDX bill of materials with vulnerabilities.
    CyclonedxJson,
    /// A Markdown table.
    Markdown,
}

impl Format {
    /// Every shape.
    pub const ALL: [Self; 4] = [
        Self::Columns,
        Self::Json,
        Self::CyclonedxJson,
        Self::Markdown,
    ];

    /// Returns the name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Json => "json",
            Self::CyclonedxJson => "cyclonedx-json",
            Self::Markdown => "markdown",
        }
    }

    /// Returns whether it is written even if there is nothing to say.
    pub fn is_manifest(self) -> bool {
        matches!(self, Self::Json | Self::CyclonedxJson)
    }
}

/// What to write beside ids and versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Show {
    /// What each vulnerability is about.
    pub descriptions: bool,
    /// The other ids of each vulnerability.
    pub aliases: bool,
}

/// Returns the report in a shape; `timestamp` is the time as RFC 3339 writes it.
pub fn render(entries: &[Entry], format: Format, show: Show, timestamp: &str) -> String {
    match format {
        Format::Columns => columns::render(entries, show),
        Format::Json => json::render(entries, show),
        Format::CyclonedxJson => cyclonedx::render(entries, timestamp),
        Format::Markdown => markdown::render(entries, show),
    }
}

/// The cells of the table of vulnerabilities, its header first; each cell is given by `cell`.
fn rows(entries: &[Entry], show: Show, link: &dyn Fn(&str, &str) -> String) -> Vec<Vec<String>> {
    let mut header = vec!["Name", "Version", "ID", "Fix Versions"];
    header.extend(show.aliases.then_some("Aliases"));
    header.extend(show.descriptions.then_some("Description"));
    let mut rows = vec![header.into_iter().map(str::to_owned).collect()];
    let advisory = |id: &str| link(id, &format!("https://osv.dev/vulnerability/{id}"));
    for entry in entries {
        let Outcome::Audited {
            version,
            vulnerabilities,
        } = &entry.outcome
        else {
            continue;
        };
        for vulnerability in vulnerabilities {
            let mut row = vec![
                link(
                    &entry.name,
                    &format!("https://pypi.org/project/{}/", entry.name),
                ),
                version.clone(),
                advisory(&vulnerability.id),
                vulnerability.fix_versions.join(","),
            ];
            if show.aliases {
                let aliases = vulnerability.aliases.iter().map(|id| advisory(id));
                row.push(aliases.collect::<Vec<_>>().join(", "));
            }
            if show.descriptions {
                row.push(crate::finding::printable(&vulnerability.description));
            }
            rows.push(row);
        }
    }
    rows
}

/// Returns name and reason of what was skipped.
fn skipped(entries: &[Entry]) -> impl Iterator<Item = (&Entry, &str)> {
    entries.iter().filter_map(|entry| match &entry.outcome {
        Outcome::Skipped { reason } => Some((entry, reason.as_str())),
        Outcome::Audited { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: &str = "2026-01-01T00:00:00Z";

    fn sample() -> Vec<Entry> {
        let vulnerability = Vulnerability {
            id: "PYSEC-2024-1".to_owned(),
            aliases: vec!["CVE-2024-1".to_owned(), "GHSA-1".to_owned()],
            fix_versions: vec!["3.1.3".to_owned(), "4.0".to_owned()],
            description: "grün \"text\"".to_owned(),
        };
        vec![
            Entry {
                written: "Jinja2".to_owned(),
                name: "jinja2".to_owned(),
                outcome: Outcome::Audited {
                    version: "3.1.2".to_owned(),
                    vulnerabilities: vec![vulnerability],
                },
            },
            Entry {
                written: "local".to_owned(),
                name: "local".to_owned(),
                outcome: Outcome::Skipped {
                    reason: "editable".to_owned(),
                },
            },
        ]
    }

    const EVERYTHING: Show = Show {
        descriptions: true,
        aliases: true,
    };
    const LITTLE: Show = Show {
        descriptions: false,
        aliases: false,
    };

    #[test]
    fn json_is_written_as_python_writes_it() {
        let text = render(&sample(), Format::Json, EVERYTHING, TIME);
        assert_eq!(
            text,
            "{\"dependencies\": [{\"name\": \"jinja2\", \"version\": \"3.1.2\", \"vulns\": [{\"id\": \
             \"PYSEC-2024-1\", \"fix_versions\": [\"3.1.3\", \"4.0\"], \"aliases\": [\"CVE-2024-1\", \
             \"GHSA-1\"], \"description\": \"gr\\u00fcn \\\"text\\\"\"}]}, {\"name\": \"local\", \
             \"skip_reason\": \"editable\"}], \"fixes\": []}"
        );
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        assert_eq!(
            render(&sample(), Format::Columns, LITTLE, TIME),
            "Name   Version ID           Fix Versions\n\
             ------ ------- ------------ ------------\n\
             jinja2 3.1.2   PYSEC-2024-1 3.1.3,4.0\n\n\
             Name  Skip Reason\n----- -----------\nlocal editable"
        );
    }

    #[test]
    fn markdown_links_ids() {
        let text = render(&sample(), Format::Markdown, LITTLE, TIME);
        assert!(
            text.starts_with(
                "\nName | Version | ID | Fix Versions\n--- | --- | --- | ---\n[jinja2]("
            )
        );
        assert!(text.ends_with("\n\nName | Skip Reason\n--- | ---\nlocal | editable"));
    }

    #[test]
    fn a_bill_of_materials_points_from_vulnerabilities_at_components() {
        let text = render(&sample(), Format::CyclonedxJson, EVERYTHING, TIME);
        let bill: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(bill["bomFormat"], "CycloneDX");
        assert_eq!(bill["components"][0]["name"], "Jinja2");
        assert_eq!(
            bill["vulnerabilities"][0]["affects"][0]["ref"],
            bill["components"][0]["bom-ref"]
        );
    }
}
