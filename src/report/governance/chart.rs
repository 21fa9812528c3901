//! Charts as inline SVG: readable in light and dark, on paper, and without colour (each series has a pattern of its
//! own, and the numbers stand beside the marks).

use std::fmt::Write as _;

/// The size of a chart in its own units.
const WIDTH: u32 = 520;
const HEIGHT: u32 = 240;
/// The frame around the marks.
const LEFT: u32 = 52;
const RIGHT: u32 = 34;
const TOP: u32 = 22;
const BOTTOM: u32 = 48;
/// How wide a digit is, and how high a line of text.
const DIGIT: f64 = 7.0;
const LINE: f64 = 14.0;
/// With more columns than this, every other one is named.
const NAMED: usize = 6;

/// What a chart shows.
pub(super) struct Chart<'a> {
    /// Unique on the page.
    pub(super) id: &'a str,
    /// What it shows, for those who do not see it.
    pub(super) title: &'a str,
    /// The names of the columns.
    pub(super) columns: Vec<String>,
    /// The series, at most three.
    pub(super) series: Vec<Series<'a>>,
    /// What stands behind a number on the scale.
    pub(super) unit: &'a str,
    /// The least that the scale reaches.
    pub(super) at_least: f64,
}

/// One series.
pub(super) struct Series<'a> {
    /// Its name in the legend.
    pub(super) name: &'a str,
    /// A value for each column; nothing where there is none.
    pub(super) values: Vec<Option<f64>>,
}

impl Chart<'_> {
    fn values(&self) -> impl Iterator<Item = f64> {
        let all = self.series.iter();
        all.flat_map(|series| series.values.iter().flatten().copied())
    }
}

/// Returns bars, the series of a column upon each other.
pub(super) fn stacked(chart: &Chart<'_>) -> String {
    let sum = |column: usize| {
        chart
            .series
            .iter()
            .filter_map(|series| series.values[column])
            .sum::<f64>()
    };
    let mut canvas = Canvas::new(chart, (0..chart.columns.len()).map(sum));
    for column in 0..chart.columns.len() {
        let mut below = 0.0;
        for (number, series) in chart.series.iter().enumerate() {
            let value = series.values[column].unwrap_or(0.0);
            if value > 0.0 {
                canvas.bar(column, number, 0, 1, (below, below + value));
            }
            below += value;
        }
        if below > 0.0 {
            canvas.number(column, 0, 1, below);
        }
    }
    canvas.finish()
}

/// Returns bars, the series of a column beside each other.
pub(super) fn grouped(chart: &Chart<'_>) -> String {
    let mut canvas = Canvas::new(chart, chart.values());
    let count = chart.series.len();
    for column in 0..chart.columns.len() {
        for (number, series) in chart.series.iter().enumerate() {
            if let Some(value) = series.values[column].filter(|value| *value > 0.0) {
                canvas.bar(column, number, number, count, (0.0, value));
                canvas.number(column, number, count, value);
            }
        }
    }
    canvas.finish()
}

/// Returns lines with marks; where there is no value, the line has a gap.
pub(super) fn lines(chart: &Chart<'_>) -> String {
    let mut canvas = Canvas::new(chart, chart.values());
    for (number, series) in chart.series.iter().enumerate() {
        canvas.line(number, &series.values);
    }
    canvas.ends();
    canvas.finish()
}

struct Canvas<'a> {
    chart: &'a Chart<'a>,
    top: f64,
    out: String,
}

impl<'a> Canvas<'a> {
    /// Begins a chart whose scale reaches these heights.
    fn new(chart: &'a Chart<'a>, heights: impl Iterator<Item = f64>) -> Self {
        let top = round_up(heights.fold(chart.at_least, f64::max));
        let mut canvas = Self {
            chart,
            top,
            out: String::new(),
        };
        // Writing into a string cannot fail.
        let _ = canvas.frame();
        canvas
    }

