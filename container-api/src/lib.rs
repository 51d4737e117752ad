//! The words that trythis services share, and the typed client of the container server.
//!
//! Nothing here knows how a sandbox is made, how a page looks or where a row is kept: these are
//! the types that cross a service boundary, so that both sides agree by compilation.

pub mod builds;
pub mod client;
pub mod ids;
pub mod problem;
pub mod sandboxes;
pub mod status;
pub mod ticket;

pub use builds::{
    BuildEvent, BuildEventKind, BuildSource, BuildState, BuildView, ContextView, CreateBuild,
    FailureCause,
};
pub use client::{ClientError, ContainerClient};
pub use ids::{BuildId, ContextId, ImageRef, InvalidId, SandboxId};
pub use problem::{FieldProblem, Problem};
pub use sandboxes::{
    CreateSandbox, EndReason, ExtendSandbox, LimitMet, Limits, SandboxState, SandboxStatistics,
    SandboxView, TerminalSize, TicketView,
};
pub use status::{
    BuildCounts, EngineStatus, Isolation, LoadSample, NetworkPolicy, SandboxCounts, SelfTest,
    SelfTestCheck, Status,
};
pub use ticket::{Ticket, TicketError, TicketKey};
