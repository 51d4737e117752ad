//! Terminal sessions: a PTY on one side, WebSockets on the other.
