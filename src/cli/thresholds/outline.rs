//! The blocks of a YAML file, by indentation: enough to know which keys belong to a command.

/// A file as lines with their indentation.
pub(super) struct Outline<'t> {
    lines: Vec<Line<'t>>,
}

#[derive(Clone, Copy)]
struct Line<'t> {
    /// Columns in front of the first character.
    indent: usize,
    /// Columns in front of the key: behind the dash of a list.
    key: usize,
    /// The text without indentation and dash.
    text: &'t str,
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.text.is_empty() || self.text.starts_with('#')
    }

    fn is_item(&self) -> bool {
        self.key > self.indent
    }
}

impl<'t> Outline<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let line = |line: &'t str| {
            let text = line.trim_start();
            let indent = line.len() - text.len();
            let inner = text.strip_prefix("- ").map(str::trim_start);
            Line {
                indent,
                key: indent + inner.map_or(0, |inner| text.len() - inner.len()),
                text: inner.unwrap_or(text).trim_end(),
            }
        };
        Self {
            lines: text.lines().map(line).collect(),
        }
    }

    /// Returns whether a key above or around a line says that its failure does not count.
    pub(super) fn is_lenient(&self, line: usize) -> bool {
        let says_so = |at: &usize| {
            let text: String = self.lines[*at]
                .text
                .chars()
                .filter(|c| !c.is_whitespace())
                .collect();
            [
                "continue-on-error:true",
                "allow_failure:true",
                "continueOnError:true",
            ]
            .iter()
            .any(|key| text.starts_with(key))
        };
        (0..self.lines.len())
            .filter(says_so)
            .any(|at| self.block(at).contains(&line))
    }

    /// Returns the directory that a line's commands run in, where a key beside them says so.
    pub(super) fn directory(&self, line: usize) -> Option<&'t str> {
        let around = self.keys("working-directory");
        let (_, directory) = around
            .filter(|(at, _)| self.block(*at).contains(&line))
            .last()?;
        Some(directory.trim_matches(['"', '\'']))
    }

    /// Returns the lines of a text that YAML folds into one (`key: >`), where one begins on a line.
    pub(super) fn folded(&self, at: usize) -> Option<std::ops::Range<usize>> {
        let line = self.lines.get(at)?;
        let (_, style) = line.text.rsplit_once(": ")?;
        let is_folded = style.starts_with('>') && style[1..].trim_matches(['-', '+']).is_empty();
        let below = self.lines[at + 1..]
            .iter()
            .take_while(|below| below.text.is_empty() || below.indent > line.key);
        is_folded.then(|| at + 1..at + 1 + below.count())
    }

    /// Returns the lines of the block whose key stands on a line.
    pub(super) fn block(&self, at: usize) -> std::ops::Range<usize> {
        let key = self.lines[at].key;
        let mut start = at;
        while start > 0 && !self.lines[start].is_item_of(key) {
            let above = &self.lines[start - 1];
            if !above.is_blank() && above.indent < key && !above.is_item_of(key) {
                break;
            }
            start -= 1;
        }
        let below = self.lines[at + 1..]
            .iter()
            .position(|line| !line.is_blank() && line.indent < key);
        start..below.map_or(self.lines.len(), |below| at + 1 + below)
    }

    /// Returns the lines whose key is this one, each with its value.
    pub(super) fn keys<'k>(&'k self, name: &'k str) -> impl Iterator<Item = (usize, &'t str)> + 'k {
        self.lines.iter().enumerate().filter_map(move |(at, line)| {
            let value = line.text.strip_prefix(name)?.strip_prefix(':')?;
            Some((at, value.trim()))
        })
    }

    /// Returns the value of a key within a range of lines: the rest of its line, and what is below it.
    pub(super) fn value(&self, within: std::ops::Range<usize>, name: &str) -> Option<String> {
        let (at, first) = self.keys(name).find(|(at, _)| within.contains(at))?;
        let key = self.lines[at].key;
        let below = self.lines[at + 1..within.end]
            .iter()
            .take_while(|line| {
                line.is_blank() || line.indent > key || (line.is_item() && line.indent == key)
            })
            .filter(|line| !line.is_blank())
            .map(|line| line.text);
        let first = first.trim_start_matches(['|', '>', '-']);
        let words: Vec<&str> = [first].into_iter().chain(below).collect();
        Some(words.join(" "))
    }
}

impl Line<'_> {
    /// Returns whether the line begins a list's item whose keys stand in this column.
    fn is_item_of(&self, key: usize) -> bool {
        self.is_item() && self.key == key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKFLOW: &str = "\
jobs:
  scan:
    steps:
      - name: bandit
        run: |
          bandit -r .
        continue-on-error: true
      - run: pip-audit
  audit:
    continue-on-error: true
    steps:
      - run: safety check
";

    #[test]
    fn a_key_counts_for_its_step_or_its_job() {
        let outline = Outline::new(WORKFLOW);
        let lenient: Vec<usize> = (0..12).filter(|line| outline.is_lenient(*line)).collect();
        assert_eq!(lenient, [3, 4, 5, 6, 9, 10, 11]);
    }

    #[test]
    fn a_value_may_be_below_its_key() {
        let text =
            "- id: bandit\n  args:\n    - -ll\n    - -c\n    - x.toml\n- id: other\n  args: [a]\n";
        let outline = Outline::new(text);
        let (at, _) = outline.keys("id").next().unwrap();
        let args = outline.value(outline.block(at), "args").unwrap();
        assert_eq!(args.trim(), "-ll -c x.toml");
    }
}
