//! Raw mode, and the way back from it.

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io::{self, IsTerminal, Write};

/// Ends what a program may have set up, and clears the window; the scrollback stays.
pub const SOFT_RESET: &[u8] = b"\x18\x1b[!p\x1b[?1049l\x1b[?1000;1002;1003;1005;1006;1015;2004l\
    \x1b[r\x1b[0m\x1b(B\x0f\x1b[H\x1b[2J";

/// The same for the end: what is on the window stays.
const FAREWELL: &[u8] = b"\x18\x1b[?1049l\x1b[?1000;1002;1003;1005;1006;1015;2004l\
    \x1b[!p\x1b[0m\x1b(B\x0f\x1b[?25h\r\n";

/// A terminal in raw mode: Ctrl-C and all else goes to the program. As it was, when dropped.
pub struct Raw {
    before: Termios,
}

impl Raw {
    /// Enters raw mode; nothing where the input is no terminal.
    pub fn enter() -> io::Result<Option<Self>> {
        if !io::stdin().is_terminal() {
            return Ok(None);
        }
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        Ok(Some(Self { before }))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let mut out = io::stdout().lock();
        if out.is_terminal() {
            // Nothing can be done about a terminal that has gone.
            let _ = out.write_all(FAREWELL).and_then(|()| out.flush());
        }
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}
