//! The registry over HTTP: one module for each kind of URL, and real clients.

mod auth;
mod base;
mod blobs;
mod catalog;
mod faults;
mod local;
mod manifests;
mod oci_client;
mod referrers;
mod server;
mod skopeo;
mod tags;
mod uploads;
