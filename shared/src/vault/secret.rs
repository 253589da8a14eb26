//! Secrets as types: no `Display`, no `Serialize`, a `Debug` that says nothing, wiped when dropped.

use secrecy::{ExposeSecret, SecretString};

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Takes the text over.
            pub fn new(text: impl Into<String>) -> Self {
                Self(SecretString::from(text.into()))
            }

            /// The secret itself; only for handing it to Pinterest or to the vault.
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }
    };
}

secret!(
    /// The secret of a Pinterest app.
    AppSecret
);
secret!(
    /// Sent to Pinterest with every call.
    AccessToken
);
secret!(
    /// Exchanged for a new pair of tokens.
    RefreshToken
);
secret!(
    /// What the consent page hands back, to be exchanged once.
    AuthorizationCode
);

impl AppSecret {
    /// The last four characters, for people to recognize the secret by; fewer where it is short.
    pub fn last4(&self) -> String {
        let text = self.expose();
        let shown = (text.chars().count() / 4).min(4);
        text.chars().rev().take(shown).collect::<Vec<_>>().into_iter().rev().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_say_the_secret() {
        assert!(!format!("{:?}", AppSecret::new("hunter2hunter2")).contains("hunter2"));
    }

    #[test]
    fn at_most_a_quarter_of_a_secret_is_shown() {
        assert_eq!(AppSecret::new("0123456789abcdef").last4(), "cdef");
        assert_eq!(AppSecret::new("01234567").last4(), "67");
        assert_eq!(AppSecret::new("abc").last4(), "");
    }
}
