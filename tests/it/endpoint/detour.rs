//! An HTTP client for accounts that live in this process: every request goes to the endpoint, whatever host it is for.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use super::Endpoint;

/// Sends every request to the endpoint, whatever host it is for.
#[derive(Debug)]
struct Detour {
    url: String,
    inner: SharedHttpConnector,
}

impl HttpConnector for Detour {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let path = request.uri().splitn(4, '/').nth(3).unwrap_or_default();
        let uri = format!("{}/{path}", self.url);
        request.set_uri(uri).expect("a URI");
        self.inner.call(request)
    }
}

pub(crate) fn detour(endpoint: &Endpoint) -> SharedHttpClient {
    let (url, plain) = (endpoint.url.clone(), aws_smithy_http_client::Builder::new().build_http());
    http_client_fn(move |settings, components| {
        SharedHttpConnector::new(Detour { url: url.clone(), inner: plain.http_connector(settings, components) })
    })
}
