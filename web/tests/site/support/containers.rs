//! A double of the container server: its internal API, without engines. What a build does is
//! written in its script: `fail`, `wait`, else it is pushed.

mod status;

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::KeepAlive,
    web::{self, Bytes, Data, Json, Path},
};
use chrono::Utc;
use container_api::{
    BuildEvent, BuildEventKind, BuildId, BuildSource, BuildState, BuildView, ContextId,
    ContextView, CreateBuild, CreateSandbox, EndReason, ExtendSandbox, FailureCause, ImageRef,
    Limits, Problem, SandboxId, SandboxState, SandboxStatistics, SandboxView, TicketView,
};
use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

#[derive(Default)]
pub struct Books {
    /// Whether its status says that all places are taken.
    pub full: bool,
    pub sandboxes: Vec<SandboxView>,
    pub wishes: Vec<CreateSandbox>,
    pub builds: Vec<(BuildView, CreateBuild)>,
    /// Digests of images that the registry holds no more.
    pub gone: Vec<String>,
    pub contexts: Vec<(ContextId, usize)>,
    /// Whether its self-test has found a hole that it holds against guests.
    pub walls_down: bool,
    /// How often all sandboxes were listed.
    pub listings: usize,
}

pub struct Containers {
    pub base: String,
    books: Arc<Mutex<Books>>,
    server: ServerHandle,
}

impl Containers {
    pub fn start() -> Self {
        let books = Arc::new(Mutex::new(Books::default()));
        let data = Data::from(books.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .route("/sandboxes", web::post().to(create_sandbox))
                .route("/sandboxes", web::get().to(sandboxes))
                .route("/sandboxes/{id}", web::get().to(sandbox))
                .route("/sandboxes/{id}", web::delete().to(stop_sandbox))
                .route("/sandboxes/{id}/statistics", web::get().to(statistics))
                .route("/sandboxes/{id}/freeze", web::post().to(freeze))
                .route("/sandboxes/{id}/thaw", web::post().to(thaw))
                .route("/sandboxes/{id}/extend", web::post().to(extend))
                .route("/sandboxes/{id}/restart", web::post().to(restart))
                .route("/sandboxes/{id}/ticket", web::post().to(ticket))
                .route("/contexts", web::post().to(upload))
                .route("/builds", web::post().to(create_build))
                .route("/builds/{id}", web::get().to(build))
                .route("/builds/{id}", web::delete().to(cancel_build))
                .route("/builds/{id}/log", web::get().to(log))
                .route("/images/{repository:.+}/manifests/{digest}", web::get().to(image))
                .route("/status", web::get().to(status::status))
                .route("/status/load", web::get().to(status::load))
                .route("/status/self-test", web::post().to(status::again))
        })
        .workers(1)
        // Once stopped it is gone: no connection lingers that would still be answered.
        .keep_alive(KeepAlive::Disabled)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { base, books, server: handle }
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// A sandbox ends, for its own reason.
    pub fn end(&self, reason: EndReason) {
        for sandbox in &mut self.books().sandboxes {
            end(sandbox, reason.clone());
        }
    }

    /// The server restarts and knows no build any more.
    pub fn forget_builds(&self) {
        self.books().builds.clear();
    }

