//! What pictures are put together of.

use std::fmt::Write as _;

use crate::curve::Curve;
use crate::text;

/// The colours of curves, in turn: those of Okabe and Ito, which differ for the colour-blind too.
const COLORS: [&str; 7] = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000",
];
/// The dashes of lines, in turn.
const DASHES: [&str; 4] = ["", "7 4", "2 3", "9 3 2 3"];

/// What a curve looks like: without its colour, too, its dashes and marks tell it from others.
pub(crate) struct Look {
    pub(crate) color: &'static str,
    dash: &'static str,
    mark: usize,
}

impl Look {
    pub(crate) fn of(curve: &Curve) -> Self {
        let turns = curve.color / COLORS.len();
        Self {
            color: COLORS[curve.color % COLORS.len()],
            dash: DASHES[(curve.dash + turns) % DASHES.len()],
            mark: curve.color,
        }
    }

    pub(crate) fn line(&self) -> String {
        let dash = match self.dash {
            "" => String::new(),
            dash => format!(" stroke-dasharray=\"{dash}\""),
        };
        format!(
            "fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\" stroke-linejoin=\"round\"{dash}",
            self.color
        )
    }

    pub(crate) fn mark(&self, (x, y): (f64, f64), svg: &mut String) {
        let color = self.color;
        let shape = match self.mark % 5 {
            0 => {
                let _ = writeln!(
                    svg,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.2\" fill=\"{color}\"/>"
                );
                return;
            }
            1 => "m-3 -3h6v6h-6z",
            2 => "m0 -4l4 7h-8z",
            3 => "m0 -4.4l4.4 4.4l-4.4 4.4l-4.4 -4.4z",
            _ => "m0 4l4 -7h-8z",
        };
        let _ = writeln!(svg, "<path d=\"M{x:.1} {y:.1}{shape}\" fill=\"{color}\"/>");
    }
}

/// A small number as a coordinate.
#[expect(clippy::cast_precision_loss, reason = "nobody draws so many panels")]
pub(crate) fn place(number: usize) -> f64 {
    number as f64
}

/// About as wide as a text is.
pub(crate) fn width_of(text: &str) -> f64 {
    7.3 * place(console::measure_text_width(text))
}

pub(crate) fn write_text(svg: &mut String, (x, y): (f64, f64), how: &str, text: &str) {
    let _ = write!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" {how}>");
    for char in text::line(text).chars() {
        match char {
            '<' => *svg += "&lt;",
            '>' => *svg += "&gt;",
            '&' => *svg += "&amp;",
            char => svg.push(char),
        }
    }
    *svg += "</text>\n";
}
