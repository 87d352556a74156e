//! Every screen and every graph as a picture, so that people look at them.
//!
//! With `TOKEN_TRACKER_GALLERY` the test writes them there; `scripts/terminal-screens` does that.

use std::{fs, path::PathBuf, sync::LazyLock};

use protocol::Code;
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

use super::{
    accounts::{Account, Standing},
    sample::{self, Amount},
    skin::Skin,
    state::{Overlay, State, Tab},
    tables::{Period, Question, Tables},
    view,
};
use crate::{
    command::usage::{graph, wrapped},
    picture::{paper::Theme, svg, terminal::Depth},
};

const CELL: (f32, f32) = (8.4, 18.0);

pub fn accounts(amount: Amount) -> Vec<Account> {
    let balance = |name: &str, detail: &str, left, held, spent| Account {
        name: name.into(),
        detail: detail.into(),
        standing: Standing::Balance {
            left,
            held,
            spent,
            expires: Some("2027-01-31T00:00:00Z".parse().unwrap()),
        },
    };
    let usual = vec![
        balance(
            "https://tokens.example.org/",
            "Ada, laptop",
            23_500_000_000,
            420_000_000,
            17_210_000_000,
        ),
        balance(
            "http://127.0.0.1:7425/",
            "class of 2026, key …594B",
            310_000_000,
            0,
            4_690_000_000,
        ),
        Account {
            name: "codex".into(),
            detail: "plan plus, limit of 5 hours".into(),
            standing: Standing::Limit {
                used_percent: 42,
                resets: Some("2026-11-26T16:00:00Z".parse().unwrap()),
                told: "2026-11-26T13:12:00Z".parse().unwrap(),
            },
        },
        Account {
            name: "http://10.0.0.7:7425/".into(),
            detail: String::new(),
            standing: Standing::Trouble {
                message: protocol::Problem::new(Code::GatewayUnreachable, "The gateway does not answer.")
                    .message,
                hint: "Check its address, and whether it runs.".into(),
            },
        },
    ];
    match amount {
        Amount::Empty => Vec::new(),
        Amount::Usual => usual,
        Amount::Huge => {
            let key = |place: i64| {
                balance(
                    "https://a-gateway-with-a-very-long-name.example.org/below/a/path/",
                    &format!("key number {place} of a person with a long name"),
                    i64::MAX / 3,
                    i64::MAX / 9,
                    i64::MAX / (place + 3),
                )
            };
            usual.into_iter().chain((0..120).map(key)).collect()
        }
    }
}

fn question(amount: Amount) -> Question {
    let period = if amount == Amount::Huge {
        Period::All
    } else {
        Period::Days90
    };
    Question { period, client: None }
}

/// Worked out once, since there are many screens of them.
static TABLES: LazyLock<[Tables; 3]> =
    LazyLock::new(|| Amount::ALL.map(|amount| sample::tables(amount, question(amount))));

pub fn state(amount: Amount, tab: Tab, skin: Skin) -> State {
    let mut state = State::new(skin, skin.depth);
    state.question = question(amount);
    state.tab = tab;
    state.tables = Some(Box::new(TABLES[amount as usize].clone()));
    state.progress = None;
    state.accounts.list = accounts(amount);
    state.list_mut().selected = 2_usize.min(state.row_count().saturating_sub(1));
    state
}

pub fn drawn(state: &State, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| {
            view::draw(frame.area(), frame.buffer_mut(), state);
        })
        .unwrap();
    terminal.backend().buffer().clone()
}

pub fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let line = |cells: &[Cell]| {
        let mut text = String::new();
        let mut skip = 0;
        for cell in cells {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            text += cell.symbol();
            skip = cell.symbol().width().saturating_sub(1);
        }
        text.trim_end().to_owned() + "\n"
    };
    buffer.content.chunks(width).map(line).collect()
}

fn hex(color: Color, own: &str) -> String {
    match color {
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        _ => own.to_owned(),
    }
}

