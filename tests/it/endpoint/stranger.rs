//! A TLS server that nobody has reason to trust: its certificate is signed by itself.
//!
//! `openssl req -x509 -newkey ec -subj /CN=stranger.invalid -addext subjectAltName=IP:127.0.0.1 -days 36500`; the key guards nothing.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Shakes hands with whoever comes, as far as they let it.
pub(super) async fn accept(listener: TcpListener) {
    let certificate = CertificateDer::from(&include_bytes!("stranger.cert.der")[..]);
    let key = PrivateKeyDer::try_from(&include_bytes!("stranger.key.der")[..]).expect("a key");
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).expect("a certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(acceptor.accept(stream));
    }
}
