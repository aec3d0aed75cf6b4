//! A text as a QR code for the terminal.

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// The code as lines of half blocks, with the margin that readers ask for; none of what does not fit into one.
/// `styled` paints it black on white whatever the terminal's colours are; else they are taken for light on dark.
pub(super) fn code(text: &str, styled: bool) -> Option<String> {
    // The least correction: nothing soils a screen, and fewer modules are larger ones.
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let mut picture = code.render::<Dense1x2>();
    if styled {
        let lines = picture.build();
        let painted = lines.lines().map(|line| format!("\x1b[38;5;16;48;5;231m{line}\x1b[0m"));
        return Some(painted.collect::<Vec<_>>().join("\n"));
    }
    Some(picture.dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules of a code: whether each is dark.
    fn modules(code: &str) -> Vec<Vec<bool>> {
        let row = |line: &str, half: usize| {
            let dark = |c: char| match c {
                ' ' => true,
                '█' => false,
                '▀' => half == 1,
                '▄' => half == 0,
                other => panic!("{other:?} in a code"),
            };
            line.chars().map(dark).collect::<Vec<_>>()
        };
        code.lines().flat_map(|line| [row(line, 0), row(line, 1)]).collect()
    }

    #[test]
    fn a_code_has_margins_and_three_eyes() {
        let modules = modules(&code("http://192.168.178.123:8000/", false).unwrap());
        let size = modules[0].len();
        assert!(modules.iter().all(|row| row.len() == size), "not a square");
        assert_eq!(size, 25 + 8, "version 2 and a margin of four modules");
        let eye = |x: usize, y: usize| {
            let ring = |at: usize| [at == 0 || at == 6, at == 1 || at == 5];
            (0..7).all(|dx| {
                (0..7).all(|dy| {
                    let (edge, gap) = (ring(dx)[0] || ring(dy)[0], ring(dx)[1] || ring(dy)[1]);
                    modules[y + dy][x + dx] == (edge || !gap)
                })
            })
        };
        assert!(eye(4, 4) && eye(size - 11, 4) && eye(4, size - 11));
        assert!((0..size).all(|at| !modules[3][at] && !modules[at][3] && !modules[at][size - 4]));
    }

    #[test]
    fn painted_it_is_the_same_in_other_colours() {
        let painted = code("a", true).unwrap();
        assert!(
            painted
                .lines()
                .all(|line| line.starts_with("\x1b[38;5;16;48;5;231m") && line.ends_with("\x1b[0m"))
        );
        assert_eq!(painted.lines().count(), code("a", false).unwrap().lines().count());
        assert_eq!(code(&"a".repeat(5000), true), None);
    }
}
