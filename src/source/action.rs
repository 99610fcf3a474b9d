//! What each kind of call is named on the wire, and the IAM action that allows it.

use std::error::Error as StdError;
use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bytes::Bytes;

use super::LaneContext;
use crate::aws::{self, Api, CallError, Capture, Message, Meter, Pass};

/// A kind of call that a source makes. Each source lists its own, and cannot call without naming one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Action {
    /// The operation, as the service's model names it, such as `GetFindingV2`.
    pub operation: &'static str,
    /// The IAM action that allows it (Service Authorization Reference), such as `access-analyzer:GetFinding`.
    pub iam: &'static str,
}

impl Action {
    pub(super) const fn new(operation: &'static str, iam: &'static str) -> Self {
        Self { operation, iam }
    }

    /// The service's prefix in IAM.
    pub(super) fn service(self) -> &'static str {
        self.iam.split_once(':').map_or(self.iam, |(service, _)| service)
    }
}

impl LaneContext {
    /// Makes one of a source's calls, as [`aws::call`] does, and tells the sink how it went.
    pub(super) async fn call<F, R, T, E>(&self, action: Action, send: F) -> Result<Bytes, CallError>
    where
        F: FnOnce(Capture) -> R + Clone,
        R: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let answer = self.send(action, &self.meter, send).await;
        self.sink.asked(action, answer.as_ref().err());
        answer
    }

    /// As [`Self::call`], for what is good to know but decides nothing: how it fails says nothing of the lane.
    pub(super) async fn call_aside<F, R, T, E>(&self, action: Action, send: F) -> Option<Bytes>
    where
        F: FnOnce(Capture) -> R + Clone,
        R: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        self.try_aside(action, send).await.ok()
    }

    /// As [`Self::call_aside`], for those who have to know how it failed.
    pub(super) async fn try_aside<F, R, T, E>(&self, action: Action, send: F) -> Result<Bytes, CallError>
    where
        F: FnOnce(Capture) -> R + Clone,
        R: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let answer = self.send(action, &Arc::new(Meter::aside(&self.meter)), send).await;
        self.sink.asked(action, answer.as_ref().err());
        answer
    }

    async fn send<F, R, T, E>(&self, action: Action, meter: &Arc<Meter>, send: F) -> Result<Bytes, CallError>
    where
        F: FnOnce(Capture) -> R + Clone,
        R: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let pass = self.pass(action).await;
        aws::passed_call(meter, pass, send).await
    }

    /// Makes a call to a service without an SDK crate, as [`aws::passed_signed`] does. The sink hears of it from the caller, who
    /// knows which failures are answers.
    pub(super) async fn signed(&self, action: Action, api: Api, message: Message) -> Result<Bytes, CallError> {
        let pass = self.pass(action).await;
        aws::passed_signed(&self.config, &self.meter, pass, api, action.operation, message).await
    }

    async fn pass(&self, action: Action) -> Pass {
        if !self.sink.wants_another_call() {
            std::future::pending::<()>().await;
        }
        self.gate.pass(&self.door.region, action.service(), action.operation).await
    }

    /// How many findings a listing asks for in a page: `most`, or one where the first page is enough.
    pub(super) fn page_size(&self, most: i32) -> i32 {
        if self.sink.wants_more() { most } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::Action;
    use crate::model::Source;
    use crate::source::registry;

    #[test]
    fn every_source_names_its_calls_once_and_with_one_service_prefix() {
        for reader in registry() {
            let actions = reader.actions();
            assert!(!actions.is_empty(), "{}", reader.source());
            let prefixes: std::collections::HashSet<_> =
                actions.iter().filter_map(|action| action.iam.split_once(':')).map(|(prefix, _)| prefix).collect();
            // The checks ask many services, of which two have an operation of the same name.
            let asks_many = reader.source() == Source::Checks;
            assert_eq!(prefixes.len() == 1, !asks_many, "{}: {prefixes:?}", reader.source());
            for (at, action) in actions.iter().enumerate() {
                let differs = |other: &Action| if asks_many { other != action } else { other.operation != action.operation };
                assert!(actions[..at].iter().all(differs), "{action:?} is named twice");
            }
        }
    }
}
