//! Colours as a terminal takes them, and a scene in its cells: two pixels in each.

use std::{env, ffi::OsString, io::IsTerminal};

use protocol::Problem;

use super::{Rgb, Scene, Shape, raster};

/// How many colours there are to draw with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    None,
    Sixteen,
    Indexed,
    True,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// As many as the terminal says it has
    #[default]
    Auto,
    /// 24 bits
    True,
    #[value(name = "256")]
    Indexed,
    #[value(name = "16")]
    Sixteen,
    Never,
}

impl ColorChoice {
    pub fn depth(self) -> Depth {
        match self {
            Self::Auto => detect(|name| env::var_os(name), std::io::stdout().is_terminal()),
            Self::True => Depth::True,
            Self::Indexed => Depth::Indexed,
            Self::Sixteen => Depth::Sixteen,
            Self::Never => Depth::None,
        }
    }

    /// What was asked for reaches a pipe, too.
    pub fn apply(self) {
        match self {
            Self::Auto => {}
            Self::Never => anstream::ColorChoice::Never.write_global(),
            Self::True | Self::Indexed | Self::Sixteen => anstream::ColorChoice::AlwaysAnsi.write_global(),
        }
    }
}

/// What the environment says of the terminal; a pipe has no colours.
fn detect(variable: impl Fn(&str) -> Option<OsString>, is_terminal: bool) -> Depth {
    let text = |name: &str| {
        variable(name)
            .map(|value| value.to_string_lossy().to_lowercase())
            .unwrap_or_default()
    };
    if !is_terminal || !text("NO_COLOR").is_empty() {
        return Depth::None;
    }
    let (term, color) = (text("TERM"), text("COLORTERM"));
    match () {
        () if term == "dumb" => Depth::None,
        () if color.contains("truecolor") || color.contains("24bit") || term.contains("direct") => {
            Depth::True
        }
        // Windows' own terminal says nothing of itself but this.
        () if variable("WT_SESSION").is_some() => Depth::True,
        () if term.contains("256") => Depth::Indexed,
        () => Depth::Sixteen,
    }
}

/// The sequence that sets a colour; empty where there are none to set.
pub fn foreground(color: Rgb, depth: Depth) -> String {
    match depth {
        Depth::True => format!("\x1b[38;2;{};{};{}m", color.0, color.1, color.2),
        Depth::Indexed => format!("\x1b[38;5;{}m", color.nearest_of_256()),
        Depth::Sixteen | Depth::None => String::new(),
    }
}

fn background(color: Rgb, depth: Depth) -> String {
    match depth {
        Depth::True => format!("\x1b[48;2;{};{};{}m", color.0, color.1, color.2),
        _ => format!("\x1b[48;5;{}m", color.nearest_of_256()),
    }
}

const RESET: &str = "\x1b[0m";

/// The scene in so many columns, its text left out: letters would be a few pixels high.
///
/// Needs at least 256 colours, since a cell shows nothing else.
pub fn blocks(scene: &Scene, columns: u16, depth: Depth) -> Result<String, Problem> {
    let mut scene = scene.clone();
    scene.shapes.retain(|shape| !matches!(shape, Shape::Text(_)));
    let pixmap = raster::pixels(&scene, f32::from(columns) / scene.width)?;
    let color = |x: u32, y: u32| {
        let pixel = pixmap.pixel(x, y)?;
        // Half covered is covered: a terminal's own ground is not known, so nothing can be mixed with it.
        (pixel.alpha() > 127).then(|| {
            let color = pixel.demultiply();
            Rgb(color.red(), color.green(), color.blue())
        })
    };
    let mut text = String::new();
    for y in (0..pixmap.height()).step_by(2) {
        let cells = (0..pixmap.width().min(u32::from(columns))).map(|x| (color(x, y), color(x, y + 1)));
        let cells: Vec<_> = cells.collect();
        let end = cells
            .iter()
            .rposition(|cell| *cell != (None, None))
            .map_or(0, |last| last + 1);
        let mut last = (None, None);
        for cell in &cells[..end] {
            if *cell != last {
                text += RESET;
                text += &match cell {
                    (Some(top), Some(bottom)) => foreground(*top, depth) + &background(*bottom, depth),
                    (Some(one), None) | (None, Some(one)) => foreground(*one, depth),
                    (None, None) => String::new(),
                };
                last = *cell;
            }
            text.push(match cell {
                (None, None) => ' ',
                (None, Some(_)) => '▄',
                _ => '▀',
            });
        }
        text += RESET;
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        let depth = |set: &[(&str, &str)], is_terminal| {
            let set: Vec<(String, OsString)> = set
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.into()))
                .collect();
            detect(
                |name| {
                    set.iter()
                        .find(|(known, _)| known == name)
                        .map(|(_, value)| value.clone())
                },
                is_terminal,
            )
        };
        let full = [("TERM", "xterm-256color"), ("COLORTERM", "truecolor")];
        assert_eq!(depth(&full, true), Depth::True);
        assert_eq!(depth(&full, false), Depth::None);
        assert_eq!(depth(&full[..1], true), Depth::Indexed);
        assert_eq!(depth(&[("TERM", "linux")], true), Depth::Sixteen);
        assert_eq!(depth(&[full[0], full[1], ("NO_COLOR", "1")], true), Depth::None);
        assert_eq!(depth(&[full[0], full[1], ("NO_COLOR", "")], true), Depth::True);
        assert_eq!(depth(&[("TERM", "dumb"), full[1]], true), Depth::None);
    }

    #[test]
    fn a_cell_shows_two_pixels() {
        let mut scene = Scene::new(2.0, 4.0, "test");
        scene.rect((0.0, 0.0), (1.0, 1.0), 0.0, Rgb(255, 0, 0));
        scene.rect((0.0, 1.0), (1.0, 1.0), 0.0, Rgb(0, 95, 0));
        scene.rect((1.0, 3.0), (1.0, 1.0), 0.0, Rgb(0, 95, 0));
        let drawn = blocks(&scene, 2, Depth::Indexed).unwrap();
        assert_eq!(
            drawn,
            "\u{1b}[0m\u{1b}[38;5;196m\u{1b}[48;5;22m▀\u{1b}[0m\n \u{1b}[0m\u{1b}[38;5;22m▄\u{1b}[0m\n"
        );
    }
}
