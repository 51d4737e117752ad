//! Builds images, runs sandboxes and owns their state machine.
