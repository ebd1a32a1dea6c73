//! Officers who change policies: their signatures, and a change from draft to revision in one call.

use std::collections::BTreeMap;
use std::sync::Arc;

use ed25519_dalek::Signer;
use serde_json::Value;
use tresor_core::desk::Signed;
use tresor_core::engine::{Edit, Engine, PolicyRequest};
use tresor_core::ids::{BundleDigest, ChangeId};
use tresor_core::refusal::Refusal;

use crate::ask::caller;
use crate::home::{OFFICERS, signing_key};

/// A text, signed with the key of an officer.
#[must_use]
pub fn sign(key: &str, text: &str) -> Signed {
    let key = signing_key(key);
    Signed {
        key: hex::encode(key.verifying_key().to_bytes()),
        signature: hex::encode(key.sign(text.as_bytes()).to_bytes()),
    }
}

/// A new text for one file.
#[must_use]
pub fn edit(path: &str, text: &str) -> Edit {
    Edit { set: BTreeMap::from([(path.to_owned(), text.to_owned())]), remove: vec![] }
}

/// Asks to begin a change.
#[must_use]
pub fn begin(edit: Edit) -> PolicyRequest {
    let (title, reason) = ("a change".to_owned(), "the agreement asks for it".to_owned());
    PolicyRequest::Begin { title, reason, edit, reverts: None }
}

/// The change that an answer is about.
#[must_use]
pub fn id_of(told: &Value) -> ChangeId {
    ChangeId::new(told["id"].as_str().unwrap()).unwrap()
}

/// What somebody has to sign, signed with a key; and the bundle.
pub async fn signed(
    engine: &Arc<Engine>,
    user: &str,
    id: &ChangeId,
    key: &str,
) -> (BundleDigest, Signed) {
    let request = PolicyRequest::Statement { change: id.clone(), effective_at: None };
    let told = engine.policies(&caller(user), request).await.unwrap();
    let bundle = BundleDigest::new(told["bundle"].as_str().unwrap()).unwrap();
    (bundle, sign(key, told["statement"].as_str().unwrap()))
}

/// Puts a change forward.
///
/// # Errors
/// As the desk gives them.
pub async fn propose(engine: &Arc<Engine>, user: &str, id: &ChangeId) -> Result<Value, Refusal> {
    let (bundle, signed) = signed(engine, user, id, user).await;
    let change = id.clone();
    let request = PolicyRequest::Propose { change, bundle, effective_at: None, signed };
    engine.policies(&caller(user), request).await
}

/// Agrees to a change.
///
/// # Errors
/// As the desk gives them.
pub async fn approve(engine: &Arc<Engine>, user: &str, id: &ChangeId) -> Result<Value, Refusal> {
    let (bundle, signed) = signed(engine, user, id, user).await;
    let request = PolicyRequest::Approve { change: id.clone(), bundle, signed };
    engine.policies(&caller(user), request).await
}

/// Puts a change of the first officer in force, with the consent of the second.
pub async fn enact(engine: &Arc<Engine>, id: &ChangeId) -> Value {
    let [author, other, third] = OFFICERS;
    propose(engine, author, id).await.unwrap();
    approve(engine, other, id).await.unwrap();
    engine.policies(&caller(third), PolicyRequest::Activate(id.clone())).await.unwrap()
}

/// Puts a new text of one file in force.
pub async fn put_in_force(engine: &Arc<Engine>, path: &str, text: &str) {
    let begun = engine.policies(&caller(OFFICERS[0]), begin(edit(path, text))).await.unwrap();
    enact(engine, &id_of(&begun)).await;
}
