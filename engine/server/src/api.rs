//! What the HTTP face asks of the engine.
//!
//! A seam for the tests of the face, nothing more: the product has one implementation, the engine. The bytes of
//! an answer come out of [`tresor_core::engine::ReleasedBytes`] here and are not changed afterwards (ONLY-RELEASED).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tresor_core::audit::Filter;
use tresor_core::engine::{
    Asked, AuditRequest, Caller, Chunks, Engine, ExportFormat, KeepingRequest, PolicyRequest,
    QueryRequest, QueryStatus, ReleaseRecord, ReleasedBytes, ResultFormat, Verdict,
};
use tresor_core::ids::QueryId;
use tresor_core::refusal::Refusal;

/// The engine as the HTTP face sees it; each method means what its namesake of [`Engine`] means.
#[async_trait]
pub(crate) trait Api: Send + Sync + 'static {
    async fn caller_of_token(&self, token: &str, from: &str) -> Result<Option<Caller>, Refusal>;
    async fn ask(&self, caller: &Caller, request: QueryRequest) -> Result<Asked, Refusal>;
    async fn check(&self, caller: &Caller, request: QueryRequest) -> Result<Value, Refusal>;
    async fn status(
        &self,
        caller: &Caller,
        id: &QueryId,
        patience: Duration,
    ) -> Result<QueryStatus, Refusal>;
    async fn result(
        &self,
        caller: &Caller,
        id: &QueryId,
        format: ResultFormat,
    ) -> Result<Vec<u8>, Refusal>;
    async fn release(&self, caller: &Caller, id: &QueryId) -> Result<ReleaseRecord, Refusal>;
    async fn receipt(&self, caller: &Caller, id: &QueryId) -> Result<Vec<u8>, Refusal>;
    async fn checkpoint(&self) -> Result<String, Refusal>;
    fn log_name(&self) -> String;
    async fn datasets(&self, caller: &Caller) -> Result<Value, Refusal>;
    async fn audit(&self, caller: &Caller, from: u64, limit: u32) -> Result<Value, Refusal>;
    async fn auditing(&self, caller: &Caller, request: AuditRequest) -> Result<Value, Refusal>;
    async fn export_log(
        &self,
        caller: &Caller,
        format: ExportFormat,
        filter: Filter,
        part: (u64, Option<u64>),
    ) -> Result<Chunks, Refusal>;
    async fn reviews(&self, caller: &Caller) -> Result<Value, Refusal>;
    async fn review(&self, caller: &Caller, id: &QueryId) -> Result<Value, Refusal>;
    async fn reviewed_answer(
        &self,
        caller: &Caller,
        id: &QueryId,
        format: ResultFormat,
    ) -> Result<Vec<u8>, Refusal>;
    async fn decide(
        &self,
        caller: &Caller,
        id: &QueryId,
        verdict: Verdict,
    ) -> Result<Value, Refusal>;
    async fn policies(&self, caller: &Caller, request: PolicyRequest) -> Result<Value, Refusal>;
    async fn keep(&self, caller: &Caller, request: KeepingRequest) -> Result<Value, Refusal>;
    async fn ready(&self) -> Result<(), Refusal>;
}

#[async_trait]
impl Api for Arc<Engine> {
    async fn caller_of_token(&self, token: &str, from: &str) -> Result<Option<Caller>, Refusal> {
        Engine::caller_of_token(self, token, from).await
    }

    async fn ask(&self, caller: &Caller, request: QueryRequest) -> Result<Asked, Refusal> {
        Engine::ask(self, caller, request).await
    }

    async fn check(&self, caller: &Caller, request: QueryRequest) -> Result<Value, Refusal> {
        Engine::check(self, caller, request).await
    }

    async fn status(
        &self,
        caller: &Caller,
        id: &QueryId,
        patience: Duration,
    ) -> Result<QueryStatus, Refusal> {
        Engine::status(self, caller, id, patience).await
    }

    async fn result(
        &self,
        caller: &Caller,
        id: &QueryId,
        format: ResultFormat,
    ) -> Result<Vec<u8>, Refusal> {
        Engine::result(self, caller, id, format).await.map(ReleasedBytes::into_bytes)
    }

    async fn release(&self, caller: &Caller, id: &QueryId) -> Result<ReleaseRecord, Refusal> {
        Engine::release(self, caller, id).await
    }

    async fn receipt(&self, caller: &Caller, id: &QueryId) -> Result<Vec<u8>, Refusal> {
        Engine::receipt(self, caller, id).await
    }

    async fn checkpoint(&self) -> Result<String, Refusal> {
        Engine::checkpoint(self).await
    }

    fn log_name(&self) -> String {
        Engine::log_name(self)
    }

    async fn datasets(&self, caller: &Caller) -> Result<Value, Refusal> {
        Engine::datasets(self, caller).await
    }

    async fn audit(&self, caller: &Caller, from: u64, limit: u32) -> Result<Value, Refusal> {
        Engine::audit(self, caller, from, limit).await
    }

    async fn auditing(&self, caller: &Caller, request: AuditRequest) -> Result<Value, Refusal> {
        Engine::auditing(self, caller, request).await
    }

    async fn export_log(
        &self,
        caller: &Caller,
        format: ExportFormat,
        filter: Filter,
        part: (u64, Option<u64>),
    ) -> Result<Chunks, Refusal> {
        Engine::export_log(self, caller, format, filter, part).await
    }

    async fn reviews(&self, caller: &Caller) -> Result<Value, Refusal> {
        Engine::reviews(self, caller).await
    }

    async fn review(&self, caller: &Caller, id: &QueryId) -> Result<Value, Refusal> {
        Engine::review(self, caller, id).await
    }

    async fn reviewed_answer(
        &self,
        caller: &Caller,
        id: &QueryId,
        format: ResultFormat,
    ) -> Result<Vec<u8>, Refusal> {
        Engine::reviewed_answer(self, caller, id, format).await.map(ReleasedBytes::into_bytes)
    }

    async fn decide(
        &self,
        caller: &Caller,
        id: &QueryId,
        verdict: Verdict,
    ) -> Result<Value, Refusal> {
        Engine::decide(self, caller, id, verdict).await
    }

    async fn policies(&self, caller: &Caller, request: PolicyRequest) -> Result<Value, Refusal> {
        Engine::policies(self, caller, request).await
    }

    async fn keep(&self, caller: &Caller, request: KeepingRequest) -> Result<Value, Refusal> {
        Engine::keep(self, caller, request).await
    }

    async fn ready(&self) -> Result<(), Refusal> {
        Engine::ready(self).await
    }
}
