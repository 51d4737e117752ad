//! Which cryptography TLS uses.

/// Chooses ring for the process. HTTP clients panic where nothing is chosen, so this comes first.
pub fn choose() {
    // Fails only where a choice was made before, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
