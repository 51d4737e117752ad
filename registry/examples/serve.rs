//! Runs the registry alone and open to whoever reaches it, for measurements and conformance suites:
//!
//! ```sh
//! cargo run -p registry --example serve -- 127.0.0.1:5000 /tmp/registry
//! ```

use actix_web::{App, HttpServer};
use registry::{Registry, RegistryConfig};
use std::{env, error::Error};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(address), Some(data)) = (arguments.next(), arguments.next()) else {
        return Err("usage: serve ADDRESS FOLDER".into());
    };
    let registry = Registry::open(RegistryConfig { data: data.into(), credentials: None })?;
    let server = HttpServer::new(move || {
        let registry = registry.clone();
        App::new().configure(|cfg| registry::routes(cfg, registry))
    });
    Ok(server.bind(address)?.run().await?)
}
