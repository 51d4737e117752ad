//! What a project is built from, as programs say it.

use crate::input::project::{Kind, ProjectForm};
use container_api::{BuildSource, ContextId};
use serde::{Deserialize, Serialize};

/// What a project is built from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// An install script, run on a base image.
    Script {
        base: String,
        script: String,
        #[serde(default)]
        command: String,
    },
    /// A Dockerfile, and the files that it copies.
    Dockerfile {
        dockerfile: String,
        #[serde(default)]
        context: Option<ContextId>,
    },
}

impl From<BuildSource> for Source {
    fn from(source: BuildSource) -> Self {
        match source {
            BuildSource::Script { base, script, command } => Self::Script { base, script, command },
            BuildSource::Dockerfile { dockerfile, context } => {
                Self::Dockerfile { dockerfile, context }
            }
        }
    }
}

impl Source {
    /// The form with this filled in.
    pub fn into_form(self, form: ProjectForm) -> ProjectForm {
        match self {
            Self::Script { base, script, command } => {
                ProjectForm { kind: Kind::Script, base, script, command, ..form }
            }
            Self::Dockerfile { dockerfile, context } => {
                let context = context.map(|id| (id, String::new()));
                ProjectForm { kind: Kind::Dockerfile, dockerfile, context, ..form }
            }
        }
    }
}
