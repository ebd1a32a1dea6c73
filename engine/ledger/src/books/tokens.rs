//! Tokens: issued once, withdrawn once.

use std::collections::HashMap;

use super::body::Said;
use super::rows::Row;

#[derive(Default)]
pub(super) struct Tokens {
    known: HashMap<String, Token>,
}

struct Token {
    user: String,
    revoked: bool,
}

impl Tokens {
    pub(super) fn issued(&mut self, said: Said<'_>) -> Result<Vec<Row>, String> {
        let (token, user) = (said.word("token_id")?, said.word("user")?);
        let issued = Token { user: user.to_owned(), revoked: false };
        if self.known.insert(token.to_owned(), issued).is_some() {
            return Err(format!("token `{token}` was issued before"));
        }
        Ok(vec![Row::TokenIssued {
            seq: said.seq(),
            token: token.to_owned(),
            user: user.to_owned(),
            at: said.at(),
            expires: said.moment("expires_at")?,
        }])
    }

    pub(super) fn revoked(&mut self, said: Said<'_>) -> Result<Vec<Row>, String> {
        let token = said.word("token_id")?;
        let known =
            self.known.get_mut(token).ok_or_else(|| format!("token `{token}` was never issued"))?;
        if known.revoked || known.user != said.word("user")? {
            return Err(format!("token `{token}` was withdrawn before, or is somebody else's"));
        }
        known.revoked = true;
        Ok(vec![Row::TokenRevoked { seq: said.seq(), token: token.to_owned(), at: said.at() }])
    }
}
