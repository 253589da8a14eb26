//! The rules for single parameters.

use super::refusal::Refusal;
use super::secret::Payload;

/// The one value that a request brings, if any: 1 to 65536 bytes.
pub fn payload(string: Option<String>, binary: Option<String>) -> Result<Option<Payload>, Refusal> {
    let payload = match (string, binary) {
        (Some(_), Some(_)) => {
            return Err(Refusal::InvalidParameter("You can't specify both SecretString and SecretBinary.".to_owned()));
        }
        (Some(string), None) => Payload::String(string),
        (None, Some(binary)) => Payload::Binary(binary),
        (None, None) => return Ok(None),
    };
    let (Payload::String(text) | Payload::Binary(text)) = &payload;
    if (1..=65_536).contains(&text.len()) {
        Ok(Some(payload))
    } else {
        Err(Refusal::InvalidParameter("The secret value must have 1 to 65536 bytes.".to_owned()))
    }
}

/// The token becomes the version's id; every SDK sends one, so this part makes none up.
pub fn token(token: Option<String>) -> Result<String, Refusal> {
    token
        .filter(|token| (32..=64).contains(&token.len()))
        .ok_or_else(|| Refusal::InvalidParameter("ClientRequestToken must have 32 to 64 characters.".to_owned()))
}

/// Refuses a name that AWS would refuse.
pub fn check_name(name: &str) -> Result<(), Refusal> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    if (1..=512).contains(&name.len()) && name.chars().all(allowed) {
        Ok(())
    } else {
        Err(Refusal::InvalidParameter(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
                .to_owned(),
        ))
    }
}

/// Six characters at the end of an ARN, random in AWS; here they come from the client's token.
pub fn arn_suffix(token: &str) -> String {
    token.chars().filter(char::is_ascii_alphanumeric).take(6).collect()
}