    /// From now on it cannot be reached.
    pub async fn stop(&self) {
        self.server.stop(false).await;
        // The listener outlives the answer to `stop` for a moment.
        let address = self.base.trim_start_matches("http://");
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn end(sandbox: &mut SandboxView, reason: EndReason) {
    if sandbox.state != SandboxState::Ended {
        sandbox.state = SandboxState::Ended;
        sandbox.ended_at = Some(Utc::now());
        sandbox.end = Some(reason);
    }
}

type Shared = Data<Mutex<Books>>;

fn refuse(kind: &str, status: u16, detail: &str) -> HttpResponse {
    let status_code = actix_web::http::StatusCode::from_u16(status).unwrap();
    HttpResponse::build(status_code).json(Problem::new(kind, "Refused", status, detail))
}

async fn create_sandbox(books: Shared, Json(wish): Json<CreateSandbox>) -> HttpResponse {
    let mut books = books.lock().unwrap();
    if wish.behind_walls && books.walls_down {
        return refuse("walls-down", 503, "A wall does not stand.");
    }
    let lives = |s: &&SandboxView| s.owner == wish.owner && s.state != SandboxState::Ended;
    if let Some(other) = books.sandboxes.iter().find(lives) {
        let mut problem =
            Problem::new("quota-reached", "Too many sandboxes", 409, "One at a time.");
        problem.sandbox = Some(other.id.clone());
        return HttpResponse::Conflict().json(problem);
    }
    let now = Utc::now();
    let view = SandboxView {
        id: SandboxId::random(),
        state: SandboxState::Running,
        project: wish.project.clone(),
        title: wish.title.clone(),
        owner: wish.owner.clone(),
        created_at: now,
        expires_at: now + chrono::TimeDelta::minutes(30),
        ready_at: Some(now),
        first_command_at: None,
        ended_at: None,
        end: None,
    };
    books.sandboxes.push(view.clone());
    books.wishes.push(wish);
    HttpResponse::Created().json(view)
}

async fn sandboxes(books: Shared) -> HttpResponse {
    let mut books = books.lock().unwrap();
    books.listings += 1;
    HttpResponse::Ok().json(&books.sandboxes)
}

async fn sandbox(books: Shared, id: Path<String>) -> HttpResponse {
    match books.lock().unwrap().sandboxes.iter().find(|s| s.id.as_str() == *id) {
        Some(view) => HttpResponse::Ok().json(view),
        None => refuse("no-such-sandbox", 404, "Gone."),
    }
}

async fn stop_sandbox(books: Shared, id: Path<String>, request: HttpRequest) -> HttpResponse {
    let by_operator = request.query_string() == "by=operator";
    let reason = if by_operator { EndReason::Operator } else { EndReason::Stopped };
    match books.lock().unwrap().sandboxes.iter_mut().find(|s| s.id.as_str() == *id) {
        Some(view) => {
            end(view, reason);
            HttpResponse::NoContent().finish()
        }
        None => refuse("no-such-sandbox", 404, "Gone."),
    }
}

/// Changes a sandbox that lives, and shows it.
fn change(
    books: &Shared,
    id: &str,
    change: impl FnOnce(&mut SandboxView) -> Result<(), Box<HttpResponse>>,
) -> HttpResponse {
    let mut books = books.lock().unwrap();
    let Some(view) = books.sandboxes.iter_mut().find(|s| s.id.as_str() == id) else {
        return refuse("no-such-sandbox", 404, "Gone.");
    };
    if view.state == SandboxState::Ended {
        return refuse("sandbox-ended", 410, "It has ended.");
    }
    match change(view) {
        Ok(()) => HttpResponse::Ok().json(view),
        Err(refused) => *refused,
    }
}

/// The same of every sandbox that runs.
async fn statistics(books: Shared, id: Path<String>) -> HttpResponse {
    let books = books.lock().unwrap();
    let Some(sandbox) = books.sandboxes.iter().find(|s| s.id.as_str() == id.as_str()) else {
        return refuse("no-such-sandbox", 404, "There is none.");
    };
    if sandbox.state == SandboxState::Ended {
        return refuse("sandbox-ended", 410, "It has ended.");
    }
    HttpResponse::Ok().json(SandboxStatistics {
        at: Utc::now(),
        cpu_seconds: 12.34,
        cpu_cores: Some(0.25),
        memory_bytes: 3 << 20,
        memory_peak_bytes: Some(9 << 20),
        processes: 2,
        disk_bytes: Some(5 << 10),
        received_bytes: Some(700),
        sent_bytes: Some(0),
        limits: Limits::default(),
    })
}

async fn freeze(books: Shared, id: Path<String>) -> HttpResponse {
    change(&books, &id, |view| {
        view.state = SandboxState::Frozen;
        Ok(())
    })
}

async fn thaw(books: Shared, id: Path<String>) -> HttpResponse {
    change(&books, &id, |view| {
        view.state = SandboxState::Running;
        Ok(())
    })
}

async fn extend(books: Shared, id: Path<String>, wish: Json<ExtendSandbox>) -> HttpResponse {
    let seconds = |n: u64| chrono::TimeDelta::seconds(n.try_into().unwrap());
    change(&books, &id, |view| {
        let latest = view.created_at + seconds(wish.at_most_seconds);
        let wanted = (view.expires_at + seconds(wish.seconds)).min(latest);
        if wanted <= view.expires_at {
            let refused = refuse("cannot-extend", 409, "It has all the time it may have.");
            return Err(Box::new(refused));
        }
        view.expires_at = wanted;
        Ok(())
    })
}

async fn restart(books: Shared, id: Path<String>) -> HttpResponse {
    change(&books, &id, |view| {
        view.state = SandboxState::Running;
        Ok(())
    })
}

async fn ticket(id: Path<String>) -> Json<TicketView> {
    Json(TicketView { path: format!("/terminals/{id}?ticket=1.x") })
}

async fn upload(books: Shared, body: Bytes) -> HttpResponse {
    if body.starts_with(b"PK") {
        return refuse("invalid-build", 422, "The context is not a tar archive.");
    }
    let id = ContextId::random();
    books.lock().unwrap().contexts.push((id.clone(), body.len()));
    HttpResponse::Created().json(ContextView { id })
}

async fn create_build(books: Shared, Json(wish): Json<CreateBuild>) -> HttpResponse {
    if let BuildSource::Dockerfile { dockerfile, .. } = &wish.source
        && dockerfile.contains("RUNN")
    {
        return refuse("invalid-build", 422, "Line 3: RUNN is not an instruction.");
    }
    let view = BuildView {
        id: BuildId::random(),
        repository: wish.repository.clone(),
        state: BuildState::Queued,
        image: None,
        image_bytes: None,
        ahead: Some(0),
        failure: None,
        created_at: Utc::now(),
        ended_at: None,
    };
    books.lock().unwrap().builds.push((view.clone(), wish));
    HttpResponse::Created().json(view)
}

/// Brings a build as far as its script lets it.
fn advance((view, wish): &mut (BuildView, CreateBuild)) {
    if view.state.is_final() {
        return;
    }
    let text = match &wish.source {
        BuildSource::Script { script, .. } => script,
        BuildSource::Dockerfile { dockerfile, .. } => dockerfile,
    };
    view.ahead = None;
    if text.contains("wait") {
        view.state = BuildState::Running;
        return;
    }
    if text.contains("fail") {
        view.state = BuildState::Failed;
        view.failure = Some(FailureCause::Command {
            step: "RUN /install".to_owned(),
            code: 7,
            tail: vec!["\u{1b}[31mthe end is near <b>\u{1b}[0m".to_owned()],
        });
    } else {
        view.state = BuildState::Pushed;
        let digest = format!("sha256:{}", view.id);
        view.image = Some(ImageRef { repository: view.repository.clone(), digest });
        view.image_bytes = Some(12_345_678);
    }
    view.ended_at = Some(Utc::now());
}

async fn build(books: Shared, id: Path<String>) -> HttpResponse {
    match books.lock().unwrap().builds.iter_mut().find(|b| b.0.id.as_str() == *id) {
        Some(found) => {
            advance(found);
            HttpResponse::Ok().json(&found.0)
        }
        None => refuse("no-such-build", 404, "Gone."),
    }
}

async fn image(books: Shared, image: Path<(String, String)>) -> HttpResponse {
    match books.lock().unwrap().gone.contains(&image.1) {
        true => refuse("no-such-image", 404, "Gone."),
        false => HttpResponse::NoContent().finish(),
    }
}

async fn cancel_build(books: Shared, id: Path<String>) -> HttpResponse {
    match books.lock().unwrap().builds.iter_mut().find(|b| b.0.id.as_str() == *id) {
        Some((view, _)) => {
            if !view.state.is_final() {
                view.state = BuildState::Cancelled;
                view.ended_at = Some(Utc::now());
            }
            HttpResponse::NoContent().finish()
        }
        None => refuse("no-such-build", 404, "Gone."),
    }
}

async fn log(books: Shared, id: Path<String>) -> HttpResponse {
    let mut books = books.lock().unwrap();
    let Some(found) = books.builds.iter_mut().find(|b| b.0.id.as_str() == *id) else {
        return refuse("no-such-build", 404, "Gone.");
    };
    advance(found);
    let view = &found.0;
    let state = |state| BuildEventKind::State {
        state,
        failure: view.failure.clone(),
        image: view.image.clone(),
    };
    let mut kinds = vec![
        state(BuildState::Running),
        BuildEventKind::Step { number: 1, total: 1, text: "RUN /install".to_owned() },
        BuildEventKind::Output { text: "+ true".to_owned() },
    ];
    if view.state.is_final() {
        kinds.push(state(view.state));
    }
    let lines = kinds.into_iter().zip(0..).map(|(kind, at_ms)| {
        let line = serde_json::to_string(&BuildEvent { at_ms, kind }).unwrap();
        Ok::<_, actix_web::Error>(Bytes::from(line + "\n"))
    });
    let lines: Vec<_> = lines.collect();
    HttpResponse::Ok().streaming(futures_util::stream::iter(lines))
}