/// A drawing as SVG, each cell in its place whatever the font is.
fn picture(buffer: &Buffer) -> String {
    let (wide, high) = CELL;
    let area = buffer.area;
    let size = (f32::from(area.width) * wide, f32::from(area.height) * high);
    let mut back = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0}\" height=\"{1:.0}\" viewBox=\"0 0 {0:.0} {1:.0}\" \
         font-family=\"'JetBrains Mono Variable','JetBrains Mono','DejaVu Sans Mono',monospace\" font-size=\"14\">\n",
        size.0, size.1
    );
    let mut front = String::new();
    for y in 0..area.height {
        let (mut x, mut run) = (0, Run::default());
        // Neighbours on the same ground are one rectangle.
        let mut grounds: Vec<(u16, u16, String)> = Vec::new();
        while x < area.width {
            let cell = &buffer[(x, y)];
            let columns = u16::try_from(cell.symbol().width().max(1)).unwrap();
            let at = (f32::from(x) * wide, f32::from(y) * high);
            let look = Look::of(cell);
            match grounds.last_mut() {
                Some((_, end, ground)) if *ground == look.ground => *end = x + columns,
                _ => grounds.push((x, x + columns, look.ground.clone())),
            }
            if let Some(block) = block(cell.symbol(), at, &look.ink) {
                front += &run.end();
                front += &block;
            } else {
                front += &run.take(cell.symbol(), columns, at, look);
            }
            x += columns;
        }
        front += &run.end();
        front.push('\n');
        for (start, end, ground) in grounds {
            back += &format!(
                "<rect x=\"{:.1}\" y=\"{:.0}\" width=\"{:.1}\" height=\"{high}\" fill=\"{ground}\"/>",
                f32::from(start) * wide,
                f32::from(y) * high,
                f32::from(end - start) * wide + 0.3
            );
        }
    }
    back + &front + "</svg>\n"
}

#[derive(Clone, Default, PartialEq)]
struct Look {
    ink: String,
    ground: String,
    extra: String,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let (mut ink, mut ground) = (hex(cell.fg, "#e6e6e6"), hex(cell.bg, "#101010"));
        if cell.modifier.contains(Modifier::REVERSED) {
            std::mem::swap(&mut ink, &mut ground);
        }
        let mut extra = String::new();
        for (modifier, attribute) in [
            (Modifier::BOLD, " font-weight=\"700\""),
            (Modifier::DIM, " fill-opacity=\"0.6\""),
            (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        ] {
            if cell.modifier.contains(modifier) {
                extra += attribute;
            }
        }
        Self { ink, ground, extra }
    }
}

/// Letters that look alike, one after the other.
#[derive(Default)]
struct Run {
    text: String,
    at: (f32, f32),
    columns: u16,
    look: Look,
}

impl Run {
    fn take(&mut self, symbol: &str, columns: u16, at: (f32, f32), look: Look) -> String {
        let goes_on = !self.text.is_empty() && self.look == look && columns == 1 && symbol.is_ascii();
        let before = if goes_on { String::new() } else { self.end() };
        if !goes_on {
            (self.at, self.look) = (at, look);
        }
        self.text += symbol;
        self.columns += columns;
        if columns > 1 || !symbol.is_ascii() {
            return before + &self.end();
        }
        before
    }

    fn end(&mut self) -> String {
        let Self {
            text,
            at,
            columns,
            look,
        } = std::mem::take(self);
        if text.trim().is_empty() {
            return String::new();
        }
        let letters = text.trim_end();
        let columns = columns - u16::try_from(text.len() - letters.len()).unwrap();
        format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" xml:space=\"preserve\" fill=\"{}\"{}>{}</text>",
            at.0,
            at.1 + CELL.1 * 0.74,
            f32::from(columns) * CELL.0,
            look.ink,
            look.extra,
            letters.replace('&', "&amp;").replace('<', "&lt;")
        )
    }
}

/// Fonts leave gaps between blocks; terminals draw them themselves.
fn block(symbol: &str, (x, y): (f32, f32), fill: &str) -> Option<String> {
    let (wide, high) = CELL;
    let block = |left: f32, top: f32, width: f32, height: f32, opacity: f32| {
        let (x, y) = (x + left, y + top);
        Some(format!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\" fill-opacity=\"{opacity:.2}\"/>"
        ))
    };
    let part = |of: &str| {
        of.chars()
            .zip(1_u8..)
            .find(|(known, _)| symbol.starts_with(*known))
    };
    if let Some((_, eighths)) = part("▁▂▃▄▅▆▇█") {
        let part = f32::from(eighths) / 8.0 * high;
        return block(0.0, high - part, wide + 0.1, part + 0.1, 1.0);
    }
    if let Some((_, eighths)) = part("▏▎▍▌▋▊▉") {
        return block(0.0, 0.0, f32::from(eighths) / 8.0 * wide, high, 1.0);
    }
    if let Some((_, shade)) = part("░▒▓") {
        return block(0.0, 0.0, wide + 0.1, high, 0.05 + 0.25 * f32::from(shade));
    }
    (symbol == "─")
        .then(|| block(0.0, high / 2.0, wide + 0.1, 1.0, 1.0))
        .flatten()
}

fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("TOKEN_TRACKER_GALLERY")?);
    fs::create_dir_all(&folder).unwrap();
    Some(folder)
}

fn keep(name: &str, content: &str) {
    if let Some(folder) = folder() {
        fs::write(folder.join(name), content).unwrap();
    }
}

/// No screen may write beyond its place, however long and wide the names in it are.
fn check_place(buffer: &Buffer, name: &str) {
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            assert!(
                !symbol.contains(char::is_control),
                "{name}: a control character at {x},{y}"
            );
            x += u16::try_from(symbol.width().max(1)).unwrap();
        }
        assert_eq!(x, buffer.area.width, "{name}: line {y} is too long");
    }
}

#[test]
fn every_screen_of_every_size_is_drawn_in_its_place() {
    let skins = [Theme::Light, Theme::Dark]
        .map(|theme| Skin {
            theme,
            depth: Depth::True,
        })
        .into_iter()
        .chain([Depth::Sixteen, Depth::None].map(|depth| Skin {
            theme: Theme::Dark,
            depth,
        }));
    for skin in skins {
        for amount in Amount::ALL {
            for tab in Tab::ALL {
                let state = state(amount, tab, skin);
                for (width, height) in [(80, 24), (200, 50), (40, 20), (250, 70), (24, 6), (10, 3)] {
                    let buffer = drawn(&state, width, height);
                    let name = format!(
                        "tui-{}-{}-{width}-{}",
                        tab.name(),
                        amount.name(),
                        skin.name().replace(' ', "-")
                    );
                    check_place(&buffer, &name);
                    if matches!(width, 40 | 80 | 200)
                        && (skin.depth == Depth::True || amount == Amount::Usual)
                    {
                        keep(
                            &format!("{name}-{:?}.svg", skin.depth).to_lowercase(),
                            &picture(&buffer),
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn every_sheet_is_drawn_over_its_screen() {
    let skin = Skin {
        theme: Theme::Dark,
        depth: Depth::True,
    };
    for (name, overlay, amount) in [
        ("help", Overlay::Help, Amount::Usual),
        ("row", Overlay::Row, Amount::Usual),
        ("row-huge", Overlay::Row, Amount::Huge),
    ] {
        let mut state = state(amount, Tab::Branches, skin);
        state.overlay = Some(overlay);
        for (width, height) in [(80, 24), (40, 12)] {
            let buffer = drawn(&state, width, height);
            check_place(&buffer, name);
            keep(&format!("tui-sheet-{name}-{width}.svg"), &picture(&buffer));
        }
    }
    let mut reading = State::new(skin, Depth::True);
    reading.progress = Some((312, 2_048));
    keep("tui-reading-80.svg", &picture(&drawn(&reading, 80, 24)));
    assert!(text(&drawn(&reading, 80, 24)).contains("Reading 312 of 2,048 files"));
}

#[test]
fn every_graph_is_drawn_on_both_papers() {
    for amount in Amount::ALL {
        let view = sample::view(amount);
        let calendar = graph::calendar::calendar(&view, None, None, None);
        let years = graph::calendar::calendar(&view, Some("2024-06-01".parse().unwrap()), None, None);
        let facts = wrapped::facts::Facts::new(&view, sample::TODAY.first_of_year(), None);
        for theme in [Theme::Light, Theme::Dark] {
            let paper = format!("{theme:?}").to_lowercase();
            let keep = |what: &str, scene: &crate::picture::Scene| {
                let drawn = svg::render(scene);
                assert!(
                    drawn.ends_with("</svg>\n") && !drawn.contains("NaN") && !drawn.contains("inf"),
                    "{what}"
                );
                keep(&format!("graph-{what}-{}-{paper}.svg", amount.name()), &drawn);
                let png = crate::picture::raster::png(scene, 1.0).unwrap();
                if let Some(folder) = folder() {
                    fs::write(
                        folder.join(format!("graph-{what}-{}-{paper}.png", amount.name())),
                        png,
                    )
                    .unwrap();
                }
            };
            keep("flat", &graph::draw(&calendar, theme, false));
            keep("towers", &graph::draw(&calendar, theme, true));
            keep("years", &graph::draw(&years, theme, false));
            keep("wrapped", &wrapped::draw(&facts, theme));
        }
    }
}
