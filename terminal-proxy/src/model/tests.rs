//! A repainted screen against an uninterrupted one, cell by cell.

use super::*;

const SIZE: TerminalSize = TerminalSize { columns: 20, rows: 6 };

fn model(output: &[u8]) -> Model {
    let mut model = Model::new(SIZE, 100);
    model.feed(output);
    model
}

/// Everything that can be seen and asked for.
fn look(model: &mut Model) -> Vec<String> {
    let screen = model.screen.state.grid.screen_mut();
    screen.set_scrollback(usize::MAX);
    let mut lines = Vec::new();
    for above in (1..=screen.scrollback()).rev() {
        screen.set_scrollback(above);
        lines.push(format!("{:?}", screen.rows_formatted(0, SIZE.columns).next()));
        lines.push(format!("{}", screen.row_wrapped(0)));
    }
    screen.set_scrollback(0);
    for row in 0..SIZE.rows {
        lines.extend((0..SIZE.columns).map(|column| format!("{:?}", screen.cell(row, column))));
        lines.push(format!("{}", screen.row_wrapped(row)));
    }
    lines.push(format!("{:?} {:?}", screen.cursor_position(), screen.attributes_formatted()));
    lines.push(format!("{:?} {}", screen.input_mode_formatted(), screen.hide_cursor()));
    lines.push(format!("{} {:?}", screen.alternate_screen(), model.screen.state.modes));
    lines
}

/// Feeds all of it to one model; and to another up to every place in it, paints that on a third
/// one, which then gets the rest.
fn assert_resumes(output: &[u8]) {
    let expected = look(&mut model(output));
    for cut in 0..=output.len() {
        let paint = model(&output[..cut]).paint();
        let mut resumed = model(b"junk\x1b[31m\x1b]0;un");
        resumed.feed(&paint);
        resumed.feed(&output[cut..]);
        let got = look(&mut resumed);
        for (expected, got) in expected.iter().zip(&got) {
            assert_eq!(got, expected, "cut at {cut} of {:?}", String::from_utf8_lossy(output));
        }
        assert_eq!(got.len(), expected.len());
    }
}

#[test]
fn text_colours_and_wide_characters_resume() {
    assert_resumes(
        "a\x1b[1;31mbold\x1b[0m\r\n日本語 ok e\u{301}😀\r\n\x1b[38;2;1;2;3mx".as_bytes(),
    );
    assert_resumes(b"\x1b[44m\x1b[2K\x1b[0mblue line\r\n\x1b[7minverse\x1b[27m \x1b[4mu");
    assert_resumes(b"\x1b[38:5:100mcolon\x1b[m \x1b[48;5;3m  \x1b[m.");
}

#[test]
fn long_lines_wrap_and_resume() {
    assert_resumes(b"0123456789012345678901234567890123456789x");
    assert_resumes(b"01234567890123456789");
    assert_resumes(b"\x1b[6;20Hx");
}

#[test]
fn scrollback_resumes() {
    let mut output = Vec::new();
    for line in 0..15 {
        output.extend_from_slice(format!("line \x1b[3{}m{line}\x1b[m\r\n", line % 8).as_bytes());
    }
    output.extend_from_slice(b"a line that is longer than the screen is wide, then\r\n\r\n\r\n$ ");
    assert_resumes(&output);
}

#[test]
fn the_alternate_screen_resumes_with_the_main_one_below() {
    assert_resumes(
        b"$ vi\r\n\x1b[32m$\x1b[m \x1b[?1049h\x1b[?1h\x1b=\x1b[H~\r\n~\r\n\x1b[6;1H\x1b[7mstatus\
          \x1b[27m\x1b[2;3H\x1b[?25l\x1b[?2004h\x1b[?1000h\x1b[?1006hin\x1b[2 q\
          \x1b[?1000l\x1b[?1006l\x1b[?2004l\x1b[?25h\x1b[?1l\x1b>\x1b[?1049lback\r\n$ ",
    );
    assert_resumes(
        b"main\x1b[?1049h\x1b[Hone\x1b[?1049lmain\x1b[?1049h\x1b[H\x1b[Jtwo\x1b[?1049l.",
    );
}

