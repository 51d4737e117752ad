//! How archives become layers and layers archives.
//!
//! A layer is a directory in the form that overlayfs reads: what a layer hides of those below is a
//! character device 0:0, and a directory that hides everything below has an extended attribute. In
//! an archive the same are files named `.wh.…` (the OCI image specification, "Layer filesystem
//! changeset"). Archives come from strangers, so they are read and written by a [`Worker`], a
//! process that sees nothing but the one tree it works on.

mod pack;
mod store;
mod unpack;
mod worker;
mod xattr;

pub(crate) use store::Store;
pub(crate) use worker::{Job, Worker};

/// What an OCI layer's white-outs begin with.
const WHITEOUT: &str = ".wh.";
/// The white-out of everything below a directory.
const OPAQUE_WHITEOUT: &str = ".wh..wh..opq";
/// Overlayfs' mark of the same.
const OPAQUE: &str = "trusted.overlay.opaque";

/// Files that stand in a layer only because something was mounted over them while a build ran;
/// where they are empty they are left out of its archive.
pub(crate) const PLACEHOLDERS: [&str; 3] = ["etc/hostname", "etc/hosts", "etc/resolv.conf"];
