//! The secret that opens the server, compared in constant time.
//!
//! A browser gets a cookie that is derived from it, so that the secret itself is in no cookie jar; the cookie's name is
//! derived too, because the processes of a machine share `localhost`'s cookies whatever their ports.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Error, Result};

/// Fewer characters could be guessed.
const LEAST: usize = 16;
/// Two weeks, seconds.
const COOKIE_AGE: u32 = 14 * 24 * 3600;

#[derive(Clone)]
pub struct Token {
    secret: Vec<u8>,
    cookie_name: String,
    cookie_value: String,
}

impl Token {
    pub fn new(secret: &str) -> Result<Self> {
        if secret.len() < LEAST {
            return Err(Error::AdminToken {
                what: format!("the token has {} characters, fewer than {LEAST}", secret.len()),
            });
        }
        let derived = |purpose: &[u8]| {
            let mut mac = keyed(secret.as_bytes());
            mac.update(purpose);
            hex(&mac.finalize().into_bytes())
        };
        let name = derived(b"the cookie's name");
        Ok(Self {
            secret: secret.as_bytes().to_vec(),
            cookie_name: format!("leakguard_{}", name.get(..12).unwrap_or_default()),
            cookie_value: derived(b"the cookie's value"),
        })
    }

    /// Whether `given` is the token. The time it takes tells nothing about where they differ.
    pub fn is(&self, given: &[u8]) -> bool {
        same(&self.secret, given)
    }

    /// Whether one of the cookies in a `Cookie` header proves that its bearer has logged in.
    pub fn in_cookies(&self, header: &str) -> bool {
        let mut pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(name, value)| {
            name == self.cookie_name && same(self.cookie_value.as_bytes(), value.as_bytes())
        })
    }

    /// What to send as `Set-Cookie` to one who knows the token. No script can read it and no other site's request
    /// carries it.
    pub fn cookie(&self) -> String {
        let Self { cookie_name, cookie_value, .. } = self;
        format!("{cookie_name}={cookie_value}; Path=/; Max-Age={COOKIE_AGE}; HttpOnly; SameSite=Strict")
    }
}

/// Compares digests under a key of their own, so that neither length nor content shows in the time taken.
fn same(one: &[u8], other: &[u8]) -> bool {
    let mut expected = keyed(b"compare");
    expected.update(one);
    let mut given = keyed(b"compare");
    given.update(other);
    expected.verify(&given.finalize().into_bytes()).is_ok()
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a key of any length.
    Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::Token;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn takes_the_token_and_nothing_near_it() {
        let token = Token::new(SECRET).unwrap();
        assert!(token.is(SECRET.as_bytes()));
        for wrong in ["", "0", &SECRET[1..], &format!("{SECRET}0"), &SECRET.to_uppercase()] {
            assert!(!token.is(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn a_cookie_proves_a_login_without_holding_the_secret() {
        let token = Token::new(SECRET).unwrap();
        let set = token.cookie();
        let pair = set.split(';').next().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && !set.contains(SECRET));
        assert!(token.in_cookies(pair) && token.in_cookies(&format!("a=b; {pair}; c=d")));
        assert!(!token.in_cookies("") && !token.in_cookies(&format!("{pair}0")));
        let other = Token::new(&SECRET.replace('0', "x")).unwrap();
        assert!(!other.in_cookies(pair));
    }

    #[test]
    fn refuses_a_token_that_could_be_guessed() {
        assert_eq!(Token::new("hunter2").err().unwrap().code(), "LG_ADMIN_TOKEN");
    }
}
