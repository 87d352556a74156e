//! Colours, and what a terminal with fewer of them shows instead.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// From `0xRRGGBB`.
    pub const fn of(hex: u32) -> Self {
        let [_, red, green, blue] = hex.to_be_bytes();
        Self(red, green, blue)
    }

    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// So many percent of this colour's light.
    pub fn shaded(self, percent: u16) -> Self {
        let shade = |part: u8| u8::try_from(u16::from(part) * percent / 100).unwrap_or(u8::MAX);
        Self(shade(self.0), shade(self.1), shade(self.2))
    }

    /// The nearest of the 6 × 6 × 6 colours and 24 greys that all terminals with 256 colours share.
    pub fn nearest_of_256(self) -> u8 {
        const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
        let step = |part: u8| {
            let near = STEPS
                .iter()
                .enumerate()
                .min_by_key(|(_, step)| step.abs_diff(part));
            near.map_or(0, |(place, _)| place)
        };
        let (red, green, blue) = (step(self.0), step(self.1), step(self.2));
        let cube = Self(STEPS[red], STEPS[green], STEPS[blue]);
        let light = (u16::from(self.0) + u16::from(self.1) + u16::from(self.2)) / 3;
        let grey_place = u8::try_from((light.saturating_sub(3) / 10).min(23)).unwrap_or(23);
        let grey = 8 + grey_place * 10;
        if self.distance(Self(grey, grey, grey)) < self.distance(cube) {
            return 232 + grey_place;
        }
        u8::try_from(16 + 36 * red + 6 * green + blue).unwrap_or(16)
    }

    fn distance(self, other: Self) -> u32 {
        let part = |one: u8, two: u8| u32::from(one.abs_diff(two)).pow(2);
        part(self.0, other.0) + part(self.1, other.1) + part(self.2, other.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_written_as_the_web_writes_them() {
        assert_eq!(Rgb::of(0x0b6b4d), Rgb(11, 107, 77));
        assert_eq!(Rgb(11, 107, 77).hex(), "#0b6b4d");
        assert_eq!(Rgb(200, 100, 0).shaded(50), Rgb(100, 50, 0));
    }

    #[test]
    fn the_nearest_of_256_is_exact_where_it_can_be() {
        assert_eq!(Rgb(255, 0, 0).nearest_of_256(), 196);
        assert_eq!(Rgb(0, 95, 0).nearest_of_256(), 22);
        assert_eq!(Rgb(8, 8, 8).nearest_of_256(), 232);
        assert_eq!(Rgb(128, 128, 128).nearest_of_256(), 244);
        assert_eq!(Rgb(255, 255, 255).nearest_of_256(), 231);
    }
}
