//! How the screens are coloured: by theme, and by how many colours there are.

use ratatui::style::{Color, Modifier, Style};

use crate::picture::{Rgb, paper::Theme, terminal::Depth};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skin {
    pub theme: Theme,
    pub depth: Depth,
}

impl Skin {
    /// Light, dark, none, and light again; a terminal without colours has none to choose.
    pub fn next(self, most: Depth) -> Self {
        let (theme, depth) = match (self.depth, self.theme) {
            (Depth::None, theme) if most == Depth::None => (theme, Depth::None),
            (Depth::None, _) => (Theme::Dark, most),
            (_, Theme::Dark) => (Theme::Light, most),
            (_, Theme::Light) => (Theme::Light, Depth::None),
        };
        Self { theme, depth }
    }

    pub fn name(self) -> &'static str {
        match (self.depth, self.theme) {
            (Depth::None, _) => "no colours",
            (_, Theme::Light) => "light",
            (_, Theme::Dark) => "dark",
        }
    }

    /// A colour of the paper, or the terminal's own that comes nearest in meaning.
    fn color(self, color: Rgb, own: Color) -> Color {
        match self.depth {
            Depth::True => Color::Rgb(color.0, color.1, color.2),
            Depth::Indexed => Color::Indexed(color.nearest_of_256()),
            Depth::Sixteen => own,
            Depth::None => Color::Reset,
        }
    }

    fn ink_of(self, color: Rgb, own: Color) -> Style {
        Style::new().fg(self.color(color, own))
    }

    pub fn ground(self) -> Style {
        let paper = self.theme.paper();
        self.ink_of(paper.ink, Color::Reset)
            .bg(self.color(paper.surface, Color::Reset))
    }

    pub fn ink(self) -> Style {
        self.ink_of(self.theme.paper().ink, Color::Reset)
    }

    pub fn strong(self) -> Style {
        self.ink().add_modifier(Modifier::BOLD)
    }

    pub fn dim(self) -> Style {
        self.ink_of(self.theme.paper().ink_2, Color::Reset)
    }

    pub fn faint(self) -> Style {
        let style = self.ink_of(self.theme.paper().ink_3, Color::Reset);
        match self.depth {
            Depth::Sixteen | Depth::None => style.add_modifier(Modifier::DIM),
            _ => style,
        }
    }

    pub fn line(self) -> Style {
        let style = self.ink_of(self.theme.paper().line, Color::DarkGray);
        match self.depth {
            Depth::None => style.add_modifier(Modifier::DIM),
            _ => style,
        }
    }

    pub fn accent(self) -> Style {
        self.ink_of(self.theme.paper().accent, Color::Green)
            .add_modifier(Modifier::BOLD)
    }

    pub fn selected(self) -> Style {
        let paper = self.theme.paper();
        match self.depth {
            Depth::None | Depth::Sixteen => Style::new().add_modifier(Modifier::REVERSED),
            _ => Style::new().bg(self.color(paper.accent_soft, Color::Reset)),
        }
    }

    /// A sheet above the others.
    pub fn raised(self) -> Style {
        let paper = self.theme.paper();
        self.ink().bg(self.color(paper.sunken, Color::Reset))
    }

    pub fn heat(self, level: u8) -> Style {
        let place = usize::from(level).min(4);
        let own = if place == 0 { Color::DarkGray } else { Color::Green };
        self.ink_of(self.theme.paper().heat[place], own)
    }

    pub fn series(self, place: usize) -> Style {
        const OWN: [Color; 6] = [
            Color::Blue,
            Color::Yellow,
            Color::Magenta,
            Color::Cyan,
            Color::LightYellow,
            Color::LightMagenta,
        ];
        let own = OWN.get(place).copied().unwrap_or(Color::DarkGray);
        self.ink_of(self.theme.paper().series(place), own)
    }

    pub fn spent(self) -> Style {
        self.ink_of(self.theme.paper().spent, Color::DarkGray)
    }

    pub fn warning(self) -> Style {
        self.ink_of(self.theme.paper().warning, Color::Yellow)
    }

    pub fn bad(self) -> Style {
        self.ink_of(self.theme.paper().bad, Color::Red)
    }
}
