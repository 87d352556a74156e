//! Images in a request, and how many tokens they can be.
//!
//! The bytes of a picture say nothing of its tokens, which every model counts in its own way. What
//! is known of each image is read from the request ([`Images`]); a model's [`ImageRule`] makes an
//! upper bound of it.

mod rule;

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

pub use rule::ImageRule;

/// How closely the model shall look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    Low,
    High,
    /// Anything else, which leaves it to the provider.
    #[default]
    Open,
}

impl Detail {
    pub(crate) fn of(text: Option<&str>) -> Self {
        match text {
            Some("low") => Self::Low,
            Some("high") => Self::High,
            _ => Self::Open,
        }
    }
}

/// One image, as far as its cost goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// Width and height; None where they cannot be told.
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) detail: Detail,
    /// It is not in the request: the provider fetches it.
    pub(crate) is_elsewhere: bool,
    /// Bytes of the request that are the picture itself, and no text.
    pub(crate) bytes: u64,
}

/// As much of a picture as is searched for its size: what may stand before it in a JPEG.
const HEAD_BYTES: usize = 256 * 1024;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Image {
    /// An image that the provider fetches from somewhere.
    pub(crate) const fn elsewhere(detail: Detail) -> Self {
        Self {
            size: None,
            detail,
            is_elsewhere: true,
            bytes: 0,
        }
    }

    /// A web address or a data URL; None for what is no image, or of a kind that is not known.
    pub(crate) fn of_url(url: &str, detail: Detail) -> Option<Self> {
        if url.starts_with("https://") || url.starts_with("http://") {
            return Some(Self::elsewhere(detail));
        }
        let (_, data) = url.strip_prefix("data:image/")?.split_once(";base64,")?;
        Self::of_base64(data, detail)
    }

    /// A picture in base64; None for what is none, or of a kind that is not known.
    pub(crate) fn of_base64(data: &str, detail: Detail) -> Option<Self> {
        let head = decoded_head(data)?;
        imagesize::image_type(&head).ok()?;
        let size = imagesize::blob_size(&head).ok();
        let side = |pixels: usize| u32::try_from(pixels).ok().filter(|pixels| *pixels > 0);
        Some(Self {
            size: size.and_then(|size| Some((side(size.width)?, side(size.height)?))),
            detail,
            is_elsewhere: false,
            bytes: data.len() as u64,
        })
    }
}

/// The first bytes of a picture; lines may be broken, as in mail.
fn decoded_head(data: &str) -> Option<Vec<u8>> {
    let symbols = data.bytes().filter(|byte| !byte.is_ascii_whitespace());
    // Four symbols are three bytes, so the head ends with a whole byte.
    let head: Vec<u8> = symbols.take(HEAD_BYTES).collect();
    BASE64.decode(head).ok()
}

/// The images of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Images(Vec<Image>);

impl Images {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn push(&mut self, image: Image) {
        self.0.push(image);
    }

    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Bytes of the request that are pictures, and no text.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|image| image.bytes).sum()
    }

    /// The most tokens that they can be; None where the model's rule, or that there is one, is not
    /// known.
    pub fn tokens(&self, rule: Option<ImageRule>) -> Option<u64> {
        let mut each = self.0.iter().map(|image| rule?.tokens(image));
        each.try_fold(0_u64, |sum, tokens| Some(sum.saturating_add(tokens?)))
    }

    /// What they add to a bound that has taken every byte of the request for a token: instead of
    /// their bytes their tokens count. Without a rule nothing changes.
    pub(crate) fn correct(&self, bound: u64, rule: Option<ImageRule>) -> u64 {
        match self.tokens(rule) {
            Some(tokens) => bound.saturating_sub(self.bytes()).saturating_add(tokens),
            None => bound,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The beginning of a picture, which is all that is looked at.
    pub(crate) fn png(width: u32, height: u32) -> String {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
        BASE64.encode(bytes)
    }

    fn jpeg(width: u16, height: u16, before: usize) -> String {
        let mut bytes = b"\xff\xd8".to_vec();
        for _ in 0..before {
            bytes.extend(b"\xff\xe2\xff\xff");
            bytes.extend([0; 65_533]);
        }
        bytes.extend(b"\xff\xc0\0\x11\x08");
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend(b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01");
        BASE64.encode(bytes)
    }

    fn gif(width: u16, height: u16) -> String {
        let mut bytes = b"GIF89a".to_vec();
        bytes.extend(width.to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes.extend([0, 0, 0]);
        BASE64.encode(bytes)
    }

    fn webp(width: u32, height: u32) -> String {
        let mut bytes = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".to_vec();
        bytes.extend(&(width - 1).to_le_bytes()[..3]);
        bytes.extend(&(height - 1).to_le_bytes()[..3]);
        BASE64.encode(bytes)
    }

    #[test]
    fn sizes_are_read_from_the_pictures_head() {
        let cases = [
            (png(800, 600), Some((800, 600))),
            (jpeg(1_920, 1_080, 0), Some((1_920, 1_080))),
            (jpeg(1_920, 1_080, 2), Some((1_920, 1_080))),
            (gif(320, 200), Some((320, 200))),
            (webp(1_000, 750), Some((1_000, 750))),
            // The size stands too far behind, or is nonsense: nobody knows it.
            (jpeg(10, 10, 5), None),
            (png(0, 5), None),
        ];
        for (data, size) in cases {
            let image = Image::of_base64(&data, Detail::Open).unwrap();
            assert_eq!(image.size, size);
            assert_eq!(image.bytes, data.len() as u64);
        }
    }

    #[test]
    fn only_pictures_are_images() {
        let data = png(4, 4);
        let broken_lines = format!("{}\n{}\r\n", &data[..8], &data[8..]);
        assert_eq!(
            Image::of_base64(&broken_lines, Detail::Open).unwrap().size,
            Some((4, 4))
        );
        let web = Image::of_url("https://example.org/a.png", Detail::Low);
        assert_eq!(web, Some(Image::elsewhere(Detail::Low)));
        let inline = Image::of_url(&format!("data:image/png;base64,{data}"), Detail::High).unwrap();
        assert_eq!(
            (inline.size, inline.detail, inline.is_elsewhere),
            (Some((4, 4)), Detail::High, false)
        );
        // A text that is passed off as a picture would be read by the byte.
        for url in [
            "data:",
            "data:image/png;base64,",
            "data:image/png;base64,aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=",
            "data:image/png;base64,not base64!",
            "data:application/pdf;base64,JVBERi0xLjQK",
            "file:///etc/passwd",
            "iVBORw0KGgo=",
            "",
        ] {
            assert_eq!(Image::of_url(url, Detail::Open), None, "{url}");
        }
    }

    #[test]
    fn tokens_stand_in_place_of_bytes() {
        let mut images = Images::default();
        assert_eq!((images.tokens(None), images.correct(100, None)), (Some(0), 100));
        images.push(Image::of_base64(&png(8, 8), Detail::Open).unwrap());
        let bytes = images.bytes();
        assert_eq!((images.tokens(None), images.correct(900, None)), (None, 900));
        let rule = Some(ImageRule::AtMost(50));
        assert_eq!(images.tokens(rule), Some(50));
        assert_eq!(images.correct(900, rule), 900 - bytes + 50);
    }
}
