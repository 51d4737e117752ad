//! How wide is a word, without a font at hand?
//!
//! The advance widths of Verdana, after which the badge's other fonts are modelled, in 2048ths of
//! the font's size. The browser is told the width that comes out (`textLength`), so that a missing
//! font changes nothing around the words.

/// The text's size in pixels.
pub const SIZE: u32 = 11;
/// Room between letters, in half pixels: at this size Verdana is dense.
const HALF_PIXELS: u32 = 1;
const EM: u32 = 2048;
/// A character that is not in the table takes as much as the widest that is.
const WIDEST: u16 = 2204;

/// From the space to the tilde.
#[rustfmt::skip]
const WIDTHS: [u16; 95] = [
    //        !     "     #     $     %     &     '     (     )     *     +     ,     -     .     /
     720,  806,  940, 1676, 1302, 2204, 1488,  550,  930,  930, 1302, 1676,  745,  930,  745,  930,
    // 0-9                                                         :     ;     <     =     >     ?
    1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302,  930,  930, 1676, 1676, 1676, 1117,
    // @ A-O
    2048, 1400, 1404, 1430, 1578, 1295, 1177, 1588, 1539,  862,  931, 1419, 1140, 1726, 1532, 1612,
    // P-Z                                                               [     \     ]     ^     _
    1235, 1612, 1424, 1400, 1262, 1499, 1400, 2025, 1403, 1260, 1403,  930,  930,  930, 1676, 1302,
    // ` a-o
    1302, 1230, 1276, 1067, 1276, 1220,  720, 1276, 1296,  562,  705, 1212,  562, 1992, 1296, 1243,
    // p-z                                                               {     |     }     ~
    1276, 1276,  874, 1067,  807, 1296, 1212, 1676, 1212, 1212, 1076, 1300,  930, 1300, 1676,
];

/// The width of a text in whole pixels.
#[must_use]
pub fn width(text: &str) -> u32 {
    let units: u32 = text.chars().map(|c| u32::from(advance(c))).sum();
    let letters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let doubled = 2 * SIZE * units / EM + HALF_PIXELS * letters;
    doubled.div_ceil(2)
}

fn advance(c: char) -> u16 {
    let place = u32::from(c).checked_sub(u32::from(' ')).and_then(|at| usize::try_from(at).ok());
    place.and_then(|at| WIDTHS.get(at)).copied().unwrap_or(WIDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_the_widths_that_they_are_drawn_with() {
        for (text, pixels) in
            [("", 0), ("Try in browser", 87), ("i", 4), ("W", 11), ("0", 7), ("한", 12)]
        {
            assert_eq!(width(text), pixels, "{text}");
        }
        assert_eq!((advance(' '), advance('A'), advance('~')), (720, 1400, 1676));
    }
}
