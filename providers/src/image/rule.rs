use super::{Detail, Image};

/// How a model counts the tokens of an image, as its provider publishes it.
///
/// Images are scaled down before they are counted, and published figures differ from what is
/// billed by a pixel here and there. So what is worked out here is for the size as it is sent, and
/// the published maximum limits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageRule {
    /// So many at most, whatever the image.
    AtMost(u64),
    /// The same for an image in the request. What an address leads to may be no image at all.
    InlineAtMost(u64),
    /// A base, and more for each tile of 512 pixels; the base alone for low detail.
    Tiles { base: u64, tile: u64 },
    /// Patches of 32 pixels, each so many hundredths of a token. The second limit is for those that
    /// do not ask for `low` or `high` detail.
    Patches {
        hundredths: u64,
        most: u64,
        most_open: u64,
    },
    /// One token for 750 pixels.
    Area { most: u64 },
}

/// Scaled to 2,048 pixels at most, then to 768 on the short side.
const TILES_MAX: u64 = 8;

const TILES_4: ImageRule = ImageRule::Tiles { base: 85, tile: 170 };
const TILES_5: ImageRule = ImageRule::Tiles { base: 70, tile: 140 };
const TILES_O: ImageRule = ImageRule::Tiles { base: 75, tile: 150 };

const fn patches(hundredths: u64) -> ImageRule {
    ImageRule::Patches {
        hundredths,
        most: 1_536,
        most_open: 1_536,
    }
}

/// Models that see images in their original size.
const fn original_patches(hundredths: u64) -> ImageRule {
    ImageRule::Patches {
        hundredths,
        most: 2_500,
        most_open: 10_000,
    }
}

/// How a name starts, the first that fits; longer ones stand before their beginnings.
const BY_START: [(&str, ImageRule); 27] = [
    (
        "gpt-4o-mini",
        ImageRule::Tiles {
            base: 2_833,
            tile: 5_667,
        },
    ),
    ("gpt-4o", TILES_4),
    ("chatgpt-4o", TILES_4),
    ("gpt-4.1-mini", patches(162)),
    ("gpt-4.1-nano", patches(246)),
    ("gpt-4.1", TILES_4),
    ("gpt-4.5", TILES_4),
    ("gpt-4-turbo", TILES_4),
    ("gpt-4-vision", TILES_4),
    ("gpt-5-mini", patches(162)),
    ("gpt-5-nano", patches(246)),
    ("gpt-5.1-codex-mini", patches(172)),
    ("gpt-5-codex-mini", patches(172)),
    ("gpt-5.1", TILES_5),
    ("gpt-5-", TILES_5),
    ("o1", TILES_O),
    ("o3", TILES_O),
    ("o4-mini", patches(172)),
    ("codex-mini", patches(172)),
    ("computer-use-preview", ImageRule::Tiles { base: 65, tile: 129 }),
    // Seven tiles of 256.
    ("grok", ImageRule::AtMost(1_792)),
    // 24 tiles of 258: the most that 3,072 pixels can be cut into.
    ("gemini", ImageRule::InlineAtMost(6_192)),
    // 64 rows of 64 patches, each with its end.
    ("pixtral", ImageRule::AtMost(4_160)),
    ("mistral", ImageRule::AtMost(4_160)),
    ("ministral", ImageRule::AtMost(4_160)),
    ("magistral", ImageRule::AtMost(4_160)),
    ("devstral", ImageRule::AtMost(4_160)),
];

impl ImageRule {
    /// The rule of a model's family; None where none is known, or none published.
    pub fn of_model(model: &str) -> Option<Self> {
        let model = model.to_lowercase();
        let name = model.rsplit('/').next().unwrap_or(&model);
        // Models for other routes, some of which have a price of its own for an image's tokens.
        if ["live", "realtime", "image", "embed"]
            .iter()
            .any(|other| name.contains(other))
        {
            return None;
        }
        if name.contains("claude") {
            return Some(of_claude(name));
        }
        if name == "gpt-5" {
            return Some(TILES_5);
        }
        let by_start = BY_START.iter().find(|(start, _)| name.starts_with(start));
        by_start.map(|(_, rule)| *rule).or_else(|| of_later_gpt_5(name))
    }

    /// The most tokens that an image can be; None where no number bounds it.
    pub(crate) fn tokens(self, image: &Image) -> Option<u64> {
        let of_size = |most: u64, count: fn(u64, u64) -> u64| match image.size {
            Some((width, height)) => count(u64::from(width), u64::from(height)).min(most),
            None => most,
        };
        Some(match self {
            Self::AtMost(most) => most,
            Self::InlineAtMost(_) if image.is_elsewhere => return None,
            Self::InlineAtMost(most) => most,
            Self::Tiles { base, .. } if image.detail == Detail::Low => base,
            Self::Tiles { base, tile } => {
                let tiles = of_size(TILES_MAX, |width, height| {
                    width.div_ceil(512) * height.div_ceil(512)
                });
                base + tile * tiles
            }
            Self::Patches {
                hundredths,
                most,
                most_open,
            } => {
                let most = if image.detail == Detail::Open {
                    most_open
                } else {
                    most
                };
                let patches = of_size(most, |width, height| width.div_ceil(32) * height.div_ceil(32));
                (patches * hundredths).div_ceil(100)
            }
            // The provider cuts into pieces of 28 pixels, of which one more may begin at an edge.
            Self::Area { most } => of_size(most, |width, height| {
                (width + 28).saturating_mul(height + 28).div_ceil(750)
            }),
        })
    }
}