    fn frame(&mut self) -> std::fmt::Result {
        let Chart {
            id, title, unit, ..
        } = self.chart;
        let out = &mut self.out;
        writeln!(
            out,
            "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"{id}-title\">"
        )?;
        writeln!(out, "<title id=\"{id}-title\">{title}</title>")?;
        writeln!(
            out,
            "<defs><pattern id=\"{id}-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect class=\"ground\" width=\"6\" height=\"6\"/><rect class=\"s1\" width=\"3\" height=\"6\"/></pattern><pattern id=\"{id}-dots\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect class=\"ground\" width=\"6\" height=\"6\"/><circle class=\"s2\" cx=\"3\" cy=\"3\" r=\"1.8\"/></pattern></defs>"
        )?;
        for step in 0..=4 {
            let value = self.top * f64::from(step) / 4.0;
            if self.top < 4.0 && value.fract() != 0.0 {
                continue;
            }
            let y = self.y(value);
            let end = WIDTH - RIGHT;
            let out = &mut self.out;
            writeln!(
                out,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{end}\" y1=\"{y}\" y2=\"{y}\"/><text class=\"scale\" x=\"{}\" y=\"{y}\" dy=\"4\" text-anchor=\"end\">{}{unit}</text>",
                LEFT - 6,
                short(value)
            )?;
        }
        let count = self.chart.columns.len();
        for (column, name) in self.chart.columns.iter().enumerate() {
            if count > NAMED && (count - column).is_multiple_of(2) {
                continue;
            }
            let (start, width) = self.column(column);
            let middle = tenths(start + width / 2.0);
            writeln!(
                self.out,
                "<text class=\"scale\" x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{name}</text>",
                HEIGHT - BOTTOM + 16
            )?;
        }
        if self.chart.series.len() > 1 {
            let mut x = LEFT;
            for (number, series) in self.chart.series.iter().enumerate() {
                let y = HEIGHT - 16;
                let fill = self.fill(number);
                writeln!(
                    self.out,
                    "<rect {fill} x=\"{x}\" y=\"{y}\" width=\"14\" height=\"11\"/><text class=\"legend\" x=\"{}\" y=\"{}\">{}</text>",
                    x + 20,
                    y + 10,
                    series.name
                )?;
                x += 44 + 7 * series.name.chars().count() as u32;
            }
        }
        Ok(())
    }

    /// Returns where a column begins and how wide it is.
    fn column(&self, column: usize) -> (f64, f64) {
        let count = self.chart.columns.len().max(1) as f64;
        let width = f64::from(WIDTH - LEFT - RIGHT) / count;
        (f64::from(LEFT) + width * column as f64, width)
    }

    fn y(&self, value: f64) -> String {
        let height = f64::from(HEIGHT - TOP - BOTTOM);
        tenths(f64::from(TOP) + height * (1.0 - value / self.top))
    }

    fn fill(&self, number: usize) -> String {
        let id = self.chart.id;
        match number {
            0 => "class=\"s0 edge0\"".to_owned(),
            1 => format!("class=\"edge1\" fill=\"url(#{id}-hatch)\""),
            _ => format!("class=\"edge2\" fill=\"url(#{id}-dots)\""),
        }
    }

    /// Returns where the bar of a series begins and how wide it is.
    fn slot(&self, column: usize, at: usize, of: usize) -> (f64, f64) {
        let (start, width) = self.column(column);
        // Bars beside each other need room for their numbers.
        let part = if of > 1 { 0.9 } else { 0.76 };
        let room = (width * part).min(54.0 * of as f64);
        let each = room / of as f64;
        (start + (width - room) / 2.0 + each * at as f64, each)
    }

    fn bar(&mut self, column: usize, number: usize, at: usize, of: usize, (from, to): (f64, f64)) {
        let (x, width) = self.slot(column, at, of);
        let height = f64::from(HEIGHT - TOP - BOTTOM) * (to - from) / self.top;
        let bar = format!(
            "<rect {} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n",
            self.fill(number),
            tenths(x + 0.5),
            self.y(to),
            tenths((width - 1.0).max(1.0)),
            tenths(height)
        );
        self.out.push_str(&bar);
    }

