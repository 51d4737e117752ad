//! Real sandboxes under a real supervisor. Needs root and a static busybox; without them it fails,
//! it does not skip.

mod bad_layers;
mod egress;
mod layers;
mod life;
mod limits;
mod network;
mod support;
mod terminal;
mod walls;