#[test]
fn scroll_regions_and_origin_mode_resume() {
    assert_resumes(b"top\x1b[2;4r\x1b[2;1Ha\r\nb\r\nc\r\nd\r\ne\x1b[6;1Hbottom\x1b[r\x1b[5;1H!");
    assert_resumes(b"\x1b[2;5r\x1b[?6h\x1b[2;3Hx\x1b[4;1Hy\r\n\r\nz\x1b[?6l\x1b[rdone");
    assert_resumes(b"\x1b[?1049h\x1b[2;5r\x1b[5;1Ha\nb\nc\x1b[?1049lmain\r\n");
}

#[test]
fn the_cursor_put_aside_resumes() {
    assert_resumes(b"ab\x1b[33m\x1b7\x1b[5;5H\x1b[mxyz\x1b8here");
    assert_resumes(b"ab\x1b[s\r\n\r\nxyz\x1b[uhere");
    assert_resumes(b"\x1b(0\x1b7\x1b(Bqq\x1b8qq");
}

#[test]
fn modes_that_the_grid_does_not_know_resume() {
    assert_resumes(b"\x1b(0lqk\r\nx \x1b(Bx\r\n\x1b)0a\x0eq\x0fq");
    assert_resumes(b"abc\x1b[1G\x1b[4hXY\x1b[4lZ");
    assert_resumes(b"\x1b[?7labcdefghijklmnopqrstuvwxyz\x1b[?7h!");
    assert_resumes(b"\x1b]2;a title\x07x\x1b]0;another\x1b\\\x1b[?1004h\x1b[?12l.");
    assert_resumes(b"a\tb\x1b[2Zc\x1b[Id\x1bE\x1bDe\x1b[5b\x1b[2af\x1b[eg\x1b[!p.");
    assert_resumes(b"x\x1b[?7l\x1b(0\x1bcafter a reset");
}

#[test]
fn strings_leave_no_trace() {
    assert_resumes(b"a\x1bP1$r0m\x1b\\b\x1b_Gi=1;AAAA\x1b\\c\x1b]8;;http://a\x07link\x1b]8;;\x07");
}

#[test]
fn line_drawing_looks_like_lines() {
    let model = model(b"\x1b(0lqk\x1b(B q");
    assert_eq!(model.screen.state.grid.screen().contents(), "┌─┐ q");
}

#[test]
fn a_resize_keeps_what_still_fits() {
    let mut model = model(b"\x1b[2;3rone\r\ntwo");
    let size = TerminalSize { columns: 30, rows: 10 };
    model.resize(size);
    model.feed(b"!");
    let mut other = Model::new(size, 100);
    other.feed(&model.paint());
    let contents = |model: &Model| model.screen.state.grid.screen().contents();
    assert_eq!(contents(&other), contents(&model));
}

const PARTS: [&[u8]; 40] = [
    b"\x1b[",
    b"\x1b",
    b";",
    b"?",
    b"1",
    b"2",
    b"5",
    b"99",
    b"65535",
    b"H",
    b"J",
    b"K",
    b"L",
    b"M",
    b"P",
    b"@",
    b"X",
    b"r",
    b"m",
    b"S",
    b"T",
    b"b",
    b"h",
    b"l",
    b"\x1b[?1049h",
    b"\x1b[?1049l",
    b"\x1b7",
    b"\x1b8",
    b"\n",
    b"\r",
    b"\t",
    b"\x08",
    b"text",
    b"\xe6\x97\xa5",
    b"\xf0\x9f\x98\x80",
    b"\xe2\x9d\xa4\xef\xb8\x8f",
    b"\xff",
    b"\x1b]0;",
    b"\x07",
    b"\x0e\x1b)0",
];

#[test]
fn random_output_and_sizes_never_panic() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below).expect("small")
    };
    for _ in 0..300 {
        // Without the guard, so that a panic is seen.
        let mut screen = Screen::new(SIZE, 10);
        for _ in 0..150 {
            screen.feed(PARTS[next(40)]);
            if next(20) == 0 {
                let columns = u16::try_from(2 + next(40)).expect("small");
                let rows = u16::try_from(1 + next(12)).expect("small");
                screen.resize(TerminalSize { columns, rows });
            }
            if next(30) == 0 {
                screen.paint();
            }
        }
    }
}