    /// Writes the value above its bar, where there is room for it.
    fn number(&mut self, column: usize, at: usize, of: usize, value: f64) {
        let (x, width) = self.slot(column, at, of);
        if DIGIT * short(value).len() as f64 > width + 4.0 {
            return;
        }
        let text = format!(
            "<text class=\"value\" x=\"{}\" y=\"{}\" dy=\"-4\" text-anchor=\"middle\">{}</text>\n",
            tenths(x + width / 2.0),
            self.y(value),
            short(value)
        );
        self.out.push_str(&text);
    }

    fn line(&mut self, number: usize, values: &[Option<f64>]) {
        let mut path = String::new();
        let mut marks = String::new();
        let mut pen_is_down = false;
        for (column, value) in values.iter().enumerate() {
            let Some(value) = value else {
                pen_is_down = false;
                continue;
            };
            let (start, width) = self.column(column);
            let (x, y) = (tenths(start + width / 2.0), self.y(*value));
            path.push_str(&format!("{}{x} {y}", if pen_is_down { "L" } else { "M" }));
            pen_is_down = true;
            marks.push_str(&match number {
                0 => format!("<circle class=\"mark0\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>"),
                _ => format!("<rect class=\"mark1\" x=\"{x}\" y=\"{y}\" width=\"7\" height=\"7\" transform=\"translate(-3.5 -3.5)\"/>"),
            });
            if self.chart.series.len() == 1 {
                marks.push_str(&format!(
                    "<text class=\"value\" x=\"{x}\" y=\"{y}\" dy=\"-9\" text-anchor=\"middle\">{}</text>",
                    short(*value)
                ));
            }
        }
        self.out.push_str(&format!(
            "<path class=\"line{number}\" d=\"{path}\"/>\n{marks}\n"
        ));
    }

    /// Writes the last value of each of several lines beside it, the higher one above the lower one.
    fn ends(&mut self) {
        let last = self.chart.columns.len().saturating_sub(1);
        let mut ends: Vec<f64> = self
            .chart
            .series
            .iter()
            .filter_map(|series| *series.values.get(last)?)
            .collect();
        if self.chart.series.len() < 2 {
            return;
        }
        ends.sort_by(f64::total_cmp);
        let (start, width) = self.column(last);
        let x = tenths(start + width / 2.0 + 8.0);
        let mut below = f64::INFINITY;
        for value in ends {
            let height = f64::from(HEIGHT - TOP - BOTTOM) * (1.0 - value / self.top);
            let y = (f64::from(TOP) + height + 4.0).min(below - LINE);
            below = y;
            self.out.push_str(&format!(
                "<text class=\"value\" x=\"{x}\" y=\"{}\">{}</text>\n",
                tenths(y),
                short(value)
            ));
        }
    }

    fn finish(mut self) -> String {
        self.out.push_str("</svg>\n");
        self.out
    }
}

/// Returns the end of a scale that reaches a value and has four whole steps.
fn round_up(value: f64) -> f64 {
    if value <= 1.0 {
        return 1.0;
    }
    let power = 10f64.powf(value.log10().floor());
    [1.0, 1.2, 1.6, 2.0, 2.4, 4.0, 6.0, 8.0, 10.0, 12.0]
        .into_iter()
        .map(|step| (step * power).round())
        .find(|end| *end >= value && (*end < 4.0 || end % 4.0 == 0.0))
        .unwrap_or(value)
}

fn tenths(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// Returns a number as charts show it.
pub(super) fn number(value: f64) -> String {
    short(value)
}

fn short(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        tenths(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        let ends = [0.0, 1.0, 3.0, 4.5, 11.0, 100.0, 801.0].map(|value| short(round_up(value)));
        assert_eq!(ends, ["1", "1", "4", "8", "12", "100", "1000"]);
    }
}
