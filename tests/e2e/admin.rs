//! `trythis admin` beside a running server, with the real binary.

use crate::support::{
    client::Client,
    server::{BINARY, Server},
};
use reqwest::StatusCode;
use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    process::{Command, Output},
};

fn admin(server: &Server, arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.arg("admin").args(arguments).env("TRYTHIS_DATA", server.data());
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[actix_web::test]
async fn the_command_line_makes_the_first_administrator() {
    let server = Server::start();
    let grace = Client::of(&server);
    grace.sign_up("grace").await;
    assert_eq!(grace.get("/admin").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(said(&admin(&server, &["ls"])), "");

    assert_eq!(said(&admin(&server, &["grant", "grace"])), "grace is an administrator now\n");
    assert_eq!(said(&admin(&server, &["grant", "grace"])), "grace is one already\n");
    assert_eq!(said(&admin(&server, &["ls"])), "grace\n");
    assert_eq!(grace.get("/admin").await.status(), StatusCode::OK, "at once, logged in already");
    let log = grace.get("/admin/audit?actor=system&action=role").await.text().await.unwrap();
    assert!(log.contains("role.grant") && log.contains("user:grace"), "{log}");

    assert_eq!(said(&admin(&server, &["revoke", "grace"])), "grace is no administrator any more\n");
    assert_eq!(grace.get("/admin").await.status(), StatusCode::NOT_FOUND);

    let unknown = admin(&server, &["grant", "nobody"]);
    assert!(!unknown.status.success());
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no account `nobody`"));
    // Nothing of root's stays beside the database.
    for file in fs::read_dir(server.data()).unwrap() {
        let file = file.unwrap();
        let is_database = file.file_name().to_string_lossy().starts_with("trythis.db");
        assert!(!is_database || file.metadata().unwrap().uid() != 0, "{:?}", file.path());
    }
}

#[actix_web::test]
async fn the_command_line_makes_no_database() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    let mut command = Command::new(BINARY);
    command.args(["admin", "ls"]).env("TRYTHIS_DATA", folder.path());
    let output = command.output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no database at"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
