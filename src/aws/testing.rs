//! For the tests of other folders: a network inside the process, and one call through the SDK.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use bytes::Bytes;

use super::{Access, CallError, Embedded, EmbeddedAccount, Meter, call};
use crate::model::{AccountId, Text};

/// The account that STS tells.
pub(crate) const ACCOUNT: &str = "111122223333";

/// Asks GuardDuty for its detectors.
pub(crate) async fn list_detectors(config: &SdkConfig, meter: &Arc<Meter>) -> Result<Bytes, CallError> {
    let client = aws_sdk_guardduty::Client::new(config);
    call(meter, |capture| client.list_detectors().customize().interceptor(capture).send()).await
}

/// What the network inside the process answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wire {
    /// STS tells the account; everything else is refused with this code.
    Code(&'static str),
    /// STS and everything else refuse the credentials.
    Refuses(&'static str),
    /// STS never answers.
    SilentSts,
    /// No connection.
    Unreachable,
    /// No name has an address.
    NoDns,
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_sts = request.uri().contains("//sts.");
        let answer = |status: u16, body: String| {
            let status = status.try_into().expect("a status");
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
        };
        let sts_error =
            |code| answer(403, format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"));
        let error = |code| answer(403, format!("{{\"__type\":\"{code}\",\"message\":\"no\"}}"));
        match self {
            Self::SilentSts if is_sts => HttpConnectorFuture::new(std::future::pending()),
            Self::Code(_) | Self::SilentSts if is_sts => answer(
                200,
                format!(
                    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/a</Arn><UserId>u</UserId>\
                     <Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
                ),
            ),
            Self::Refuses(code) if is_sts => sts_error(code),
            Self::Code(code) | Self::Refuses(code) => error(code),
            Self::SilentSts => answer(200, "{}".into()),
            Self::Unreachable => {
                HttpConnectorFuture::ready(Err(ConnectorError::user(std::io::Error::from(std::io::ErrorKind::ConnectionRefused).into())))
            }
            Self::NoDns => HttpConnectorFuture::ready(Err(ConnectorError::user("dns error".into()))),
        }
    }
}

impl HttpClient for Wire {
    fn http_connector(&self, _settings: &HttpConnectorSettings, _components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(*self)
    }
}

impl Wire {
    /// One account on this network.
    pub(crate) fn access(self, account: &str) -> Access {
        let credentials = Credentials::new("AKIDTEST", "secret", None, None, "test");
        let account = EmbeddedAccount { id: AccountId::new(account), name: Text::new("test"), credentials };
        Access::Embedded(Embedded { http_client: SharedHttpClient::new(self), accounts: vec![account] })
    }
}
