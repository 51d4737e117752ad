//! The whole policy as one table: who may do what.

use super::{Action, Actor, Answer, Role, Scope, decide};
use Answer::{Hidden, LogIn, No, ReadOnly, Yes};

const ADA: i64 = 1;

const fn user(id: i64, role: Role, scope: Scope) -> Actor {
    Actor::User { id, role, scope }
}

#[test]
fn who_may_do_what() {
    // The maintainer and holder of everything below, her token for reading, another account, an
    // administrator, the program itself.
    let askers = [
        Actor::Guest,
        user(ADA, Role::User, Scope::Write),
        user(ADA, Role::User, Scope::Read),
        user(2, Role::User, Scope::Write),
        user(3, Role::Administrator, Scope::Write),
        user(3, Role::Administrator, Scope::Read),
        Actor::System,
    ];
    for (action, answers) in [
        (Action::SeeProject, [Yes, Yes, Yes, Yes, Yes, Yes, Yes]),
        (Action::TryProject, [Yes, Yes, ReadOnly, Yes, Yes, ReadOnly, Yes]),
        (Action::PublishProject, [LogIn, Yes, ReadOnly, Yes, Yes, ReadOnly, Yes]),
        (Action::SeeSource { owner: ADA }, [LogIn, Yes, Yes, Hidden, Yes, Yes, Yes]),
        (Action::CancelBuild { owner: ADA }, [LogIn, Yes, ReadOnly, Hidden, Yes, ReadOnly, Yes]),
        (Action::BuildProject { owner: ADA }, [LogIn, Yes, ReadOnly, No, Yes, ReadOnly, Yes]),
        (Action::EditProject { owner: ADA }, [LogIn, Yes, ReadOnly, No, No, No, Yes]),
        (Action::DeleteProject { owner: ADA }, [LogIn, Yes, ReadOnly, No, Yes, ReadOnly, Yes]),
        (Action::SeeStatistics { owner: ADA }, [LogIn, Yes, Yes, Hidden, Yes, Yes, Yes]),
        (Action::ArchiveProject { owner: ADA }, [LogIn, Yes, ReadOnly, No, Yes, ReadOnly, Yes]),
        (Action::TransferProject { owner: ADA }, [LogIn, Yes, ReadOnly, No, No, No, Yes]),
        (Action::WriteComment, [LogIn, Yes, ReadOnly, Yes, Yes, ReadOnly, Yes]),
        (Action::EditComment { author: ADA }, [LogIn, Yes, ReadOnly, No, No, No, Yes]),
        (
            Action::DeleteComment { author: ADA, owner: 9 },
            [LogIn, Yes, ReadOnly, No, Yes, ReadOnly, Yes],
        ),
        (
            Action::DeleteComment { author: 9, owner: ADA },
            [LogIn, Yes, ReadOnly, No, Yes, ReadOnly, Yes],
        ),
        (Action::Report, [Yes, Yes, ReadOnly, Yes, Yes, ReadOnly, Yes]),
        (Action::SeeSandbox { own: true }, [Yes; 7]),
        (Action::SeeSandbox { own: false }, [Hidden, Hidden, Hidden, Hidden, Yes, Yes, Yes]),
        (Action::UseSandbox { own: true }, [Yes, Yes, ReadOnly, Yes, Yes, ReadOnly, Hidden]),
        (Action::UseSandbox { own: false }, [Hidden; 7]),
        (Action::SteerSandbox { own: true }, [Yes, Yes, ReadOnly, Yes, Yes, ReadOnly, Yes]),
        (
            Action::SteerSandbox { own: false },
            [Hidden, Hidden, Hidden, Hidden, Hidden, Hidden, Yes],
        ),
        (Action::StopSandbox { own: true }, [Yes, Yes, ReadOnly, Yes, Yes, ReadOnly, Yes]),
        (Action::StopSandbox { own: false }, [Hidden, Hidden, Hidden, Hidden, Yes, ReadOnly, Yes]),
        (Action::SeeAccount { id: ADA }, [LogIn, Yes, Yes, Hidden, Hidden, Hidden, Yes]),
        (Action::ChangeAccount { id: ADA }, [LogIn, Yes, ReadOnly, Hidden, Hidden, Hidden, Yes]),
        (Action::Oversee, [LogIn, Hidden, Hidden, Hidden, Yes, Yes, Yes]),
        (Action::Administer, [LogIn, Hidden, Hidden, Hidden, Yes, ReadOnly, Yes]),
    ] {
        let given = askers.map(|asker| decide(asker, action));
        assert_eq!(given, answers, "{action:?}");
    }
}
