//! The text that a content stream shows (ISO 32000-1 sections 9.2 to 9.4), in the order in which it is painted,
//! with spaces and line ends where the eye sees them: kerning does not split a word, a jump does.

use std::{collections::HashMap, rc::Rc};

use vauban_intake::{Budget, Problem};

use super::{
    document::Document,
    font::Font,
    object::{Dictionary, Lexer, Value},
};

/// Operands of one operator that are kept; more are an attack on memory.
const MAX_OPERANDS: usize = 64;
/// Saved graphics states that are kept.
const MAX_SAVED: usize = 64;
/// Fonts of one document that are kept.
const MAX_FONTS: usize = 4096;

/// Fonts that were already read, by the number of their object.
#[derive(Default)]
pub(super) struct Fonts(HashMap<u32, Rc<Font>>);

impl Fonts {
    fn get(
        &mut self,
        name: &[u8],
        resources: &Dictionary,
        document: &Document<'_>,
        budget: &Budget,
    ) -> Result<Rc<Font>, Problem> {
        let fonts = document.dictionary(resources, b"Font").unwrap_or_default();
        let Some(value) = fonts.get(name) else { return Ok(Rc::default()) };
        let number = if let Value::Reference(number) = value { Some(*number) } else { None };
        if let Some(known) = number.and_then(|number| self.0.get(&number)) {
            return Ok(Rc::clone(known));
        }
        let font = match document.resolve(value) {
            Value::Dictionary(font) => Rc::new(Font::read(&font, document, budget)?),
            _ => Rc::default(),
        };
        if let Some(number) = number.filter(|_| self.0.len() < MAX_FONTS) {
            self.0.insert(number, Rc::clone(&font));
        }
        Ok(font)
    }
}

/// The text of one content stream, painted with these resources.
pub(super) fn shown(
    content: &[u8],
    resources: &Dictionary,
    fonts: &mut Fonts,
    document: &Document<'_>,
    budget: &Budget,
) -> Result<String, Problem> {
    let mut page = Page::default();
    let mut named: HashMap<Vec<u8>, Rc<Font>> = HashMap::new();
    let mut lexer = Lexer::content(content);
    let mut operands: Vec<Value> = Vec::new();
    while let Some(value) = lexer.next_value() {
        budget.check_time()?;
        let Value::Keyword(operator) = value else {
            if operands.len() < MAX_OPERANDS {
                operands.push(value);
            }
            continue;
        };
        match operator.as_slice() {
            b"Tf" => {
                if let [Value::Name(name), Value::Number(size), ..] = operands.as_slice() {
                    let font = match named.get(name) {
                        Some(font) => Rc::clone(font),
                        None => fonts.get(name, resources, document, budget)?,
                    };
                    if named.len() < MAX_FONTS {
                        named.insert(name.clone(), Rc::clone(&font));
                    }
                    page.state.font = font;
                    page.state.size = *size;
                }
            }
            // The pixels of an inline picture are not operators.
            b"ID" => {
                let rest = content.get(lexer.position()..).unwrap_or_default();
                let end = memchr::memmem::find(rest, b"EI").map_or(rest.len(), |at| at.saturating_add(2));
                lexer.skip_to(lexer.position().saturating_add(end));
            }
            _ => page.operate(&operator, &operands),
        }
        // Text grows faster than its codes only by ligatures and the budget pays for both.
        budget.spend_bytes(page.unpaid())?;
        operands.clear();
    }
    Ok(page.text)
}

type Matrix = [f64; 6];
const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// What `q` saves and `Q` restores.
#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Rc<Font>,
    size: f64,
    character_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

struct Page {
    text: String,
    paid: usize,
    state: State,
    saved: Vec<State>,
    line: Matrix,
    place: Matrix,
    /// Where the last glyph ended, in the page's own units.
    pen: Option<(f64, f64)>,
}

impl Default for Page {
    fn default() -> Self {
        let state = State {
            matrix: IDENTITY,
            font: Rc::default(),
            size: 1.0,
            character_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        Self { text: String::new(), paid: 0, state, saved: Vec::new(), line: IDENTITY, place: IDENTITY, pen: None }
    }
}

impl Page {
    fn unpaid(&mut self) -> u64 {
        let grown = self.text.len().saturating_sub(self.paid);
        self.paid = self.text.len();
        grown as u64
    }