/// From 4.7 on they look three times as closely.
fn of_claude(name: &str) -> ImageRule {
    let mut numbers = name
        .split(['-', '.', '@', ':', '_'])
        // Longer numbers are dates.
        .filter(|part| part.len() < 3)
        .filter_map(|part| part.parse::<u32>().ok());
    let version = (numbers.next().unwrap_or(u32::MAX), numbers.next().unwrap_or(0));
    ImageRule::Area {
        most: if version < (4, 7) { 1_600 } else { 4_784 },
    }
}

/// `gpt-5.2` and later.
fn of_later_gpt_5(name: &str) -> Option<ImageRule> {
    let rest = name.strip_prefix("gpt-5.")?;
    Some(original_patches(match rest {
        _ if rest.contains("nano") => 246,
        _ if rest.contains("mini") => 162,
        // Published is one token, billed were 1.2.
        _ => 120,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(size: Option<(u32, u32)>, detail: Detail) -> Image {
        Image {
            size,
            detail,
            is_elsewhere: size.is_none(),
            bytes: 0,
        }
    }

    fn tokens(model: &str, size: Option<(u32, u32)>, detail: Detail) -> Option<u64> {
        ImageRule::of_model(model)?.tokens(&image(size, detail))
    }

    /// The examples that the providers publish.
    #[test]
    fn published_examples_are_within_the_bound() {
        let cases = [
            ("gpt-4o", (1_024, 1_024), 765),
            ("gpt-4o", (2_048, 4_096), 1_105),
            ("gpt-4o", (128, 64), 255),
            ("gpt-4.1-mini", (1_024, 1_024), 1_659),
            ("gpt-4.1-mini", (1_800, 2_400), 2_353),
            ("gpt-5.4-mini", (1_600, 1_600), 3_000),
            ("claude-sonnet-4-5", (200, 200), 54),
            ("claude-sonnet-4-5", (1_000, 1_000), 1_334),
            ("claude-sonnet-4-5", (1_092, 1_092), 1_590),
        ];
        for (model, size, published) in cases {
            let bound = tokens(model, Some(size), Detail::High).unwrap();
            assert!(bound >= published, "{model} {size:?}: {bound} < {published}");
        }
    }

    #[test]
    fn the_maximum_holds_whatever_the_size() {
        let huge = Some((u32::MAX, u32::MAX));
        for (model, detail, most) in [
            ("gpt-4o", Detail::High, 85 + 8 * 170),
            ("gpt-4o", Detail::Low, 85),
            ("gpt-4o-mini-2024-07-18", Detail::Open, 2_833 + 8 * 5_667),
            ("openai/gpt-4.1-nano", Detail::Low, 3_779),
            ("gpt-5", Detail::Open, 70 + 8 * 140),
            ("gpt-5-2025-08-07", Detail::Open, 70 + 8 * 140),
            ("gpt-5-mini", Detail::Open, 2_489),
            ("gpt-5.4", Detail::Open, 12_000),
            ("gpt-5.4", Detail::High, 3_000),
            ("o3-2025-04-16", Detail::High, 75 + 8 * 150),
            ("o4-mini", Detail::High, 2_642),
            ("claude-3-5-sonnet-20241022", Detail::Open, 1_600),
            ("claude-sonnet-4-20250514", Detail::Open, 1_600),
            ("claude-opus-4-6", Detail::Open, 1_600),
            ("claude-opus-4-7", Detail::Open, 4_784),
            ("claude-opus-4-10", Detail::Open, 4_784),
            ("anthropic/claude-haiku-4.5", Detail::Open, 1_600),
            ("claude-4-5-haiku@20251001", Detail::Open, 1_600),
            ("claude-fable-5", Detail::Open, 4_784),
            ("claude-next", Detail::Open, 4_784),
            ("grok-4", Detail::Open, 1_792),
            ("pixtral-12b", Detail::Open, 4_160),
        ] {
            assert_eq!(tokens(model, huge, detail), Some(most), "{model}");
            assert_eq!(tokens(model, None, detail), Some(most), "{model}");
        }
    }

    #[test]
    fn what_nobody_publishes_is_not_guessed() {
        for model in [
            "qwen2.5-vl",
            "llama-4-scout",
            "gpt-6",
            "gemini-live-2.5-flash",
            "gpt-image-2",
            "coder",
            "",
        ] {
            assert_eq!(ImageRule::of_model(model), None, "{model}");
        }
        assert_eq!(
            tokens("gemini-2.5-flash", Some((9, 9)), Detail::Open),
            Some(6_192)
        );
        assert_eq!(tokens("gemini-2.5-flash", None, Detail::Open), None);
    }
}
