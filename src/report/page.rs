//! A page of a terminal: lines of a width, words wrapped into them, colours where they are wanted.

/// How to lay out text.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Colours by ANSI escapes.
    pub color: bool,
    /// Suspects shown in full; the others get one line each.
    pub full: usize,
    /// Without it a leak is called growth: more time has to tell it from a cache that fills.
    pub confirmed: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 100, color: false, full: 3, confirmed: true }
    }
}

pub const BOLD: &str = "1";
pub const DIM: &str = "2";
pub const RED: &str = "1;31";
pub const GREEN: &str = "1;32";
pub const YELLOW: &str = "1;33";
pub const CYAN: &str = "36";

pub struct Page {
    pub style: Style,
    pub text: String,
}

impl Page {
    /// An empty one. Below 40 columns nothing could be read.
    pub fn new(style: &Style) -> Self {
        Self { style: Style { width: style.width.max(40), ..*style }, text: String::new() }
    }

    pub fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    pub fn paint(&self, code: &str, text: &str) -> String {
        if self.style.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Words in lines: the first begins with `first`, the others with `rest`.
    pub fn wrapped(&mut self, first: &str, rest: &str, words: &str) {
        let mut line = first.to_owned();
        let mut begun = false;
        for word in words.split_whitespace() {
            if begun && columns(&line) + columns(word) >= self.style.width {
                self.line(&line);
                line = rest.to_owned();
                begun = false;
            }
            if begun {
                line.push(' ');
            }
            line.push_str(word);
            begun = true;
        }
        self.line(&line);
    }
}

/// A bar a value, as high as the value is.
pub fn sparkline(values: &[u64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (low, high) = (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(0));
    // Differences below a part in 500 are level.
    if high - low < high / 500 {
        return BARS[3].to_string().repeat(values.len());
    }
    values.iter().map(|v| BARS[((v - low) * 7 / (high - low).max(1)) as usize]).collect()
}

/// Columns that a text without escapes takes.
pub fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Without the escapes of colours.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\x1b' {
            chars.by_ref().take_while(|c| *c != 'm').for_each(drop);
        } else {
            out.push(c);
        }
    }
    out
}

/// With dots for what does not fit.
pub fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let head: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{head}…")
}
