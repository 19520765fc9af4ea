//! Dots, which characters make up.

use console::{Color, style};

/// As many lines of text.
pub(crate) const ROWS: usize = 12;
/// The colours of curves, in turn: the first ones differ for those who tell no red from green.
const COLORS: [Color; 6] = [
    Color::Blue,
    Color::Yellow,
    Color::Cyan,
    Color::Magenta,
    Color::Green,
    Color::Red,
];
/// The dots of a character, as Braille counts them: by column, then by row.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
/// A letter of its curve stands in each of so many columns, where there are several curves.
const LETTERS: usize = 14;

/// A character of a canvas.
#[derive(Clone, Copy, Default, PartialEq)]
struct Cell {
    dots: u8,
    letter: Option<char>,
    curve: usize,
}

/// Dots, two by four in each character, and the curve that set the last of them.
pub(crate) struct Canvas {
    pub(crate) columns: usize,
    cells: Vec<Cell>,
}

impl Canvas {
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            columns,
            cells: vec![Cell::default(); columns * ROWS],
        }
    }

    fn set(&mut self, (x, y): (i64, i64), curve: usize) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return;
        };
        if let Some(cell) = self.cells.get_mut(y / 4 * self.columns + x / 2) {
            cell.dots |= DOTS[x % 2][y % 4];
            cell.curve = curve;
        }
    }

    /// Sets the dots between two dots, as Bresenham does.
    pub(crate) fn line(&mut self, from: (i64, i64), to: (i64, i64), curve: usize) {
        let (width, height) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
        let (right, down) = ((to.0 - from.0).signum(), (to.1 - from.1).signum());
        let (mut at, mut error) = (from, width - height);
        loop {
            self.set(at, curve);
            if at == to {
                return;
            }
            let twice = 2 * error;
            if twice >= -height {
                error -= height;
                at.0 += right;
            }
            if twice <= width {
                error += width;
                at.1 += down;
            }
        }
    }

    /// A single point, which is seen better than a dot.
    pub(crate) fn point(&mut self, at: (i64, i64), curve: usize) {
        self.set(at, curve);
        if let (Ok(x), Ok(y)) = (usize::try_from(at.0), usize::try_from(at.1)) {
            self.cells[y / 4 * self.columns + x / 2].letter = Some('•');
        }
    }

    /// Writes the letter of a curve, which another canvas has by itself, into some of its characters;
    /// each of so many curves into other columns.
    pub(crate) fn write(&mut self, letter: char, own: &Self, (curve, curves): (usize, usize)) {
        let first = LETTERS * (2 * curve + 1) / (2 * curves);
        let columns = (first..self.columns).step_by(LETTERS);
        let is_drawn = |cell: &usize| own.cells[*cell].dots > 0;
        let highest = |column| {
            (0..ROWS)
                .map(|row| row * self.columns + column)
                .find(is_drawn)
        };
        let mut cells: Vec<usize> = columns.filter_map(highest).collect();
        if cells.is_empty() {
            // It is short, and has none of the columns.
            cells.extend((0..own.cells.len()).rfind(is_drawn));
        }
        for cell in cells {
            self.cells[cell] = Cell {
                letter: Some(letter),
                ..own.cells[cell]
            };
        }
    }

    pub(crate) fn row(&self, row: usize) -> String {
        let cells = &self.cells[row * self.columns..][..self.columns];
        let used = cells
            .iter()
            .rposition(|cell| cell.dots > 0)
            .map_or(0, |last| last + 1);
        let colored = cells[..used].chunk_by(|left, right| left.curve == right.curve);
        let part = |cells: &[Cell]| {
            let text: String = cells.iter().map(Cell::char).collect();
            style(text).fg(color(cells[0].curve)).to_string()
        };
        colored.map(part).collect()
    }
}

impl Cell {
    fn char(&self) -> char {
        match (self.letter, self.dots) {
            (Some(letter), _) => letter,
            (None, 0) => ' ',
            (None, dots) => char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' '),
        }
    }
}

/// The letter of a curve.
pub(crate) fn letter(index: usize) -> char {
    u8::try_from(index).map_or('?', |index| char::from(b'a' + index % 26))
}

pub(crate) fn color(curve: usize) -> Color {
    COLORS[curve % COLORS.len()]
}
