//! Somebody else's site: one page, on an origin of its own (`localhost`, where trythis is `127.0.0.1`).

use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, web};

pub struct Parent {
    pub origin: String,
    server: ServerHandle,
}

impl Parent {
    /// A site whose every page is this one.
    pub fn with(page: String) -> Self {
        let server = HttpServer::new(move || {
            let page = page.clone();
            App::new().default_service(web::to(move || {
                let page = format!(
                    "<!doctype html><title>README</title>\
                     <meta name=\"viewport\" content=\"width=device-width\">{page}"
                );
                async { HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page) }
            }))
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(0)
        .bind("127.0.0.1:0")
        .unwrap();
        let origin = format!("http://localhost:{}", server.addrs()[0].port());
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { origin, server: handle }
    }

    pub async fn stop(self) {
        self.server.stop(false).await;
    }
}
