//! The colours of pictures and of the terminal's screens: the tokens of the visual design.

use super::Rgb;

/// Which of the two sets; a file says it, a terminal is asked or told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    Light,
    #[default]
    Dark,
}

impl Theme {
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub const fn paper(self) -> &'static Paper {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
        }
    }
}

#[derive(Debug)]
pub struct Paper {
    pub surface: Rgb,
    pub sunken: Rgb,
    pub line: Rgb,
    pub ink: Rgb,
    pub ink_2: Rgb,
    pub ink_3: Rgb,
    pub accent: Rgb,
    pub accent_soft: Rgb,
    pub spent: Rgb,
    pub warning: Rgb,
    pub bad: Rgb,
    /// Activity, from none to most.
    pub heat: [Rgb; 5],
    /// Series, in a fixed order; what comes after the sixth is `other`.
    pub data: [Rgb; 6],
    pub other: Rgb,
}

impl Paper {
    pub fn series(&self, place: usize) -> Rgb {
        self.data.get(place).copied().unwrap_or(self.other)
    }
}

static LIGHT: Paper = Paper {
    surface: Rgb::of(0xffffff),
    sunken: Rgb::of(0xeef2ef),
    line: Rgb::of(0xdde4df),
    ink: Rgb::of(0x16201b),
    ink_2: Rgb::of(0x48554e),
    ink_3: Rgb::of(0x626e67),
    accent: Rgb::of(0x0b6b4d),
    accent_soft: Rgb::of(0xe4f3ec),
    spent: Rgb::of(0xc5cec8),
    warning: Rgb::of(0xc77700),
    bad: Rgb::of(0xb0231b),
    heat: [
        Rgb::of(0xeef2ef),
        Rgb::of(0xc2e2d3),
        Rgb::of(0x7fc3a4),
        Rgb::of(0x3a9a75),
        Rgb::of(0x0b6b4d),
    ],
    data: [
        Rgb::of(0x3b6fc0),
        Rgb::of(0xa5622a),
        Rgb::of(0xa07af0),
        Rgb::of(0x12959a),
        Rgb::of(0xac8f0b),
        Rgb::of(0xa52868),
    ],
    other: Rgb::of(0x4a544f),
};

static DARK: Paper = Paper {
    surface: Rgb::of(0x151b18),
    sunken: Rgb::of(0x1c2420),
    line: Rgb::of(0x27312c),
    ink: Rgb::of(0xe9efeb),
    ink_2: Rgb::of(0xb2bdb6),
    ink_3: Rgb::of(0x8d9992),
    accent: Rgb::of(0x55caa0),
    accent_soft: Rgb::of(0x14291f),
    spent: Rgb::of(0x47544d),
    warning: Rgb::of(0xdd9a35),
    bad: Rgb::of(0xff9088),
    heat: [
        Rgb::of(0x1c2420),
        Rgb::of(0x17402f),
        Rgb::of(0x1f6a4d),
        Rgb::of(0x33966f),
        Rgb::of(0x6fdcb3),
    ],
    data: [
        Rgb::of(0x6b9ef7),
        Rgb::of(0xc0854a),
        Rgb::of(0x846ed6),
        Rgb::of(0x3ccbe6),
        Rgb::of(0xd8b02a),
        Rgb::of(0xc0519f),
    ],
    other: Rgb::of(0x5f6b65),
};