    fn operate(&mut self, operator: &[u8], operands: &[Value]) {
        let number = |index: usize| operands.get(index).and_then(Value::number).unwrap_or(0.0);
        let matrix = || [number(0), number(1), number(2), number(3), number(4), number(5)];
        match operator {
            b"q" if self.saved.len() < MAX_SAVED => self.saved.push(self.state.clone()),
            b"Q" => self.state = self.saved.pop().unwrap_or_else(|| self.state.clone()),
            b"cm" => self.state.matrix = multiply(&matrix(), &self.state.matrix),
            b"BT" => (self.line, self.place) = (IDENTITY, IDENTITY),
            b"Tm" => (self.line, self.place) = (matrix(), matrix()),
            b"Td" => self.next_line(number(0), number(1)),
            b"TD" => {
                self.state.leading = -number(1);
                self.next_line(number(0), number(1));
            }
            b"T*" => self.next_line(0.0, -self.state.leading),
            b"TL" => self.state.leading = number(0),
            b"Tc" => self.state.character_space = number(0),
            b"Tw" => self.state.word_space = number(0),
            b"Tz" => self.state.scale = number(0) / 100.0,
            b"Ts" => self.state.rise = number(0),
            b"Tj" => self.show_last(operands),
            b"'" => {
                self.next_line(0.0, -self.state.leading);
                self.show_last(operands);
            }
            b"\"" => {
                self.state.word_space = number(0);
                self.state.character_space = number(1);
                self.next_line(0.0, -self.state.leading);
                self.show_last(operands);
            }
            b"TJ" => {
                for value in operands.last().and_then(Value::array).unwrap_or_default() {
                    match value {
                        Value::String(string) => self.show(string),
                        Value::Number(back) => self.advance(-back / 1000.0 * self.state.size),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = multiply(&[1.0, 0.0, 0.0, 1.0, x, y], &self.line);
        self.place = self.line;
    }

    /// Moves on along the line, by text units before scaling.
    fn advance(&mut self, by: f64) {
        self.place = multiply(&[1.0, 0.0, 0.0, 1.0, by * self.state.scale, 0.0], &self.place);
    }

    fn show_last(&mut self, operands: &[Value]) {
        if let Some(Value::String(string)) = operands.last() {
            self.show(string);
        }
    }

    fn show(&mut self, string: &[u8]) {
        let font = Rc::clone(&self.state.font);
        for glyph in font.glyphs(string) {
            self.separate();
            self.text.push_str(&glyph.text);
            let word_space = if glyph.is_space_code { self.state.word_space } else { 0.0 };
            self.advance(glyph.width / 1000.0 * self.state.size + self.state.character_space + word_space);
            self.pen = Some(self.position().0);
        }
    }

    /// Where the next glyph begins, and one em along and across the line.
    fn position(&self) -> ((f64, f64), (f64, f64)) {
        let placed = multiply(&self.place, &self.state.matrix);
        let [a, b, _, _, x, y] = placed;
        ((x, y), (a * self.state.size, b * self.state.size))
    }

    /// Adds the space or the line end that the eye sees before the next glyph.
    fn separate(&mut self) {
        let Some((pen_x, pen_y)) = self.pen else { return };
        let ((x, y), (em_x, em_y)) = self.position();
        let em_squared = em_x * em_x + em_y * em_y;
        if !em_squared.is_normal() {
            return;
        }
        let (dx, dy) = (x - pen_x, y - pen_y);
        let along = (dx * em_x + dy * em_y) / em_squared;
        let across = (dy * em_x - dx * em_y) / em_squared;
        // A rise of a third of an em is a footnote's mark; half of it is another line.
        let gap = if across.abs() > 0.5 || !(-0.8..=8.0).contains(&along) {
            '\n'
        } else if along > 0.17 {
            ' '
        } else {
            return;
        };
        if !self.text.ends_with([' ', '\n']) || (gap == '\n' && !self.text.ends_with('\n')) {
            self.text.push(gap);
        }
    }
}

/// What `first` and then `second` do.
fn multiply(first: &Matrix, second: &Matrix) -> Matrix {
    let [a, b, c, d, e, f] = *first;
    let [p, q, r, s, t, u] = *second;
    [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u]
}
